import { describe, expect, test } from 'vitest';
import { content, context } from './evidence.ts';
import type { Features } from './features.ts';
import { dice, sightBoth } from './made-up.ts';
import { movedFindings } from './moves.ts';
import { likenessOf } from './renames.ts';
import type { Sighted } from './sighting.ts';

type Wish = Partial<Features>;

function moved(olds: readonly Wish[], news: readonly Wish[], ground: { gone?: readonly string[]; born?: readonly string[] } = {}) {
  const both = sightBoth(olds, news);
  const isGone = (place: string) => ground.gone?.includes(place) ?? false;
  const isBorn = (place: string) => ground.born?.includes(place) ?? false;
  const said = (old: number, fresh: number) =>
    content(both.olds[old] as Sighted, both.news[fresh] as Sighted, both.census) + context(both.olds[old] as Sighted, both.news[fresh] as Sighted, both.census);
  return { said, candidates: movedFindings(both.olds, both.news, both.census, { isGone, isBorn }) };
}

const told = (olds: readonly Wish[], news: readonly Wish[], ground = {}) =>
  moved(olds, news, ground).candidates.map(({ old, fresh }) => `${old}-${fresh}`).toSorted().join(' ');

const line = (name: string) => `call_${name}(with_an_argument_of_${name});`;
const word = (roll: (below: number) => number) => Array.from({ length: 20 }, () => String.fromCharCode(97 + roll(26))).join('');
const around = (name: string) => ({ before: [`${name}1`, `${name}2`, `${name}3`], after: [`${name}4`, `${name}5`, `${name}6`] });
/** A finding whose text and surroundings nobody else has. */
const one = (name: string, place: string, at: number): Wish => ({ text: line(name), place, line: at, ...around(name) });

describe('what moved within its file', () => {
  test('is worth its content less a cost that grows with the distance', () => {
    const { candidates, said } = moved([one('a', 'f.c', 10)], [one('a', 'f.c', 41)]);

    expect(candidates).toHaveLength(1);
    expect(candidates[0]?.worth).toBeCloseTo(said(0, 0) - 3 - 0.3 * Math.log2(32), 10);
    expect(moved([one('a', 'f.c', 41)], [one('a', 'f.c', 10)]).candidates[0]?.worth).toBeCloseTo(said(0, 0) - 3 - 0.3 * Math.log2(32), 10);
  });

  test('may have been edited on the way', () => {
    const before = { ...one('alpha', 'f.c', 10) };

    expect(told([before], [{ ...before, line: 400, text: line('alphas') }])).toBe('0-0');
    expect(told([before], [{ ...before, line: 400, text: 'return wholly(other);' }])).toBe('');
  });
});

describe('what moved to another file', () => {
  test('is worth its content less a cost, which is lower from a gone file, to a new one, to one of a like path', () => {
    const worth = (from: string, to: string, ground = {}) => {
      const { candidates, said } = moved([one('a', from, 10)], [one('a', to, 10)], ground);
      return (candidates[0]?.worth ?? Number.NaN) - said(0, 0);
    };

    expect(worth('ab', 'cd')).toBeCloseTo(-8, 10);
    expect(worth('ab', 'cd', { gone: ['ab'] })).toBeCloseTo(-7, 10);
    expect(worth('ab', 'cd', { born: ['cd'] })).toBeCloseTo(-7, 10);
    expect(worth('ab', 'cd', { gone: ['cd'], born: ['ab'] })).toBeCloseTo(-8, 10);
    expect(worth('src/a.c', 'src/ab.c')).toBeCloseTo(-8 + 2 * likenessOf('src/a.c', 'src/ab.c'), 10);
  });

  test('is not taken where little speaks for it', () => {
    const { candidates } = moved([{ text: 'assert(x);', place: 'ab' }], [{ text: 'assert(x);', place: 'cd' }]);

    expect(candidates).toEqual([]);
  });

  test('is likelier in company: each neighbour that made the same move adds to it, one that moved a little otherwise half', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
    const block = (place: string, from: number, count: number, step = (at: number) => at * 10) => names.slice(0, count).map((name, at) => one(name, place, from + step(at)));
    const company = (count: number, step?: (at: number) => number) => {
      const { candidates, said } = moved(block('ab', 10, count), block('cd', 100, count, step));
      return candidates.toSorted((x, y) => x.old - y.old).map(({ old, fresh, worth }) => worth - said(old, fresh) + 8);
    };

    expect(company(1)).toEqual([expect.closeTo(0, 10)]);
    expect(company(2)).toEqual([expect.closeTo(0.8, 10), expect.closeTo(0.8, 10)]);
    expect(company(3)).toEqual([1.6, 1.6, 1.6].map((value) => expect.closeTo(value, 10)));
    // One moved two lines further, one three: half, and nothing.
    expect(company(2, (at) => at * 12)).toEqual([0.4, 0.4].map((value) => expect.closeTo(value, 10)));
    expect(company(2, (at) => at * 8)).toEqual([0.4, 0.4].map((value) => expect.closeTo(value, 10)));
    expect(company(2, (at) => at * 13)).toEqual([0, 0].map((value) => expect.closeTo(value, 10)));
    // Four neighbours either side count, and no more than four nats.
    expect(company(12)[0]).toBeCloseTo(4 * 0.8, 10);
    expect(company(12)[1]).toBeCloseTo(4, 10);
    expect(company(12)[6]).toBeCloseTo(4, 10);
    expect(company(12).at(-1)).toBeCloseTo(4 * 0.8, 10);
  });
});

