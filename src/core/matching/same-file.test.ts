import { describe, expect, test } from 'vitest';
import type { Features } from './features.ts';
import { madeUp, sightBoth } from './made-up.ts';
import { alignFile } from './same-file.ts';

type Wish = Partial<Features>;

const pairs = (olds: readonly Wish[], news: readonly Wish[]) => {
  const both = sightBoth(olds, news);
  return alignFile(both.olds, both.news, both.census);
};
const told = (olds: readonly Wish[], news: readonly Wish[]) => pairs(olds, news).map(({ old, fresh }) => `${old}-${fresh}`).join(' ');
const straight = (count: number, by = 0) => Array.from({ length: count }, (_none, at) => `${at}-${at + by}`).join(' ');
const rows = (count: number, first = 10): Wish[] => Array.from({ length: count }, (_none, at) => ({ line: first + at * 2, text: `row_${at}(value_${at * 7});` }));

describe('a file that did not change', () => {
  test('is paired line by line, whatever its findings are like', () => {
    const alike: Wish[] = Array.from({ length: 30 }, (_none, at) => ({ line: at + 1, text: 'x' }));

    expect(told(alike, alike)).toBe(straight(30));
    expect(told([], [])).toBe('');
    // Not compared, only seen to be the same: no score.
    expect(pairs(alike, alike).every(({ score, shift }) => score === 0 && shift === 0)).toBe(true);
  });

  test('although nothing else would tell that it is the same', () => {
    const weak: Wish[] = [{ line: 4, message: 'm' }, { line: 4, message: 'n' }];

    expect(told(weak, weak)).toBe('0-0 1-1');
  });
});

describe('a change in the middle', () => {
  test('leaves the pairs before it and after it', () => {
    const before = rows(80);
    const after = [...before.slice(0, 40), { line: 91, text: 'a_new_call(of_its_own);' }, ...before.slice(40).map((one) => ({ ...one, line: (one.line ?? 0) + 3 }))];

    expect(told(before, after)).toBe(`${straight(40)} ${Array.from({ length: 40 }, (_none, at) => `${at + 40}-${at + 41}`).join(' ')}`);
    expect(pairs(before, after).slice(-10).every(({ shift, score }) => shift === 3 && score === 0)).toBe(true);
    // Next to the change they were weighed.
    expect(pairs(before, after)[38]?.score).toBeGreaterThan(0);
    expect(pairs(before, after)[35]?.score).toBe(0);
  });

  test('and a part that was taken out', () => {
    const before = rows(80);
    const after = [...before.slice(0, 40), ...before.slice(45).map((one) => ({ ...one, line: (one.line ?? 0) - 10 }))];

    expect(told(before, after)).toBe(`${straight(40)} ${Array.from({ length: 35 }, (_none, at) => `${at + 45}-${at + 40}`).join(' ')}`);
  });

  test('where of equal ones another than the last was taken out, what stands around tells', () => {
    const around = (name: string) => ({ before: [`${name}1`, `${name}2`], after: [`${name}3`] });
    const equal = (line: number, name: string): Wish => ({ line, text: 'assert(x);', ...around(name) });
    const before = [equal(10, 'a'), equal(20, 'b'), equal(30, 'c'), equal(40, 'd')];

    expect(told(before, [equal(10, 'a'), equal(20, 'c'), equal(30, 'd')])).toBe('0-0 2-1 3-2');
  });

  test('at the end is weighed with what stands before it', () => {
    const scores = (olds: readonly Wish[], news: readonly Wish[]) => pairs(olds, news).map(({ score }) => score > 0);
    const weighed = [...Array.from({ length: 6 }, () => false), true, true, true, true];

    expect(scores(rows(10), rows(11))).toEqual(weighed);
    expect(scores(rows(11), rows(10))).toEqual(weighed);
  });

  test('an unchanged end is believed only where it is long', () => {
    const score = (count: number) => pairs(rows(count), [{ line: 1, text: 'a_new_call(of_its_own);' }, ...rows(count).map((one) => ({ ...one, line: (one.line ?? 0) + 5 }))]).at(-1)?.score;

    expect(score(40)).toBe(0);
    expect(score(24)).toBe(0);
    expect(score(23)).toBeGreaterThan(0);
  });
});

describe('unchanged is only what is the same in all that is known of it', () => {
  const one = madeUp({ line: 4, text: 'f(x);', before: ['a', 'b'], after: ['c'], width: 3 });
  const isSame = (other: Wish) => pairs([one], [{ ...one, ...other }])[0]?.score === 0;

  test('rule, text, message, line, column, extent, and the lines around', () => {
    expect(isSame({})).toBe(true);
    for (const other of [{ rule: 'R2' }, { text: 'f(y);' }, { message: 'n' }, { line: 5 }, { column: 2 }, { width: 4 }]) {
      expect(isSame(other)).toBe(false);
    }
    for (const other of [{ before: ['a'] }, { before: ['a', 'b', 'c'] }, { before: ['a', 'c'] }, { before: ['b', 'b'] }, { after: ['d'] }, { after: [] }]) {
      expect(isSame(other)).toBe(false);
    }
  });
});
