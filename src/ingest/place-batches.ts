import { withoutVersion } from '../core/matching/features.ts';
import type { Location } from '../core/matching/finding.ts';

/** What a scope's findings are batched by, without their texts: 24 bytes a finding. */
export class PlaceIndex {
  #ordinals = new Uint32Array(1024);
  #places = new Float64Array(1024);
  length = 0;

  add(ordinal: number, place: string): void {
    if (this.length === this.#ordinals.length) {
      this.#ordinals = grown(this.#ordinals, new Uint32Array(this.length * 2));
      this.#places = grown(this.#places, new Float64Array(this.length * 2));
    }
    this.#ordinals[this.length] = ordinal;
    this.#places[this.length] = hashOf(place);
    this.length += 1;
  }

  places(): PlaceSet {
    return new PlaceSet(this.#places.subarray(0, this.length));
  }

  /**
   * Numbers of findings, whole places together, at most `most` a batch unless one place alone has more. The same batches
   * whatever order the report has its results in.
   */
  *batches(most: number): Iterable<readonly number[]> {
    const order = Uint32Array.from({ length: this.length }, (_none, index) => index);
    order.sort((a, b) => (this.#places[a] as number) - (this.#places[b] as number) || a - b);
    let batch: number[] = [];
    for (let at = 0; at < order.length; ) {
      let end = at;
      while (end < order.length && this.#places[order[end] as number] === this.#places[order[at] as number]) {
        end += 1;
      }
      if (batch.length > 0 && batch.length + end - at > most) {
        yield batch.toSorted((a, b) => a - b);
        batch = [];
      }
      for (; at < end; at += 1) {
        batch.push(this.#ordinals[order[at] as number] as number);
      }
    }
    if (batch.length > 0) {
      yield batch.toSorted((a, b) => a - b);
    }
  }
}

/** Places of any number, by their hashes. */
export class PlaceSet {
  readonly #hashes: Set<number>;

  constructor(hashes: Iterable<number> = []) {
    this.#hashes = new Set(hashes);
  }

  add(place: string): void {
    this.#hashes.add(hashOf(place));
  }

  has(place: string): boolean {
    return this.#hashes.has(hashOf(place));
  }
}

function grown<Numbers extends Uint32Array | Float64Array>(from: Numbers, into: Numbers): Numbers {
  into.set(from);
  return into;
}

/** 53 bits; two places with one hash only share a batch. */
function hashOf(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 2_654_435_761);
    low = Math.imul(low ^ unit, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & low) + (high >>> 0);
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