describe('what is proposed', () => {
  test('is one to one, so that the whole is worth most', () => {
    const [a, twin] = [one('a', 'f.c', 10), { ...one('a', 'f.c', 30), ...around('b') }];

    expect(told([a, twin], [{ ...twin, line: 500 }, { ...a, line: 520 }])).toBe('0-1 1-0');
    expect(told([a], [{ ...a, line: 500 }, { ...a, line: 520 }])).toBe('0-0');
    const [k, b] = [one('k', 'f.c', 20), one('b', 'f.c', 30)];
    expect(told([a, k, b], [{ ...b, line: 500 }, { ...a, line: 520 }])).toBe('0-1 2-0');
    const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, at) => one(name, 'f.c', 10 + at));
    expect(told(six, six.map((each) => ({ ...each, line: (each.line ?? 0) * 50 })).toReversed())).toBe('0-5 1-4 2-3 3-2 4-1 5-0');
  });

  test('is of equal content anywhere, unless so many have it that it says nothing', () => {
    const files = (folder: string, count: number) => Array.from({ length: count }, (_none, at) => ({ ...one('a', `${folder}${at}`, 5), ...around(`n${at}`) }));

    expect(told(files('p', 60), files('q', 60)).split(' ')).toHaveLength(60);
    expect(told(files('p', 61), files('q', 61))).toBe('');
    expect(told(files('p', 61), files('q', 1))).toBe('');
    expect(told(files('p', 1), files('q', 61))).toBe('');
  });

  test('is all of a rule in one file, unless that is too much: then what keeps its order', () => {
    const said = (name: string) => ({ text: `${name}(x);` });
    const edited = (name: string, place: string, at: number): Wish => ({ ...one(name, place, at), ...said(`${name}s`) });
    const names = (count: number) => Array.from({ length: count }, (_none, at) => word(dice(at + 1)));
    const few = names(40);
    const old = few.map((name, at) => ({ ...one(name, 'f.c', 10 + at), ...said(name) }));
    const turned = few.map((name, at) => edited(name, 'f.c', 900 - at * 9)).toReversed();

    expect(told(old, turned).split(' ')).toHaveLength(40);
    const many = names(101);
    const oldMany = many.map((name, at) => ({ ...one(name, 'f.c', 10 + at), ...said(name) }));
    const turnedMany = many.map((name, at) => edited(name, 'f.c', 2_900 - at * 9)).toReversed();
    // Nothing equal, and turned round: a chain of one is all that keeps the order.
    expect(told(oldMany, turnedMany).split(' ').length).toBeLessThan(5);
    expect(told(oldMany, many.map((name, at) => edited(name, 'f.c', 2_000 + at))).split(' ')).toHaveLength(101);
  });

  test('is edited neighbours of what moved to another file, too', () => {
    const olds = [one('a', 'src/x.c', 10), one('bbbb', 'src/x.c', 20), one('c', 'src/x.c', 30)];
    const news = [one('a', 'src/y.c', 110), { ...one('bbbb', 'src/y.c', 120), text: line('bbbbs') }, one('c', 'src/y.c', 130)];

    expect(told(olds, news)).toBe('0-0 1-1 2-2');
    const other = (all: readonly Wish[]) => all.map((each) => ({ ...each, place: each.place?.replace('src', 'web') ?? '', text: `other_${each.text}`, before: (each.before ?? []).map((word) => `o${word}`), after: (each.after ?? []).map((word) => `o${word}`) }));
    expect(told([...olds, ...other(olds)], [...news, ...other(news)])).toBe('0-0 1-1 2-2 3-3 4-4 5-5');
    expect(told(olds.slice(1, 2), news.slice(1, 2))).toBe('');
  });
});
