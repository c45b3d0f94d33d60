import { describe, expect, test } from 'vitest';
import type { Features } from './features.ts';
import { lineMapOf } from './line-map.ts';
import { sightBoth } from './made-up.ts';
import { digestOfSqueezed } from './texts.ts';

/** A finding at a line of a text, with as many lines either side as are told. */
function at(line: number, text: string, around = 3): Partial<Features> {
  const lines = text.split(' ');
  const word = (index: number) => (lines[index] === '-' ? '' : (lines[index] as string));
  const before = Array.from({ length: around }, (_none, by) => line - 2 - by).filter((index) => index >= 0);
  const after = Array.from({ length: around }, (_none, by) => line + by).filter((index) => index < lines.length);
  return { line, text: word(line - 1), before: before.map((index) => digest(word(index))), after: after.map((index) => digest(word(index))) };
}

/** Digests as the features have them are of text; the flagged line of a made-up one is digested by the census. */
function digest(word: string): string {
  return word === '' ? '' : digestOfSqueezed(word);
}

function map(olds: readonly Partial<Features>[], news: readonly Partial<Features>[]) {
  const both = sightBoth(olds, news);
  return lineMapOf(both.olds, both.news);
}

describe('what became of a line', () => {
  const before = 'a b c d e f g';

  test('it was carried over, with what stands beside it', () => {
    const lines = map([at(4, before)], [at(5, `x ${before}`)]);

    expect(lines?.verdict(4, 5)).toBe('carried');
    expect(lines?.verdict(2, 3)).toBe('carried');
    expect(lines?.verdict(4, 4)).toBe('elsewhere');
    expect(lines?.verdict(1, 9)).toBe('elsewhere');
  });

  test('it was changed in a stretch that also changed in the new one', () => {
    const lines = map([at(4, before)], [at(4, 'a b c D e f g')]);

    expect(lines?.verdict(4, 4)).toBe('same hunk');
    expect(lines?.verdict(3, 3)).toBe('carried');
    expect(lines?.verdict(4, 3)).toBe('other hunk');
    // A line that was carried from elsewhere is in no stretch that changed.
    expect(lines?.verdict(4, 5)).toBe('other hunk');
  });

  test('it was changed in one stretch and the new one in another', () => {
    const lines = map([at(3, 'a b c d e f g h'), at(6, 'a b c d e f g h')], [at(3, 'a b C d e F g h'), at(6, 'a b C d e F g h')]);

    expect(lines?.verdict(3, 3)).toBe('same hunk');
    expect(lines?.verdict(6, 6)).toBe('same hunk');
    expect(lines?.verdict(3, 6)).toBe('other hunk');
    expect(lines?.verdict(6, 3)).toBe('other hunk');
  });

  test('nobody knows a line that no finding is near', () => {
    const lines = map([at(4, before)], [at(4, before)]);

    expect(lines?.verdict(90, 4)).toBe('other hunk');
    expect(lines?.verdict(90, 91)).toBe('other hunk');
  });

  test('a stretch at the end that is only in one of them is a change of its own', () => {
    const lines = map([at(1, 'a b c d', 3)], [at(1, 'a b x y', 3)]);

    expect(lines?.verdict(2, 2)).toBe('carried');
    expect(lines?.verdict(3, 3)).toBe('same hunk');
    expect(lines?.verdict(4, 3)).toBe('same hunk');
  });
});

test('what is not known between two findings holds no two lines together', () => {
  const old = 'a b c d e f g h i j k l';
  const lines = map([at(2, old, 1), at(10, old, 1)], [at(2, 'a b c x y i j k', 1), at(7, 'a b c x y i j k', 1)]);

  expect(lines?.verdict(10, 7)).toBe('carried');
  expect(lines?.verdict(3, 3)).toBe('carried');
  expect(lines?.verdict(9, 6)).toBe('carried');
  expect(lines?.verdict(4, 4)).toBe('same hunk');
});

test('a flagged line without a text is a line that is not known', () => {
  const bare = (line: number, word: string) => ({ line, text: '', before: [digest(word)], after: [digest(`${word}2`)] });
  const lines = map([bare(4, 'x')], [bare(9, 'x')]);

  expect(lines?.verdict(3, 8)).toBe('carried');
  expect(lines?.verdict(5, 10)).toBe('carried');
  expect(lines?.verdict(4, 9)).toBe('same hunk');
});

test('a flagged line without a word is a line all the same', () => {
  const bracket = (line: number) => ({ line, text: '});', before: [digest('x')], after: [digest('y')] });

  expect(map([bracket(4)], [bracket(9)])?.verdict(4, 9)).toBe('carried');
});

test('without a line beside the flagged ones, on either side, there is nothing to compare', () => {
  const bare = { line: 4, text: 'd' };

  expect(map([bare], [at(4, 'a b c d e')])).toBeNull();
  expect(map([at(4, 'a b c d e')], [bare])).toBeNull();
  expect(map([], [])).toBeNull();
  expect(map([bare, at(4, 'a b c d e')], [bare, at(4, 'a b c d')])).not.toBeNull();
  expect(map([{ ...bare, after: ['x'] }], [{ ...bare, before: ['x'] }])).not.toBeNull();
});
