import { describe, expect, test } from 'vitest';
import { content, context, isAlike } from './evidence.ts';
import type { Features } from './features.ts';
import { sightBoth } from './made-up.ts';

type Wish = Partial<Features>;

/** What speaks for a pair, among others of the same rule. */
function said(old: Wish, fresh: Wish, others: readonly Wish[] = []): number {
  const { olds, news, census } = sightBoth([old, ...others], [fresh, ...others]);
  return content(olds[0] as (typeof olds)[0], news[0] as (typeof news)[0], census);
}

function around(old: Wish, fresh: Wish, others: readonly Wish[] = []): number {
  const { olds, news, census } = sightBoth([old, ...others], [fresh, ...others]);
  return context(olds[0] as (typeof olds)[0], news[0] as (typeof news)[0], census);
}

/** How much an equal one of so many says, where none but these two have it. */
const once = (all: number) => Math.log((all + 5) / 0.5);
const text = 'strcpy(target,source);';
const edited = 'strcpy(target,sourced);';

describe('of two equal texts', () => {
  const long = Math.log((1 + text.length + 5) / 0.5);

  test('the text speaks, column and message a little', () => {
    expect(said({ text }, { text })).toBeCloseTo(long + 0.5 + 0.2, 10);
    expect(said({ text, column: 2 }, { text, column: 3 })).toBeCloseTo(long - 0.5 + 0.2, 10);
    expect(said({ text, message: 'a' }, { text, message: 'b' })).toBeCloseTo(long + 0.5 - 0.5, 10);
  });

  test('it speaks less the more there are', () => {
    const others = (count: number) => Array.from({ length: count }, () => ({ text, place: 'other.c' }));

    expect(said({ text }, { text }, others(1))).toBeLessThan(said({ text }, { text }));
    expect(said({ text }, { text }, others(200))).toBeLessThan(1);
  });
});

describe('of a line that was edited', () => {
  /** Never more than strangers allow: experience, and one look at the two themselves. */
  const likeness = (2 * 20) / (21 + 22);
  const spoken = Math.log(0.05 / ((12 * Math.exp(-6.5 * likeness) + 1) / 13));

  test('the likeness speaks', () => {
    expect(said({ text }, { text: edited })).toBeCloseTo(spoken + 0.3 + 1, 10);
    expect(said({ text, column: 2 }, { text: edited, column: 3 })).toBeCloseTo(spoken - 0.2 + 1, 10);
    expect(said({ text, message: 'a' }, { text: edited, message: 'b' })).toBeCloseTo(spoken + 0.3 - 0.5, 10);
  });

  test('a message that all have speaks less than one that these two have alone', () => {
    const others = Array.from({ length: 30 }, (_none, at) => ({ text: `zzz${at}yyy${at}` }));

    expect(said({ text }, { text: edited }, others)).toBeLessThan(said({ text, message: 'm' }, { text: edited, message: 'm' }, others));
  });

  test('it speaks against a pair where lines of the rule often are as alike', () => {
    const others = Array.from({ length: 12 }, (_none, at) => ({ text: `strcpy(target,source${String.fromCharCode(97 + at)});` }));

    expect(said({ text }, { text: edited }, others)).toBeLessThan(0);
  });

  test('another line is another line', () => {
    expect(said({ text }, { text: 'gets(wholly_other_thing);' })).toBe(-6);
    // Half alike is not another line yet.
    expect(said({ text: 'abcde', message: 'a' }, { text: 'abcxy', message: 'b' })).toBeCloseTo((0.5 - 0.65) * 14 + 0.3 - 0.5, 10);
  });
});

describe('without a text', () => {
  const one = { message: 'm', column: 4, width: 9 };

  test('message, column and extent speak', () => {
    expect(said(one, one)).toBeCloseTo(once(1) + once(1) + once(1) * 1.2, 10);
    expect(said(one, { ...one, message: 'n' })).toBeCloseTo(-2 + once(1) + once(1) * 1.2, 10);
    expect(said(one, { ...one, column: 5 })).toBeCloseTo(once(1) - 0.5 + once(1) * 1.2, 10);
    expect(said(one, { ...one, width: 8 })).toBeCloseTo(once(1) + once(1) - 1.2, 10);
  });

  test('also where one side has a text', () => {
    expect(said({ ...one, text }, one)).toBeCloseTo(said(one, one), 10);
    expect(said(one, { ...one, text })).toBeCloseTo(said(one, one), 10);
  });
});

