/** Where many values stand in a text: eight bytes each, in the order of the text. */
export class Spans {
  #words = new Uint32Array(1_024);
  readonly #begin: number;
  #end: number;
  length = 0;

  /** `begin` lies before the first of them, not far. */
  constructor(begin: number) {
    this.#begin = begin;
    this.#end = begin;
  }

  add(from: number, to: number): void {
    if (this.length * 2 === this.#words.length) {
      const larger = new Uint32Array(this.#words.length * 2);
      larger.set(this.#words);
      this.#words = larger;
    }
    // The gap before it and its length: each fits into 32 bits where an offset would not.
    this.#words[this.length * 2] = from - this.#end;
    this.#words[this.length * 2 + 1] = to - from;
    this.#end = to;
    this.length += 1;
  }

  /** Runs of neighbours of about that many bytes: from where to where, and how many. */
  *batches(bytes: number): Iterable<{
    readonly from: number;
    readonly to: number;
    readonly first: number;
    readonly count: number;
  }> {
    let from = this.#begin;
    let to = this.#begin;
    let first = 0;
    for (let index = 0; index < this.length; index += 1) {
      const begin = to + (this.#words[index * 2] as number);
      const end = begin + (this.#words[index * 2 + 1] as number);
      if (index > first && end - from > bytes) {
        yield { from, to, first, count: index - first };
        first = index;
      }
      from = index === first ? begin : from;
      to = end;
    }
    if (this.length > first) {
      yield { from, to, first, count: this.length - first };
    }
  }
}
