import { diffLines, gap } from './line-diff.ts';
import type { Sighted } from './sighting.ts';

export type Verdict = 'carried' | 'elsewhere' | 'same hunk' | 'other hunk';

/**
 * What became of the lines of a file, as far as the surroundings of its findings tell: together they are pieces of the
 * file before and after, and the two are compared like any two texts.
 */
export class LineMap {
  readonly #news = new Map<number, number>();
  readonly #oldHunks = new Map<number, number>();
  readonly #newHunks = new Map<number, number>();

  constructor(olds: readonly Sighted[], news: readonly Sighted[]) {
    const before = knownLines(olds);
    const after = knownLines(news);
    const carried = diffLines(before.lines, after.lines);
    let i = 0;
    let j = 0;
    [...carried, [before.lines.length, after.lines.length] as const].forEach(([a, b], hunk) => {
      before.numbers.slice(i, a).forEach((number) => this.#oldHunks.set(number, hunk));
      after.numbers.slice(j, b).forEach((number) => this.#newHunks.set(number, hunk));
      i = a + 1;
      j = b + 1;
    });
    for (const [a, b] of carried) {
      this.#news.set(before.numbers[a] as number, after.numbers[b] as number);
    }
  }

  /** Of an old line and a new one: carried over as it was, carried elsewhere, changed in the same stretch, or neither. */
  verdict(old: number, fresh: number): Verdict {
    const to = this.#news.get(old);
    if (to !== undefined) {
      return to === fresh ? 'carried' : 'elsewhere';
    }
    const hunk = this.#newHunks.get(fresh);
    return hunk !== undefined && hunk === this.#oldHunks.get(old) ? 'same hunk' : 'other hunk';
  }
}

/** Null where a side has no line beside the flagged ones: then there is nothing to compare. */
export function lineMapOf(olds: readonly Sighted[], news: readonly Sighted[]): LineMap | null {
  return hasContext(olds) && hasContext(news) ? new LineMap(olds, news) : null;
}

function hasContext(all: readonly Sighted[]): boolean {
  return all.some(({ before, after }) => before.length + after.length > 0);
}

function knownLines(all: readonly Sighted[]): { readonly numbers: readonly number[]; readonly lines: readonly number[] } {
  const known = new Map<number, number>();
  for (const { features, flagged, before, after } of all) {
    if (flagged >= 0) {
      known.set(features.line, flagged);
    }
    before.forEach((line, at) => known.set(features.line - 1 - at, line));
    after.forEach((line, at) => known.set(features.line + 1 + at, line));
  }
  const numbers: number[] = [];
  const lines: number[] = [];
  for (const number of [...known.keys()].toSorted((a, b) => a - b)) {
    const last = numbers.at(-1);
    if (last !== undefined && number > last + 1) {
      numbers.push(last + 1);
      lines.push(gap);
    }
    numbers.push(number);
    lines.push(known.get(number) as number);
  }
  return { numbers, lines };
}
