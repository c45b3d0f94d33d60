import { describe, expect, test } from 'vitest';
import type { Features } from './features.ts';
import { pairByFingerprint } from './fingerprints.ts';
import { sightBoth } from './made-up.ts';

type Wish = Partial<Features>;

/** Pairs of all that is known and all that was found. */
function pairs(known: readonly Wish[], found: readonly Wish[], freeOlds = known.map((_one, at) => at), freeNews = found.map((_one, at) => at)): string {
  const { olds, news, census } = sightBoth(known, found);
  const free = (all: typeof olds, which: readonly number[]) => which.map((at) => all[at] as (typeof olds)[0]);
  const told = pairByFingerprint(free(olds, freeOlds), free(news, freeNews), { known: olds, found: news }, census);
  return told.map(([old, fresh]) => `${freeOlds[old]}-${freeNews[fresh]}`).join(' ');
}

const id = (value: string, more: Wish = {}): Wish => ({ fingerprints: { id: value }, ...more });

describe('a fingerprint pairs', () => {
  test('what bears the same value, wherever it is', () => {
    expect(pairs([id('a', { place: 'x' }), id('b')], [id('b', { place: 'y', line: 90 }), id('a')])).toBe('1-0 0-1');
    expect(pairs([id('a')], [id('b')])).toBe('');
    expect(pairs([id('a')], [{}])).toBe('');
    expect(pairs([{}], [id('a')])).toBe('');
    expect(pairs([{}], [id('a'), {}])).toBe('');
  });

  test('but never two of different rules', () => {
    expect(pairs([id('a', { rule: 'R1' })], [id('a', { rule: 'R2' })])).toBe('');
  });

  test('nor two whose texts contradict it', () => {
    expect(pairs([id('a', { text: 'abcde' })], [id('a', { text: 'vwxyz' })])).toBe('');
    expect(pairs([id('a', { text: 'abcde' })], [id('a', { text: 'abcxy' })])).toBe('0-0');
    expect(pairs([id('a', { text: 'abcde' })], [id('a')])).toBe('0-0');
    expect(pairs([id('a')], [id('a', { text: 'abcde' })])).toBe('0-0');
  });

  test('each once, by the first name of the alphabet', () => {
    const old = { fingerprints: { b: '1', a: '2' } };

    expect(pairs([old, { fingerprints: { b: '9', a: '3' } }], [{ fingerprints: { b: '1', a: '3' } }, { fingerprints: { a: '2' } }])).toBe('1-0 0-1');
    expect(pairs([{ fingerprints: { a: '1', b: '1' } }], [{ fingerprints: { a: '1' } }, { fingerprints: { b: '1' } }])).toBe('0-0');
    expect(pairs([{ fingerprints: { a: '1' } }, { fingerprints: { b: '1' } }], [{ fingerprints: { a: '1', b: '1' } }])).toBe('0-0');
  });
});

describe('a fingerprint is not believed', () => {
  const many = (count: number) => Array.from({ length: count }, (_none, at) => id(`v${at}`));

  test('where the tool writes a constant', () => {
    const constant = [id('requires login', { line: 1 }), id('requires login', { line: 2 })];

    expect(pairs(constant, constant)).toBe('');
    expect(pairs([...constant, id('x')], [id('x')])).toBe('');
    expect(pairs([id('x')], [...constant, id('x')])).toBe('');
  });

  test('where less than 99 of 100 values are different, on either side', () => {
    // Of a hundred, two share a value.
    const good = [...many(99), id('v0')];
    const bad = [...many(98), id('v0'), id('v1')];

    expect(pairs(good, [id('v5')])).toBe('5-0');
    expect(pairs([id('v5')], good)).toBe('0-5');
    // What bears none is not counted.
    expect(pairs([...good, ...Array.from({ length: 500 }, () => ({}))], [id('v5')])).toBe('5-0');
    expect(pairs(bad, [id('v5')])).toBe('');
    expect(pairs([id('v5')], bad)).toBe('');
    expect(pairs([...bad, ...Array.from({ length: 500 }, () => ({}))], [id('v5')])).toBe('');
  });

  test('where several of what is left share the value', () => {
    const good = [...many(99), id('v0')];

    expect(pairs(good, [id('v0')])).toBe('');
    expect(pairs([id('v0')], good)).toBe('');
    // One of the two is taken already: then it tells.
    expect(pairs(good, [id('v0')], [99])).toBe('99-0');
  });
});
