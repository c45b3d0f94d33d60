import type { Sighted } from './sighting.ts';
import { dice, profileOf } from './texts.ts';
import { weights } from './weights.ts';

export interface Ground {
  /** Has no finding in the new scan. */
  readonly isGone: (place: string) => boolean;
  /** Had no finding in what is known. */
  readonly isBorn: (place: string) => boolean;
}

interface FilePair {
  readonly from: string;
  readonly to: string;
  readonly common: number;
  readonly ofLarger: number;
  readonly ofSmaller: number;
  /** What was cut and what was put into the path, between its common ends. */
  readonly edit: string;
}

/** A key held by more findings of one side than this says nothing about which file became which. */
const commonMax = 200;
/** So many sure renames by one edit of the path make it a pattern that others may follow with less in common. */
const patternLeast = 3;

/** Which file became which, surest first, each place once: gone files and born ones with most of their findings in common. */
export function renamedFiles(
  olds: ReadonlyMap<string, readonly Sighted[]>,
  news: ReadonlyMap<string, readonly Sighted[]>,
  ground: Ground,
): readonly (readonly [string, string])[] {
  const pairs = filePairs(olds, news, ground);
  const patterns = new Map<string, number>();
  for (const { edit } of pairs.filter(isSure)) {
    patterns.set(edit, (patterns.get(edit) ?? 0) + 1);
  }
  const follows = (one: FilePair) => (patterns.get(one.edit) ?? 0) - (isSure(one) ? 1 : 0) >= patternLeast;
  const worth = (one: FilePair) => (follows(one) ? 2 : 0) + one.ofLarger + likenessOf(one.from, one.to);
  const taken = new Set<string>();
  return pairs
    .filter((one) => isSure(one) || (follows(one) && one.ofSmaller >= weights.renamedCommon))
    .map((one) => ({ ...one, worth: worth(one) }))
    .toSorted((a, b) => b.worth - a.worth || b.common - a.common || (a.from < b.from || (a.from === b.from && a.to < b.to) ? -1 : 1))
    .flatMap(({ from, to }) => {
      if (taken.has(`o${from}`) || taken.has(`n${to}`)) {
        return [];
      }
      taken.add(`o${from}`).add(`n${to}`);
      return [[from, to] as const];
    });
}

function isSure({ ofLarger, common, from, to }: FilePair): boolean {
  return ofLarger >= weights.renamedCommon && (common >= 3 || baseOf(from) === baseOf(to));
}

function filePairs(
  olds: ReadonlyMap<string, readonly Sighted[]>,
  news: ReadonlyMap<string, readonly Sighted[]>,
  ground: Ground,
): readonly FilePair[] {
  const born = new Map<string, Map<string, number>>();
  for (const [place, list] of news) {
    if (ground.isBorn(place)) {
      for (const [key, count] of countsOf(list)) {
        const places = born.get(key) ?? new Map<string, number>();
        places.set(place, count);
        born.set(key, places);
      }
    }
  }
  const pairs: FilePair[] = [];
  for (const [from, list] of olds) {
    if (!ground.isGone(from)) {
      continue;
    }
    const common = new Map<string, number>();
    for (const [key, count] of countsOf(list)) {
      const places = born.get(key);
      if (places !== undefined && places.size <= commonMax) {
        for (const [to, other] of places) {
          common.set(to, (common.get(to) ?? 0) + Math.min(count, other));
        }
      }
    }
    for (const [to, number] of common) {
      const other = news.get(to)?.length ?? 0;
      const ofLarger = number / Math.max(list.length, other);
      pairs.push({ from, to, common: number, ofLarger, ofSmaller: number / Math.min(list.length, other), edit: editOf(from, to) });
    }
  }
  return pairs;
}

function countsOf(list: readonly Sighted[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of list) {
    const key = contentKey(one);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** The same in two findings where their content is, as far as it is told. */
export function contentKey({ group, text, message, features }: Sighted): string {
  return text === 0 ? `${group} ${message} ${features.column} ${features.width}` : `${group} ${text}`;
}

function editOf(from: string, to: string): string {
  const most = Math.min(from.length, to.length);
  let start = 0;
  while (start < most && from[start] === to[start]) {
    start += 1;
  }
  let end = 0;
  while (end < most - start && from.at(-1 - end) === to.at(-1 - end)) {
    end += 1;
  }
  return `${from.slice(start, from.length - end)}\u0001${to.slice(start, to.length - end)}`;
}

/** How alike two paths are: the name of the file counts as much as its folders. */
export function likenessOf(from: string, to: string): number {
  const [a, b] = [baseOf(from), baseOf(to)];
  const base = a === b ? 1 : dice(profileOf(a), profileOf(b));
  return (base + (from === to ? 1 : dice(profileOf(from), profileOf(to)))) / 2;
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