describe('the lines around', () => {
  const lines = ['one', 'two', 'three'];
  /** A line that nobody else has around six or so findings: two nats at most, of which it loses a part where it is missing. */
  const rare = (all: number) => Math.min(2, Math.log((all + 5) / 0.5) * 0.4);

  test('say nothing where a side has none', () => {
    expect(around({ before: lines }, { after: lines })).toBe(0);
    expect(around({}, {})).toBe(0);
    expect(around({ before: lines }, {})).toBe(0);
    expect(around({}, { before: lines })).toBe(0);
  });

  test('speak for a pair where they are equal, on either side', () => {
    expect(around({ before: ['one'] }, { before: ['one'] })).toBeCloseTo(rare(1), 10);
    expect(around({ after: ['one'] }, { after: ['one'] })).toBeCloseTo(rare(1), 10);
    expect(around({ before: lines, after: lines }, { before: lines, after: lines })).toBeCloseTo(6 * Math.min(2, Math.log((6 + 5) / 1.5) * 0.4), 10);
  });

  test('speak against it where they are others', () => {
    expect(around({ before: ['one'] }, { before: ['uno'] })).toBeCloseTo(-0.6, 10);
    expect(around({ before: lines }, { before: ['uno', 'due', 'tre'] })).toBeCloseTo(-1.8, 10);
    expect(around({ before: lines }, { before: ['uno'] })).toBeCloseTo(-0.6, 10);
    expect(around({ before: ['uno'] }, { before: lines })).toBeCloseTo(-0.6, 10);
  });

  test('of a line without a word say little, and its lack nothing', () => {
    expect(around({ before: [''] }, { before: [''] })).toBeCloseTo(0.1, 10);
    expect(around({ before: [''] }, { before: ['one'] })).toBe(0);
    expect(around({ before: ['', 'one'] }, { before: ['', 'uno'] })).toBeCloseTo(0.1 - 0.6, 10);
  });

  test('are displaced by a line that was put in, and no more', () => {
    const before = around({ before: lines }, { before: ['new', 'one', 'two'] });

    expect(before).toBeCloseTo(2 * 0.6 * (rare(3) + 0.6) - 1.8, 10);
    expect(before).toBeGreaterThan(around({ before: lines }, { before: ['uno', 'due', 'tre'] }));
  });

  test('count once and in order', () => {
    const crossed = around({ before: ['one', 'two'] }, { before: ['two', 'one'] });

    expect(crossed).toBeCloseTo(0.6 * (rare(2) + 0.6) - 1.2, 10);
    expect(around({ before: ['one', 'one'] }, { before: ['one', 'uno'] })).toBeCloseTo(Math.min(2, Math.log((2 + 5) / (1.5 - 1 + 0.5)) * 0.4) + 0.6 - 1.2, 10);
  });

  test('that stand everywhere say less than those that do not', () => {
    const others = Array.from({ length: 50 }, () => ({ before: ['often'] }));

    expect(around({ before: ['often'] }, { before: ['often'] }, others)).toBeLessThan(around({ before: ['one'] }, { before: ['one'] }, others));
  });
});

describe('a fixed one is known again', () => {
  const again = (old: Wish, fresh: Wish) => {
    const { olds, news, census } = sightBoth([old], [fresh]);
    return isAlike(olds[0] as (typeof olds)[0], news[0] as (typeof news)[0], census);
  };

  test('by the same line, or one that is three quarters alike', () => {
    expect(again({ text }, { text })).toBe(true);
    expect(again({ text: 'assert(\nx' }, { text: 'assert(\nwholly_other' })).toBe(true);
    expect(again({ text }, { text: edited })).toBe(true);
    // abcde and abcdx share three of four pairs.
    expect(again({ text: 'abcde' }, { text: 'abcdx' })).toBe(true);
    expect(again({ text: 'abcd' }, { text: 'abcx' })).toBe(false);
    expect(again({ text, line: 4 }, { text: 'gets(line);', line: 4 })).toBe(false);
  });

  test('without a text by message and extent together', () => {
    const one = { message: 'm', column: 4, width: 9, line: 4 };

    expect(again(one, { ...one, line: 40 })).toBe(true);
    expect(again(one, { ...one, message: 'n' })).toBe(false);
    expect(again(one, { ...one, column: 5 })).toBe(false);
    expect(again(one, { ...one, width: 8 })).toBe(false);
    expect(again({ ...one, text }, one)).toBe(false);
    expect(again(one, { ...one, text })).toBe(false);
  });
});
