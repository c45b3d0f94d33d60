import { grown } from './place-batches.ts';

/** Of all that a scan saw, the ids: 8 bytes each. */
export class SeenIds {
  #ids = new Float64Array(1024);
  #length = 0;

  add(id: string): void {
    if (this.#length === this.#ids.length) {
      this.#ids = grown(this.#ids, new Float64Array(this.#length * 2));
    }
    this.#ids[this.#length] = Number(id);
    this.#length += 1;
  }

  /** In their order, as they lie on the disk, at most so many at once. */
  *parts(most: number): Iterable<readonly number[]> {
    const sorted = this.#ids.subarray(0, this.#length).sort();
    for (let from = 0; from < sorted.length; from += most) {
      yield Array.from(sorted.subarray(from, from + most));
    }
  }
}
