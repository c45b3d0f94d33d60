/** Events that must happen now and then over a run, or the run proves less than it seems to. */
export class Sometimes {
  readonly counts = new Map<string, number>();

  saw(event: string): void {
    this.counts.set(event, (this.counts.get(event) ?? 0) + 1);
  }

  add(other: Sometimes): void {
    for (const [event, count] of other.counts) {
      this.counts.set(event, (this.counts.get(event) ?? 0) + count);
    }
  }
}

/** `atLeast` in 1,000 seeds. */
const mustHappen: readonly { readonly event: string; readonly atLeast: number }[] = [];

/** What a campaign should have seen and did not; empty: it proves what it seems to. */
export function missedEvents({ seeds, sometimes }: { readonly seeds: number; readonly sometimes: Sometimes }): readonly string[] {
  return mustHappen.flatMap(({ event, atLeast }) => {
    const wanted = Math.floor((atLeast * seeds) / 1_000);
    const count = sometimes.counts.get(event) ?? 0;
    return count >= wanted ? [] : [`${event}: ${count} times, and at least ${wanted} are needed.`];
  });
}
