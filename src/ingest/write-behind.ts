/** Writes of one transaction, one at a time, while what comes next is made ready. */
export class WriteBehind {
  #writing: Promise<unknown> = Promise.resolve();

  /**
   * Nobody leaves before the last write is over, whatever happened: a transaction that has ended has no statement under way. Where the last
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

  /** Begins the next write when the last one is over, and does not wait for it. Throws what the last one threw. */
  async next(write: () => Promise<unknown>): Promise<void> {
    await this.#writing;
    this.#writing = write();
    // Whoever waits for it hears of a failure.
    this.#writing.catch(() => {});
  }

  /** Throws what the last write threw. */
  async settled(): Promise<void> {
    await this.#writing;
  }
}
