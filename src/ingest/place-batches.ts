import { digestOf, keyOfPlace } from '../core/matching/candidate-keys.ts';
import { withoutVersion } from '../core/matching/features.ts';
import type { Location } from '../core/matching/finding.ts';
import { firstAt } from '../lib/sorted.ts';

/** The findings of one place: a run of the sorted index. */
export interface PlaceRange {
  /** The key by which what is known of the place is found. */
  readonly place: string;
  readonly from: number;
  readonly end: number;
}

/** A finding of a batch. */
export interface Placed {
  readonly ordinal: number;
  /** Key of its place. */
  readonly place: string;
  /** The vulnerability that it shows to the letter; 0: none that is known yet. */
  readonly same: number;
}

/** What a scope's findings are batched and first compared by, without their texts: 32 bytes a finding. */
export class PlaceIndex {
  #ordinals = new Uint32Array(1024);
  #places = new Float64Array(1024);
  #looks = new Float64Array(1024);
  /** Vulnerabilities known by their looks; as long as there is one. */
  #same = new Float64Array(0);
  #sorted: Uint32Array | null = null;
  length = 0;

  /** In the order of the ordinals. `look`: digest of the finding; 0: it has to be compared by more than that. */
  add(ordinal: number, place: string, look = 0): void {
    this.#push(ordinal, digestOf(place), look);
  }

  #push(ordinal: number, place: number, look: number, same = 0): void {
    if (this.length === this.#ordinals.length) {
      this.#ordinals = grown(this.#ordinals, new Uint32Array(this.length * 2));
      this.#places = grown(this.#places, new Float64Array(this.length * 2));
      this.#looks = grown(this.#looks, new Float64Array(this.length * 2));
    }
    this.#ordinals[this.length] = ordinal;
    this.#places[this.length] = place;
    this.#looks[this.length] = look;
    if (same !== 0) {
      this.#same = this.#same.length < this.#ordinals.length ? grown(this.#same, new Float64Array(this.#ordinals.length)) : this.#same;
      this.#same[this.length] = same;
    }
    this.length += 1;
    this.#sorted = null;
  }

  places(): PlaceSet {
    return PlaceSet.of(this.#places.subarray(0, this.length));
  }

  /** Of one that was added in the order of the ordinals. */
  lookOf(ordinal: number): number {
    const at = firstAt(this.#ordinals, this.length, ordinal);
    return this.#ordinals[at] === ordinal ? (this.#looks[at] as number) : 0;
  }

  /** By its number in the sorted index. */
  at(nth: number): { readonly ordinal: number; readonly look: number; readonly same: number } {
    const index = this.#order()[nth] as number;
    return { ordinal: this.#ordinals[index] as number, look: this.#looks[index] as number, same: this.#same[index] ?? 0 };
  }

  /** Some of the sorted index, into another, each with the vulnerability that it shows to the letter (0: none). */
  copy({ from, end }: PlaceRange, into: PlaceIndex, same: readonly number[]): void {
    this.#order()
      .subarray(from, end)
      .forEach((index, at) => into.#push(this.#ordinals[index] as number, this.#places[index] as number, this.#looks[index] as number, same[at]));
  }

  /** Its places one after the other, in the same order whatever order the report has its results in. */
  *ranges(): Iterable<PlaceRange> {
    const order = this.#order();
    for (let from = 0; from < order.length; ) {
      const place = this.#places[order[from] as number] as number;
      let end = from;
      while (end < order.length && this.#places[order[end] as number] === place) {
        end += 1;
      }
      yield { place: keyOfPlace(place), from, end };
      from = end;
    }
  }

  /** Whole places together, at most `most` findings a batch unless one place alone has more; in the order of the ordinals. */
  *batches(most: number): Iterable<readonly Placed[]> {
    let batch: Placed[] = [];
    for (const { place, from, end } of this.ranges()) {
      if (batch.length > 0 && batch.length + end - from > most) {
        yield batch.toSorted((a, b) => a.ordinal - b.ordinal);
        batch = [];
      }
      for (let nth = from; nth < end; nth += 1) {
        const { ordinal, same } = this.at(nth);
        batch.push({ ordinal, place, same });
      }
    }
    if (batch.length > 0) {
      yield batch.toSorted((a, b) => a.ordinal - b.ordinal);
    }
  }

  #order(): Uint32Array {
    if (this.#sorted === null) {
      this.#sorted = Uint32Array.from({ length: this.length }, (_none, index) => index);
      this.#sorted.sort((a, b) => (this.#places[a] as number) - (this.#places[b] as number) || (this.#ordinals[a] as number) - (this.#ordinals[b] as number));
    }
    return this.#sorted;
  }
}

/** Places of any number, by their hashes. */
export class PlaceSet {
  #hashes = new Set<number>();

  static of(hashes: Iterable<number>): PlaceSet {
    const places = new PlaceSet();
    places.#hashes = new Set(hashes);
    return places;
  }

  add(place: string): void {
    this.#hashes.add(digestOf(place));
  }

  has(place: string): boolean {
    return this.#hashes.has(digestOf(place));
  }
}

/** A longer one with the same beginning. */
export function grown<Numbers extends Uint8Array | Uint32Array | Float64Array>(from: Numbers, into: Numbers): Numbers {
  into.set(from);
  return into;
}

/** Coarser than any place that findings are matched by: what shares a place there shares it here. */
export function batchPlace(location: Location): string {
  switch (location.kind) {
    case 'file':
      return location.path;
    case 'package':
      return `${location.ecosystem ?? ''}/${location.package}`;
    case 'url':
      return /^[^/]*\/\/([^/?#]*)/u.exec(location.url)?.[1] ?? location.url;
    case 'host':
      return location.host;
    case 'none':
      return '';
  }
}

/** What read a package, as the matching names it. */
export function manifestOf({ path }: Extract<Location, { kind: 'package' }>): string {
  return withoutVersion(path ?? '');
}
