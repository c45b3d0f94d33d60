import { content, context } from './evidence.ts';
import type { LineMap, Verdict } from './line-map.ts';
import { lineMapOf } from './line-map.ts';
import type { Census, Sighted } from './sighting.ts';
import type { Weights } from './weights.ts';
import { weights } from './weights.ts';

/** How far apart, in findings, two neighbours of a chain may be on either side before only the best chain so far counts. */
const oldReach = 12;
const newReach = 24;
/** Above this number of possible pairs of one file, only pairs of equal text and near pairs are looked at. */
const cellsMax = 400_000;
const nearMost = 40;

/** What the comparison of the lines around adds. */
const verdictWeight = { carried: 'carried', elsewhere: 'elsewhere', 'same hunk': 'sameHunk', 'other hunk': 'otherHunk' } as const satisfies Record<Verdict, keyof Weights>;

export interface Linked {
  readonly old: number;
  readonly fresh: number;
  readonly score: number;
  /** By how many lines it moved. */
  readonly shift: number;
}

interface Anchor extends Linked {
  best: number;
  previous: Anchor | null;
}

/**
 * Pairs the findings of one file across two scans, both in order of position: the likeliest chain of pairs that keeps the
 * order, where neighbours that move by the same number of lines support each other. `anywhere`: the chain may begin at any
 * distance (another file, or a block that was moved).
 */
export function align(olds: readonly Sighted[], news: readonly Sighted[], census: Census, anywhere = false): readonly Linked[] {
  const rows = anchorsOf(olds, news, census, lineMapOf(olds, news));
  // Of all chains that end before the reach among the old, and of all that end before, the best ones by their last new finding.
  const far = new BestBefore(news.length);
  const wide = new BestBefore(news.length);
  let best: Anchor | null = null;
  for (let i = 0; i < rows.length; i += 1) {
    for (const anchor of rows[i - oldReach - 1] ?? []) {
      far.add(anchor);
    }
    for (const anchor of rows[i - 1] ?? []) {
      wide.add(anchor);
    }
    for (const anchor of rows[i] as Anchor[]) {
      extend(anchor, rows, anywhere);
      consider(anchor, far.best(anchor.fresh - 1));
      consider(anchor, wide.best(anchor.fresh - newReach - 1));
      if (best === null || anchor.best > best.best) {
        best = anchor;
      }
    }
  }
  const pairs: Linked[] = [];
  for (let anchor = best; anchor !== null; anchor = anchor.previous) {
    pairs.push(anchor);
  }
  return pairs.toReversed();
}

function extend(anchor: Anchor, rows: readonly (readonly Anchor[])[], anywhere: boolean): void {
  anchor.best = anchor.score - (anywhere ? 0 : shiftCost(anchor.shift));
  for (let i = Math.max(0, anchor.old - oldReach); i < anchor.old; i += 1) {
    for (const one of rows[i] as Anchor[]) {
      if (one.fresh < anchor.fresh && one.fresh >= anchor.fresh - newReach) {
        consider(anchor, one);
      }
    }
  }
}

function consider(anchor: Anchor, before: Anchor | null): void {
  if (before === null) {
    return;
  }
  const value = before.best + anchor.score - shiftCost(anchor.shift - before.shift);
  if (value > anchor.best) {
    anchor.best = value;
    anchor.previous = before;
  }
}

const shiftMost = 4_000;

/** Neighbours seldom move apart, and seldom far. */
function shiftCost(change: number): number {
  return change === 0 ? 0 : weights.apart + weights.apartPerDoubling * Math.log2(1 + Math.min(Math.abs(change), shiftMost));
}

function anchorsOf(olds: readonly Sighted[], news: readonly Sighted[], census: Census, lines: LineMap | null): Anchor[][] {
  const candidates = candidatesOf(olds, news);
  return olds.map((old, index) =>
    candidates(index).flatMap((fresh) => {
      const other = news[fresh] as Sighted;
      const carried = lines === null ? 0 : weights[verdictWeight[lines.verdict(old.features.line, other.features.line)]];
      const score = content(old, other, census) + context(old, other, census) + carried + weights.pair;
      const shift = other.features.line - old.features.line;
      return score > 0 ? [{ old: index, fresh, score, shift, best: 0, previous: null }] : [];
    }),
  );
}

/** New findings of the same group; where that is too many, those of the same text and those of about the same rank. */
function candidatesOf(olds: readonly Sighted[], news: readonly Sighted[]): (old: number) => readonly number[] {
  const groups = new Map<number, number[]>();
  const oldRanks = new Map<number, number>();
  const oldCounts = new Map<number, number>();
  news.forEach((one, index) => listIn(groups, one.group).push(index));
  olds.forEach((one, index) => {
    const rank = oldCounts.get(one.group) ?? 0;
    oldRanks.set(index, rank);
    oldCounts.set(one.group, rank + 1);
  });
  const texts = new Map<string, number[]>();
  news.forEach((one, index) => listIn(texts, `${one.group} ${one.text}`).push(index));
  return (index) => {
    const old = olds[index] as Sighted;
    const all = groups.get(old.group) ?? [];
    const count = oldCounts.get(old.group) ?? 1;
    if (all.length * count <= cellsMax) {
      return all;
    }
    const middle = Math.round(((oldRanks.get(index) ?? 0) * all.length) / count);
    const equal = old.text === 0 ? [] : (texts.get(`${old.group} ${old.text}`) ?? []).slice(0, nearMost);
    return [...new Set([...all.slice(Math.max(0, middle - nearMost), middle + nearMost), ...equal])].toSorted((a, b) => a - b);
  };
}

function listIn<Key>(lists: Map<Key, number[]>, key: Key): number[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** Prefix maxima of chains by the position of their last new finding (a Fenwick tree). */
class BestBefore {
  readonly #tree: (Anchor | null)[];

  constructor(length: number) {
    this.#tree = Array.from({ length: length + 1 }, () => null);
  }

  add(anchor: Anchor): void {
    for (let at = anchor.fresh + 1; at < this.#tree.length; at += at & -at) {
      const here = this.#tree[at];
      if (here === null || here === undefined || here.best < anchor.best) {
        this.#tree[at] = anchor;
      }
    }
  }

  /** The best chain whose last new finding is at `last` or before. */
  best(last: number): Anchor | null {
    let found: Anchor | null = null;
    for (let at = last + 1; at > 0; at -= at & -at) {
      const here = this.#tree[at];
      if (here !== null && here !== undefined && (found === null || here.best > found.best)) {
        found = here;
      }
    }
    return found;
  }
}
