/** So many writes wait or are under way before whoever makes them ready has to wait: what they write is in memory until then. */
const mostWaiting = 2;

/** Writes of one transaction, one at a time and in order, while what comes next is made ready. */
export class WriteBehind {
  readonly #waiting: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();

  /**
   * Nobody leaves before the last write is over, whatever happened: a transaction that has ended has no statement under way. Where a
   * write failed, everything after it in the transaction does too: it is what is thrown.
   */
  static async use<Result>(act: (behind: WriteBehind) => Promise<Result>): Promise<Result> {
    const behind = new WriteBehind();
    const result = await act(behind).catch(async (error: unknown) => {
      await behind.settled();
      throw error;
    });
    await behind.settled();
    return result;
  }

  /** Begins the next write when the ones before are over, and does not wait for it. Throws what one of them threw. */
  async next(write: () => Promise<unknown>): Promise<void> {
    if (this.#waiting.length >= mostWaiting) {
      await this.#waiting.shift();
    }
    this.#last = this.#last.then(async () => {
      await write();
    });
    // Whoever waits for it hears of a failure.
    this.#last.catch(() => {});
    this.#waiting.push(this.#last);
  }

  /** Throws what a write threw. */
  async settled(): Promise<void> {
    await this.#last;
    this.#waiting.length = 0;
  }
}
