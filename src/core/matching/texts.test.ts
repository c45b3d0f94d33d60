import { expect, test } from 'vitest';
import { dice, digestOfLine, digestOfSqueezed, profileOf, squeezed } from './texts.ts';

const alike = (a: string, b: string) => dice(profileOf(a), profileOf(b));

test('white space and the kind of quotes are no part of a line', () => {
  expect(squeezed('\tputs( "a  b" ,\u00a0`c` ) ')).toBe("puts('ab','c')");
  expect(digestOfLine('  return "x";')).toBe(digestOfLine("return  'x';"));
});

test('lines of other words have other digests, a line without a word has none', () => {
  expect(digestOfLine('return a;')).not.toBe(digestOfLine('return b;'));
  expect(digestOfSqueezed('ab')).not.toBe(digestOfSqueezed('ba'));
  expect(['', '  ', '});', '/* -- */'].map(digestOfLine)).toEqual(['', '', '', '']);
  expect([digestOfLine('1'), digestOfLine('ß')]).not.toContain('');
});

test('digests are FNV-1a, the same on every machine and in every version', () => {
  expect(digestOfSqueezed('a')).toBe((0xe40c292c).toString(36));
  expect(digestOfSqueezed('foobar')).toBe((0xbf9cf968).toString(36));
});

test('texts are alike by the pairs of characters that they share', () => {
  expect(alike('abcd', 'abcd')).toBe(1);
  expect(alike('abcd', 'wxyz')).toBe(0);
  // ab, bc of ab, bc, cd and of ab, bc, cx.
  expect(alike('abcd', 'abcx')).toBeCloseTo(4 / 6, 10);
  // A pair that stands twice on one side counts once.
  expect(alike('abab', 'ab')).toBeCloseTo(2 / 4, 10);
  expect(alike('ab', 'abab')).toBeCloseTo(2 / 4, 10);
  expect(alike('abab', 'xabyabz')).toBeCloseTo(4 / 9, 10);
});

test('a text of one character has no pair, and is like nothing', () => {
  expect(alike('a', 'a')).toBe(0);
  expect(alike('', '')).toBe(0);
  expect(alike('', 'abc')).toBe(0);
  expect([...profileOf('aaa')]).toEqual([97 * 65_536 + 97, 97 * 65_536 + 97]);
});
