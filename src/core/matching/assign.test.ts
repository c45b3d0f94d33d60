import { expect, test } from 'vitest';
import type { Candidate } from './assign.ts';
import { assign } from './assign.ts';
import { dice } from './made-up.ts';

const worthOf = (chosen: readonly Candidate[]) => chosen.reduce((sum, one) => sum + one.worth, 0);
const told = (chosen: readonly Candidate[]) => chosen.map(({ old, fresh }) => `${old}-${fresh}`).toSorted().join(' ');

/** The best that trying everything finds. */
function bestOf(candidates: readonly Candidate[], olds = new Set<number>(), news = new Set<number>()): number {
  const [first, ...rest] = candidates;
  if (first === undefined) {
    return 0;
  }
  const without = bestOf(rest, olds, news);
  if (first.worth <= 0 || olds.has(first.old) || news.has(first.fresh)) {
    return without;
  }
  return Math.max(without, first.worth + bestOf(rest, new Set([...olds, first.old]), new Set([...news, first.fresh])));
}

test('nothing comes of nothing, and a pair of no worth is never taken', () => {
  expect(assign([])).toEqual([]);
  expect(assign([{ old: 0, fresh: 0, worth: 0 }, { old: 1, fresh: 1, worth: -2 }])).toEqual([]);
  expect(assign([{ old: 0, fresh: 0, worth: 0.1 }])).toEqual([{ old: 0, fresh: 0, worth: 0.1 }]);
});

test('the second best of one goes before the best of another where the whole is worth more', () => {
  const candidates = [
    { old: 0, fresh: 0, worth: 10 },
    { old: 0, fresh: 1, worth: 9 },
    { old: 1, fresh: 0, worth: 9 },
  ];

  expect(told(assign(candidates))).toBe('0-1 1-0');
  expect(told(assign([...candidates, { old: 1, fresh: 1, worth: 9 }]))).toBe('0-0 1-1');
});

test('a pair may be left out for the sake of the whole', () => {
  expect(told(assign([{ old: 0, fresh: 0, worth: 1 }, { old: 0, fresh: 1, worth: 5 }, { old: 1, fresh: 1, worth: 1 }]))).toBe('0-1');
});

test('one to one, and worth as much as anything that can be chosen', () => {
  for (let seed = 1; seed <= 120; seed += 1) {
    const roll = dice(seed);
    const [olds, news] = [1 + roll(5), 1 + roll(5)];
    const candidates = Array.from({ length: 1 + roll(12) }, () => ({ old: roll(olds), fresh: roll(news), worth: roll(12) - 2 })).filter(
      (one, at, all) => all.findIndex((other) => other.old === one.old && other.fresh === one.fresh) === at,
    );

    const chosen = assign(candidates);

    expect(new Set(chosen.map((one) => one.old)).size).toBe(chosen.length);
    expect(new Set(chosen.map((one) => one.fresh)).size).toBe(chosen.length);
    expect(chosen.every((one) => one.worth > 0)).toBe(true);
    expect(worthOf(chosen)).toBe(bestOf(candidates));
  }
});

test('groups that do not touch each other are solved apart', () => {
  const at = (from: number) => [
    { old: from, fresh: from, worth: 10 },
    { old: from, fresh: from + 1, worth: 9 },
    { old: from + 1, fresh: from, worth: 9 },
  ];

  expect(told(assign([...at(0), ...at(10)]))).toBe('0-1 1-0 10-11 11-10');
});

/** A chain in which taking the best first is worth less than the whole. */
const chain = (length: number) => Array.from({ length }, (_none, at) => [
  { old: at, fresh: at, worth: 10 },
  { old: at, fresh: at + 1, worth: 10.5 },
]).flat();

test('a group of 160 on a side is solved exactly', () => {
  const group = [...chain(159), { old: 159, fresh: 0, worth: 30 }];

  expect(worthOf(assign(group))).toBe(159 * 10.5 + 30);
});

test('a larger group takes the best pair first, of equals the first', () => {
  const large = [...chain(161), { old: 161, fresh: 161, worth: 2 }, { old: 170, fresh: 0, worth: 10 }];

  const chosen = assign(large);

  expect(new Set(chosen.map((one) => one.old)).size).toBe(chosen.length);
  expect(new Set(chosen.map((one) => one.fresh)).size).toBe(chosen.length);
  // Every 10.5 comes before any 10, so that new one 161 is gone when its old namesake is looked at.
  expect(chosen.filter((one) => one.worth === 10.5)).toHaveLength(161);
  expect(chosen.filter((one) => one.worth === 2)).toHaveLength(0);
  expect(told(assign([...Array.from({ length: 170 }, (_none, old) => ({ old, fresh: 0, worth: 1 }))].toReversed()))).toBe('0-0');
  expect(told(assign([...Array.from({ length: 170 }, (_none, fresh) => ({ old: 0, fresh, worth: 1 }))].toReversed()))).toBe('0-0');
});
