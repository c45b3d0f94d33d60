interface OfLink {
  readonly linkId: string;
}

/**
 * What many visits ask of their links, in one statement: `ask` answers the links of which it is granted. Only the first wish for each link is
 * asked; a second one is not granted. Two visits of one link can be under way, of which one was taken over: what only one of them may
 * is not to be answered for both.
 */
export async function askOncePerLink<Wish extends OfLink>(
  wishes: readonly Wish[],
  ask: (first: readonly Wish[]) => Promise<{ readonly rows: readonly { readonly id: string }[] }>,
): Promise<readonly boolean[]> {
  const first = wishes.filter(({ linkId }, nth) => wishes.findIndex((other) => other.linkId === linkId) === nth);
  const { rows } = await ask(first);
  const granted = new Set(rows.map(({ id }) => id));
  return wishes.map((wish) => first.includes(wish) && granted.has(wish.linkId));
}
