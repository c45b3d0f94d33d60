/** What comes several at once, one after the other: what is at hand already costs no round of a generator. */
export function oneByOne<One>(batches: AsyncIterable<readonly One[]>): AsyncIterable<One> {
  return { [Symbol.asyncIterator]: () => new OneByOne(batches[Symbol.asyncIterator]()) };
}

class OneByOne<One> implements AsyncIterator<One> {
  readonly #batches: AsyncIterator<readonly One[]>;
  #batch: readonly One[] = [];
  #at = 0;

  constructor(batches: AsyncIterator<readonly One[]>) {
    this.#batches = batches;
  }

  next(): Promise<IteratorResult<One>> {
    if (this.#at < this.#batch.length) {
      const value = this.#batch[this.#at] as One;
      this.#at += 1;
      return Promise.resolve({ value, done: false });
    }
    return this.#more();
  }

  async #more(): Promise<IteratorResult<One>> {
    const next = await this.#batches.next();
    if (next.done === true) {
      return { value: undefined, done: true };
    }
    this.#batch = next.value;
    this.#at = 0;
    return this.next();
  }

  async return(): Promise<IteratorResult<One>> {
    this.#batch = [];
    await this.#batches.return?.();
    return { value: undefined, done: true };
  }
}
