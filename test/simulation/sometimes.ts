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
const mustHappen: readonly { readonly event: string; readonly atLeast: number }[] = [
  { event: 'visit: The card was created.', atLeast: 3_000 },
  { event: 'visit: The card was found by its marker; both sides are compared next.', atLeast: 200 },
  { event: 'visit: A create of unknown outcome is in quarantine.', atLeast: 300 },
  { event: 'visit: A change of unknown outcome may still reach the card.', atLeast: 300 },
  { event: 'visit: The new card is not where it belongs.', atLeast: 80 },
  { event: 'a write was executed long after it was given up', atLeast: 100 },
  { event: 'a request was not sent, because its time was over', atLeast: 50 },
  { event: 'a card came too late and is listed', atLeast: 6 },
  { event: 'commitIntent was refused', atLeast: 40 },
  { event: 'commitPush was refused', atLeast: 20 },
  { event: 'a settlement was superseded', atLeast: 40 },
  { event: 'a settlement was moved on', atLeast: 2 },
  { event: 'a move that was replaced unseen is listed', atLeast: 1 },
  { event: 'visit: It changed by itself N times within an hour.', atLeast: 8 },
  { event: 'a link became held', atLeast: 8 },
  { event: 'a link became lost', atLeast: 300 },
  { event: 'a link became inaccessible', atLeast: 100 },
  { event: 'a link became detached', atLeast: 400 },
  { event: 'a person cloned a card', atLeast: 200 },
  { event: 'a token ended', atLeast: 20 },
  { event: 'a person logged in again', atLeast: 20 },
  { event: 'a person attached a card', atLeast: 150 },
  { event: 'a card could not be attached', atLeast: 20 },
  { event: 'a link was detached in doubt and asked for anew', atLeast: 300 },
  { event: 'a card was attached in the place of one in doubt', atLeast: 80 },
  { event: 'the card was deleted that a search had to show', atLeast: 120 },
  { event: 'a tracker asked for a pause', atLeast: 100 },
  { event: 'a webhook was answered with 503', atLeast: 500 },
  { event: 'the database was away for a while', atLeast: 400 },
  { event: 'a tracker could not be reached for minutes', atLeast: 2_000 },
  { event: 'card set awaiting_validation', atLeast: 150 },
  { event: 'card set risk_accepted', atLeast: 20 },
  { event: 'scan set fixed', atLeast: 600 },
  { event: 'expiry set identified', atLeast: 8 },
];

/** What a campaign should have seen and did not; empty: it proves what it seems to. */
export function missedEvents({ seeds, sometimes }: { readonly seeds: number; readonly sometimes: Sometimes }): readonly string[] {
  return mustHappen.flatMap(({ event, atLeast }) => {
    const expected = (atLeast * seeds) / 1_000;
    // What is rare comes in clusters: few seeds may have fewer of it, as long as they have it at all.
    const wanted = Math.max(Math.min(1, Math.floor(expected)), Math.floor(expected - 2 * Math.sqrt(expected)));
    const count = sometimes.counts.get(event) ?? 0;
    return count >= wanted ? [] : [`${event}: ${count} times, and at least ${wanted} are needed.`];
  });
}
