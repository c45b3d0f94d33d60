import { describe, expect, test } from 'vitest';
import { sightBoth } from './made-up.ts';
import { contentKey, likenessOf, renamedFiles } from './renames.ts';
import type { Sighted } from './sighting.ts';

/** Files with the texts that are found in them. */
type Files = Readonly<Record<string, readonly string[]>>;

function renamed(before: Files, after: Files): string {
  const wishes = (files: Files) => Object.entries(files).flatMap(([place, texts]) => texts.map((text, line) => ({ place, text, line })));
  const { olds, news } = sightBoth(wishes(before), wishes(after));
  const byPlace = (all: readonly Sighted[]) => Map.groupBy(all, (one) => one.features.place);
  const ground = { isGone: (place: string) => after[place] === undefined, isBorn: (place: string) => before[place] === undefined };
  return renamedFiles(byPlace(olds), byPlace(news), ground).map(([from, to]) => `${from}>${to}`).join(' ');
}

const three = ['one', 'two', 'three'];

describe('a file became another', () => {
  test('where one is gone, one is new, and half of the larger one is common: three findings, or the same name', () => {
    expect(renamed({ 'a.c': three }, { 'b.c': three })).toBe('a.c>b.c');
    expect(renamed({ 'a.c': three }, { 'b.c': [...three, 'x', 'y', 'z'] })).toBe('a.c>b.c');
    expect(renamed({ 'a.c': three }, { 'b.c': [...three, 'x', 'y', 'z', 'w'] })).toBe('');
    expect(renamed({ 'a.c': [...three, 'x', 'y', 'z', 'w'] }, { 'b.c': three })).toBe('');
    expect(renamed({ 'a.c': ['one', 'two'] }, { 'b.c': ['one', 'two'] })).toBe('');
    expect(renamed({ 'src/a.c': ['one'] }, { 'lib/a.c': ['one'] })).toBe('src/a.c>lib/a.c');
    expect(renamed({ 'src/a.c': ['one'] }, { 'lib/a.c': ['two'] })).toBe('');
    expect(renamed({ 'src/a.c': ['one', 'x', 'y'] }, { 'lib/a.c': ['one', 'u', 'v'] })).toBe('');
  });

  test('but not where the old one is still there, or the new one was', () => {
    expect(renamed({ 'a.c': three }, { 'a.c': ['x'], 'b.c': three })).toBe('');
    expect(renamed({ 'a.c': three, 'b.c': ['x'] }, { 'b.c': three })).toBe('');
  });

  test('counting each finding as often as both have it', () => {
    expect(renamed({ 'a.c': ['one', 'one', 'one'] }, { 'b.c': ['one', 'one', 'one'] })).toBe('a.c>b.c');
    expect(renamed({ 'a.c': ['one', 'one', 'one'] }, { 'b.c': ['one', 'x', 'y'] })).toBe('');
    expect(renamed({ 'a.c': ['one', 'x', 'y'] }, { 'b.c': ['one', 'one', 'one'] })).toBe('');
  });

  test('of several the one with most in common, then of the likest path', () => {
    expect(renamed({ 'a.c': three }, { 'b.c': [...three, 'x'], 'c.c': three })).toBe('a.c>c.c');
    expect(renamed({ 'src/net/a.c': three }, { 'q/z.c': three, 'src/net/aa.c': three })).toBe('src/net/a.c>src/net/aa.c');
    expect(renamed({ 'a.c': three, 'b.c': [...three, 'x'] }, { 'c.c': [...three, 'x'] })).toBe('b.c>c.c');
  });

  test('each once', () => {
    expect(renamed({ 'a.c': three, 'b.c': three }, { 'c.c': three })).toBe('a.c>c.c');
    expect(renamed({ 'a.c': three }, { 'b.c': three, 'c.c': three })).toBe('a.c>b.c');
    // Of equals the first by name, however the lists come.
    expect(renamed({ 'b.c': three, 'a.c': three }, { 'c.c': three })).toBe('a.c>c.c');
    expect(renamed({ 'a.c': three }, { 'c.c': three, 'b.c': three })).toBe('a.c>b.c');
    expect(renamed({ 'b.c': three, 'a.c': three }, { 'd.c': three, 'c.c': three })).toBe('a.c>c.c b.c>d.c');
  });

  test('except by what so many files hold that it says nothing', () => {
    const files = (folder: string, count: number) => Object.fromEntries(Array.from({ length: count }, (_none, at) => [`${folder}/f${at}.c`, ['one']]));

    expect(renamed(files('src', 200), files('lib', 200)).split(' ')).toHaveLength(200);
    expect(renamed(files('src', 201), files('lib', 201))).toBe('');
  });
});

