/** Far more names than any real report has: a hostile one must not fill the memory. */
const cachedMax = 20_000;

/** What is worked out once for two words that stand together. Neither is joined to the other, which would cost more than it saves. */
export class PairCache<Value> {
  readonly #known = new Map<string, Map<string, Value>>();
  #length = 0;

  /** `work` is done where nobody asked before. */
  get(one: string, other: string, work: () => Value): Value {
    const known = this.#known.get(one)?.get(other);
    if (known !== undefined) {
      return known;
    }
    const value = work();
    if (this.#length >= cachedMax) {
      this.#known.clear();
      this.#length = 0;
    }
    this.#length += 1;
    const others = this.#known.get(one);
    if (others === undefined) {
      this.#known.set(one, new Map([[other, value]]));
    } else {
      others.set(other, value);
    }
    return value;
  }
}
