import type { Features } from './features.ts';

/** Above this product of lengths, only equal texts are paired, in order. */
const cellsMax = 4_000_000;
/** Leaving one of each side alone costs twice this: a pair must be more likely than two strangers. */
const alone = 0.55;

/** Pairs two lists of one rule in one file, both by position, keeping their order, at minimum cost. [old, new] indexes. */
export function align(olds: readonly Features[], news: readonly Features[]): readonly (readonly [number, number])[] {
  if (olds.length * news.length > cellsMax) {
    return equalTexts(olds, news);
  }
  const shift = commonShift(olds, news);
  const width = news.length + 1;
  const costs = new Float64Array((olds.length + 1) * width);
  for (let i = 0; i <= olds.length; i += 1) {
    for (let j = 0; j <= news.length; j += 1) {
      costs[i * width + j] = cheapest(costs, width, i, j, () => difference(olds[i - 1] as Features, news[j - 1] as Features, shift));
    }
  }
  return traced(costs, width, olds, news, shift);
}

function cheapest(costs: Float64Array, width: number, i: number, j: number, pairCost: () => number): number {
  if (i === 0 || j === 0) {
    return (i + j) * alone;
  }
  const skip = Math.min(costs[(i - 1) * width + j] as number, costs[i * width + j - 1] as number) + alone;
  return Math.min(skip, (costs[(i - 1) * width + j - 1] as number) + pairCost());
}

function traced(
  costs: Float64Array,
  width: number,
  olds: readonly Features[],
  news: readonly Features[],
  shift: number,
): readonly (readonly [number, number])[] {
  const pairs: [number, number][] = [];
  let i = olds.length;
  let j = news.length;
  while (i > 0 && j > 0) {
    const here = costs[i * width + j] as number;
    const pair = (costs[(i - 1) * width + j - 1] as number) + difference(olds[i - 1] as Features, news[j - 1] as Features, shift);
    if (Math.abs(here - pair) < 1e-9) {
      pairs.push([i - 1, j - 1]);
      i -= 1;
      j -= 1;
    } else if (Math.abs(here - ((costs[(i - 1) * width + j] as number) + alone)) < 1e-9) {
      i -= 1;
    } else {
      j -= 1;
    }
  }
  return pairs;
}

/** 0 for the same, above twice `alone` for strangers. */
function difference(a: Features, b: Features, shift: number): number {
  const away = Math.abs(b.line - a.line - shift);
  const distance = Math.min(0.3, Math.log2(1 + Math.min(away, Math.abs(b.line - a.line))) / 30);
  const message = a.message === b.message ? 0 : 0.35;
  if (a.text === '' || b.text === '') {
    return message + distance * 1.5;
  }
  const unlike = a.text === b.text ? 0 : 1 - similarity(a.text, b.text);
  return unlike * 1.3 + message * 0.5 + distance;
}

/** Dice's coefficient over pairs of characters: 1 the same, 0 nothing in common. */
export function similarity(a: string, b: string): number {
  if (a.length < 2 || b.length < 2) {
    return a === b ? 1 : 0;
  }
  const counts = new Map<string, number>();
  for (let at = 0; at + 1 < a.length; at += 1) {
    const pair = a.slice(at, at + 2);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  let common = 0;
  for (let at = 0; at + 1 < b.length; at += 1) {
    const pair = b.slice(at, at + 2);
    const left = counts.get(pair) ?? 0;
    if (left > 0) {
      common += 1;
      counts.set(pair, left - 1);
    }
  }
  return (2 * common) / (a.length + b.length - 2);
}

/** By how many lines most of what is surely the same has moved. */
function commonShift(olds: readonly Features[], news: readonly Features[]): number {
  const lines = new Map<string, number>();
  const key = (features: Features) => `${features.text}\u0001${features.message}`;
  for (const old of olds) {
    lines.set(key(old), lines.has(key(old)) ? Number.NaN : old.line);
  }
  const shifts = news.flatMap((one) => {
    const line = lines.get(key(one));
    return line === undefined || Number.isNaN(line) ? [] : [one.line - line];
  });
  return shifts.toSorted((a, b) => a - b)[Math.floor(shifts.length / 2)] ?? 0;
}

function equalTexts(olds: readonly Features[], news: readonly Features[]): readonly (readonly [number, number])[] {
  const waiting = new Map<string, number[]>();
  const key = (features: Features) => `${features.text}\u0001${features.message}`;
  olds.forEach((old, index) => waiting.set(key(old), [...(waiting.get(key(old)) ?? []), index]));
  return news.flatMap((one, index) => {
    const old = waiting.get(key(one))?.shift();
    return old === undefined ? [] : [[old, index] as const];
  });
}