describe('where three files were surely renamed by one edit of the path', () => {
  const moved = (folder: string, count: number): Files =>
    Object.fromEntries(Array.from({ length: count }, (_none, at) => [`${folder}/f${at}.c`, [`a${at}`, `b${at}`, `c${at}`]]));

  test('others follow by half of the smaller one', () => {
    const [before, after] = [{ 'src/g.c': ['x', 'y'] }, { 'lib/g.c': ['x', 'z', 'w', 'v', 'u'] }];

    expect(renamed({ ...moved('src', 3), ...before }, { ...moved('lib', 3), ...after })).toContain('src/g.c>lib/g.c');
    expect(renamed({ ...moved('src', 2), ...before }, { ...moved('lib', 2), ...after })).not.toContain('g.c');
    expect(renamed({ ...moved('src', 3), ...before }, { ...moved('lib', 3), 'lib2/g.c': after['lib/g.c'] })).not.toContain('g.c');
    expect(renamed({ ...moved('src', 3), 'src/g.c': ['x', 'y', 'q'] }, { ...moved('lib', 3), ...after })).not.toContain('g.c');
  });

  test('a file that follows goes there, although another is as good', () => {
    const told = renamed({ ...moved('src', 4), 'src/g.c': three }, { ...moved('lib', 4), 'lib/g.c': [...three, 'x'], 'srcs/g.c': three });

    expect(told).toContain('src/g.c>lib/g.c');
  });

  test('an edit in the middle, at the end and at the beginning is one', () => {
    const names = (of: (at: number) => string, texts: readonly string[]): Files => ({
      ...Object.fromEntries([0, 1, 2].map((at) => [of(at), [`a${at}`, `b${at}`, `c${at}`]])),
      [of(9)]: texts,
    });
    const follows = (from: (at: number) => string, to: (at: number) => string) =>
      renamed(names(from, ['x', 'y']), names(to, ['x', 'z', 'w', 'v', 'u'])).includes(`${from(9)}>${to(9)}`);

    expect(follows((at) => `p/old/f${at}.c`, (at) => `p/new/f${at}.c`)).toBe(true);
    expect(follows((at) => `p/f${at}.js`, (at) => `p/f${at}.ts`)).toBe(true);
    expect(follows((at) => `f${at}.c`, (at) => `lib/f${at}.c`)).toBe(true);
    expect(follows((at) => `lib/f${at}.c`, (at) => `f${at}.c`)).toBe(true);
    const deeper = renamed({ ...names((at) => `p/f${at}.c`, []), 'p/g.c': ['x', 'y'] }, { ...names((at) => `p/p/f${at}.c`, []), 'p/p/p/g.c': ['x', 'z', 'w', 'v', 'u'] });
    expect(deeper).toContain('p/f1.c>p/p/f1.c');
    expect(deeper).not.toContain('g.c');
    expect(follows((at) => `a${at}/f.c`, (at) => `f${at}.c`)).toBe(false);
  });
});

test('paths are alike by the name of the file and by all of it, each for half', () => {
  expect(likenessOf('src/a.c', 'src/a.c')).toBe(1);
  // The names are the same; of the five pairs of either path, ".c" and "a." and "/a" are common.
  expect(likenessOf('s/a.c', 't/a.c')).toBeCloseTo((1 + (2 * 3) / 8) / 2, 10);
  expect(likenessOf('a', 'a')).toBe(1);
  expect(likenessOf('x/a', 'y/a')).toBeCloseTo((1 + (2 * 1) / 4) / 2, 10);
  expect(likenessOf('ab', 'cd')).toBe(0);
  expect(likenessOf('x/ab', 'y/ab')).toBeCloseTo((1 + (2 * 2) / 6) / 2, 10);
  expect(likenessOf('q/abc', 'q/abd')).toBeCloseTo(((2 * 1) / 4 + (2 * 3) / 8) / 2, 10);
});

describe('content is the same', () => {
  const isSame = (a: object, b: object) => {
    const { olds, news } = sightBoth([a], [b]);
    return contentKey(olds[0] as Sighted) === contentKey(news[0] as Sighted);
  };

  test('by rule and text, or without a text by rule, message and extent', () => {
    expect(isSame({ text: 'x', message: 'a', column: 1, width: 1 }, { text: 'x', message: 'b', column: 2, width: 2 })).toBe(true);
    expect(isSame({ text: 'x' }, { text: 'y' })).toBe(false);
    expect(isSame({ text: 'x', rule: 'R1' }, { text: 'x', rule: 'R2' })).toBe(false);
    expect(isSame({ message: 'a' }, { message: 'a', line: 9 })).toBe(true);
    for (const other of [{ message: 'b' }, { column: 2 }, { width: 2 }, { rule: 'R2' }, { text: 'x' }]) {
      expect(isSame({ message: 'a' }, { message: 'a', ...other })).toBe(false);
    }
  });
});
