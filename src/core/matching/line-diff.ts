/** Equals no line, not even another gap. */
export const gap = -2;
/** Without a word: equal to its like, but never an anchor. */
export const blank = 0;

/** A line that stands this often in a stretch is no anchor. */
const rareMost = 64;
/** Above this product of lengths, a stretch without a line that is unique on both sides is left unpaired. */
const cellsMax = 1_000_000;

type Pairs = [number, number][];

/**
 * Equal lines in order: those that are unique on both sides first (patience), then the runs of the rarest (histogram), the rest
 * by the longest common sequence. [old, new] indexes.
 */
export function diffLines(a: readonly number[], b: readonly number[]): readonly (readonly [number, number])[] {
  const pairs: Pairs = [];
  const boxes = [{ fromA: 0, toA: a.length, fromB: 0, toB: b.length }];
  for (let box = boxes.pop(); box !== undefined; box = boxes.pop()) {
    boxes.push(...split(a, b, trimmed(a, b, box, pairs), pairs));
  }
  return pairs.toSorted((x, y) => x[0] - y[0]);
}

interface Box {
  readonly fromA: number;
  readonly toA: number;
  readonly fromB: number;
  readonly toB: number;
}

function trimmed(a: readonly number[], b: readonly number[], box: Box, pairs: Pairs): Box {
  let { fromA, toA, fromB, toB } = box;
  while (fromA < toA && fromB < toB && a[fromA] === b[fromB] && a[fromA] !== gap) {
    pairs.push([fromA, fromB]);
    fromA += 1;
    fromB += 1;
  }
  while (fromA < toA && fromB < toB && a[toA - 1] === b[toB - 1] && a[toA - 1] !== gap) {
    toA -= 1;
    toB -= 1;
    pairs.push([toA, toB]);
  }
  return { fromA, toA, fromB, toB };
}

/** The stretches between the anchors; where there is no anchor, the stretch is solved at once. */
function split(a: readonly number[], b: readonly number[], box: Box, pairs: Pairs): readonly Box[] {
  const { fromA, toA, fromB, toB } = box;
  const unique = uniqueInOrder(a, b, box);
  const isSmall = (toA - fromA) * (toB - fromB) <= cellsMax;
  const anchors = unique.length === 0 && isSmall ? rarestRun(a, b, box) : unique;
  if (anchors.length === 0) {
    if (isSmall) {
      commonSequence(a, b, box, pairs);
    }
    return [];
  }
  for (const [i, j] of anchors) {
    pairs.push([i, j]);
  }
  const starts = [[fromA, fromB] as const, ...anchors.map(([i, j]) => [i + 1, j + 1] as const)];
  return starts.map(([startA, startB], at) => {
    const [endA, endB] = anchors[at] ?? [toA, toB];
    return { fromA: startA, toA: endA, fromB: startB, toB: endB };
  });
}

function uniqueInOrder(a: readonly number[], b: readonly number[], box: Box): readonly (readonly [number, number])[] {
  const inA = placesOf(a, box.fromA, box.toA);
  const inB = placesOf(b, box.fromB, box.toB);
  const common: (readonly [number, number])[] = [];
  for (const [line, i] of inA) {
    const j = inB.get(line) ?? -1;
    if (i >= 0 && j >= 0 && line !== gap && line !== blank) {
      common.push([i, j]);
    }
  }
  return longestRising(common);
}

/** The run of equal lines that holds the rarest one, of these the longest: where code repeats itself, it tells which part is which. */
function rarestRun(a: readonly number[], b: readonly number[], box: Box): readonly (readonly [number, number])[] {
  const places = Map.groupBy(
    Array.from({ length: box.toA - box.fromA }, (_none, at) => box.fromA + at).filter((at) => a[at] !== gap && a[at] !== blank),
    (at) => a[at] as number,
  );
  let best: readonly (readonly [number, number])[] = [];
  let bestRarity = rareMost;
  let next = box.fromB;
  for (let j = box.fromB; j < box.toB; j = next) {
    next = j + 1;
    const mine = places.get(b[j] as number) ?? [];
    for (const i of mine.length <= bestRarity ? mine : []) {
      const run = runAround(a, b, box, i, j);
      next = Math.max(next, (run.at(-1) as readonly [number, number])[1] + 1);
      const rarity = Math.min(...run.map(([at]) => places.get(a[at] as number)?.length ?? rareMost));
      if (rarity < bestRarity || (rarity === bestRarity && run.length > best.length)) {
        bestRarity = rarity;
        best = run;
      }
    }
  }
  return best;
}

function runAround(a: readonly number[], b: readonly number[], box: Box, i: number, j: number): readonly (readonly [number, number])[] {
  const isSame = (by: number) => a[i + by] === b[j + by] && a[i + by] !== gap;
  let before = 0;
  while (i - before > box.fromA && j - before > box.fromB && isSame(-before - 1)) {
    before += 1;
  }
  let after = 1;
  while (i + after < box.toA && j + after < box.toB && isSame(after)) {
    after += 1;
  }
  return Array.from({ length: before + after }, (_none, at): readonly [number, number] => [i - before + at, j - before + at]);
}

/** Where each line stands, the first in order first; -1: more than once. */
function placesOf(lines: readonly number[], from: number, to: number): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (let at = from; at < to; at += 1) {
    const line = lines[at] as number;
    found.set(line, found.has(line) ? -1 : at);
  }
  return found;
}

/** The longest run of pairs that rises on both sides. */
function longestRising(pairs: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const tails: number[] = [];
  const before = new Int32Array(pairs.length);
  pairs.forEach(([, j], at) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[tails[middle] as number] as readonly [number, number])[1] < j) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    before[at] = tails[low - 1] ?? -1;
    tails[low] = at;
  });
  const rising: (readonly [number, number])[] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = before[at] as number) {
    rising.push(pairs[at] as readonly [number, number]);
  }
  return rising.toReversed();
}

function commonSequence(a: readonly number[], b: readonly number[], box: Box, pairs: Pairs): void {
  const { fromA, toA, fromB, toB } = box;
  const width = toB - fromB + 1;
  const best = new Uint32Array((toA - fromA + 1) * width);
  const isSame = (i: number, j: number) => a[i] === b[j] && a[i] !== gap;
  for (let i = toA - 1; i >= fromA; i -= 1) {
    for (let j = toB - 1; j >= fromB; j -= 1) {
      const at = (i - fromA) * width + j - fromB;
      best[at] = isSame(i, j) ? (best[at + width + 1] as number) + 1 : Math.max(best[at + width] as number, best[at + 1] as number);
    }
  }
  let i = fromA;
  let j = fromB;
  while (i < toA && j < toB) {
    const at = (i - fromA) * width + j - fromB;
    if (isSame(i, j)) {
      pairs.push([i, j]);
      i += 1;
      j += 1;
    } else if ((best[at + width] as number) >= (best[at + 1] as number)) {
      i += 1;
    } else {
      j += 1;
    }
  }
}
