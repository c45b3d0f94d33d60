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
