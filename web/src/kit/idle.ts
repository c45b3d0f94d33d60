/** Until the browser has nothing better to do: what nobody waits for is loaded then. */
export function idle(): Promise<void> {
  return new Promise((resolve) => ('requestIdleCallback' in window ? requestIdleCallback(() => resolve(), { timeout: 1_500 }) : setTimeout(resolve, 300)));
}
