import { describe, expect, test } from 'vitest';
import type { Features } from './features.ts';
import { sightBoth } from './made-up.ts';
import { dice, profileOf } from './texts.ts';

const times = (count: number, of: (at: number) => Partial<Features>) => Array.from({ length: count }, (_none, at) => of(at));

describe('a group', () => {
  const isOne = (a: Partial<Features>, b: Partial<Features>) => {
    const { olds, news } = sightBoth([a], [b]);
    return olds[0]?.group === news[0]?.group;
  };

  test('is of one rule and the names beside it', () => {
    expect(isOne({ place: 'a', message: 'x' }, { place: 'b', message: 'y' })).toBe(true);
    expect(isOne({ rule: 'R1' }, { rule: 'R2' })).toBe(false);
    expect(isOne({ extra: 'q' }, { extra: 'sort' })).toBe(false);
  });

  test('is that of the rule’s newest name', () => {
    expect(isOne({ rule: 'old' }, { rule: 'new', aliases: ['older', 'old'] })).toBe(true);
    expect(isOne({ rule: 'old' }, { rule: 'new', aliases: ['older'] })).toBe(false);
  });
});

test('what is equal has the same number, what is not told has none', () => {
  const { olds, news } = sightBoth(
    [{ place: 'a', text: 'f();', message: 'x', before: ['l1', ''], after: ['l2'] }],
    [{ place: 'a', text: 'f();\ng();', message: 'y', before: ['l2'], after: ['', 'l1'] }, {}],
  );
  const [old, fresh, bare] = [olds[0], news[0], news[1]];

  expect(old?.place).toBe(fresh?.place);
  expect(old?.place).not.toBe(bare?.place);
  expect(old?.message).not.toBe(fresh?.message);
  expect(old?.text).not.toBe(fresh?.text);
  expect(old?.flagged).toBe(fresh?.flagged);
  expect([bare?.text, bare?.flagged]).toEqual([0, -1]);
  expect(old?.before).toEqual([fresh?.after[1], 0]);
  expect(old?.after).toEqual(fresh?.before);
});

describe('an equal thing says', () => {
  const told = (what: 'text' | 'message' | 'column' | 'width', olds: readonly Partial<Features>[], news: readonly Partial<Features>[]) => {
    const both = sightBoth(olds, news);
    return both.census.surprise(what, both.olds[0] as (typeof both.olds)[0]);
  };

  test('the logarithm of how rare it is among those of its rule', () => {
    // Twenty on each side, four of a column on each: one in five, smoothed.
    const side = times(20, (at) => ({ column: at < 4 ? 3 : 100 + at, width: at < 2 ? 7 : 100 + at, message: at < 10 ? 'often' : `m${at}` }));

    expect(told('column', side, side)).toBeCloseTo(Math.log((20 + 5) / (3 + 0.5)), 10);
    expect(told('width', side, side)).toBeCloseTo(Math.log((20 + 5) / (1 + 0.5)), 10);
    expect(told('message', side, side)).toBeCloseTo(Math.log((20 + 5) / (9 + 0.5)), 10);
  });

  test('of the thing that is asked for, whatever the others are', () => {
    const side = times(20, (at) => ({ text: at < 3 ? 'abcd' : `t${at}`, width: 7, column: 7, message: 'often' }));

    expect(told('text', side, side)).toBeCloseTo(Math.log((20 + 4 + 5) / (2 + 0.5)), 10);
    expect(told('width', side, side)).toBeCloseTo(Math.log((20 + 5) / (19 + 0.5)), 10);
  });

  test('nothing of another rule, whose messages are as they are', () => {
    const side = [{ column: 3 }, ...times(19, () => ({ rule: 'R2', column: 3 }))];

    expect(told('column', side, side)).toBeCloseTo(Math.log((1 + 5) / 0.5), 10);
  });

  test('no more than one thing may', () => {
    const side = [{ column: 3, width: 3, message: 'one', text: 'a'.repeat(100) }, ...times(999, () => ({}))];

    expect(told('column', side, side)).toBe(3);
    expect(told('width', side, side)).toBe(3);
    expect(told('message', side, side)).toBe(5);
    expect(told('text', side, side)).toBe(6);
  });

  test('more where it is a long text, although there is nothing to compare it with', () => {
    expect(told('text', [{ text: 'abcd' }], [{ text: 'abcd' }])).toBeCloseTo(Math.log((1 + 4 + 5) / 0.5), 10);
    expect(told('text', [{ text: 'a'.repeat(40) }], [{ text: 'a'.repeat(40) }])).toBeCloseTo(Math.log((1 + 40 + 5) / 0.5), 10);
    expect(told('text', [{ text: 'a'.repeat(90) }], [{ text: 'a'.repeat(90) }])).toBeCloseTo(Math.log((1 + 40 + 5) / 0.5), 10);
  });

  test('as much as if it stood once on each side, where one side alone has it', () => {
    expect(told('column', [{ column: 3 }], [{ column: 4 }])).toBeCloseTo(Math.log((1 + 5) / 0.5), 10);
  });

  test('of a line around, how rare it is around all findings, whatever their rule', () => {
    const side = times(10, (at) => ({ rule: `R${at}`, before: at < 5 ? ['often'] : [`l${at}`], after: ['', `k${at}`] }));
    const { census, olds } = sightBoth(side, side);

    // Twenty worded lines on each side, five of them alike.
    expect(census.lineSurprise(olds[0]?.before[0] as number)).toBeCloseTo(Math.log((20 + 5) / (4 + 0.5)), 10);
    expect(census.lineSurprise(olds[0]?.after[1] as number)).toBeCloseTo(Math.log((20 + 5) / 0.5), 10);
  });
});

describe('likeness', () => {
  const { census, olds, news } = sightBoth([{ text: 'strcpy(target,source);' }], [{ text: 'strcpy(target,sauce);' }, { text: 'strcpy(target,source);' }]);
  const [a, b, c] = [olds[0]?.text, news[0]?.text, news[1]?.text] as number[] as [number, number, number];

  test('is that of the texts, whichever way, and as often as one asks', () => {
    const [one, other] = ['strcpy(target,source);', 'strcpy(target,sauce);'];
    const expected = dice(profileOf(one), profileOf(other));

    expect([census.likeness(a, b), census.likeness(b, a), census.likeness(a, b)]).toEqual([expected, expected, expected]);
    expect(census.likeness(a, c)).toBe(1);
  });

  test('of many texts is that of each two, however often one asks', () => {
    const texts = times(40, (at) => ({ text: `call_${at % 7}(argument_${at * 37}, ${'x'.repeat(at % 5)});` }));
    const all = sightBoth(texts, []);
    const told = all.olds.flatMap((one, i) => all.olds.map((other, j) => [i, j, all.census.likeness(one.text, other.text), all.census.likeness(other.text, one.text)] as const));

    for (const [i, j, likenessOf, turned] of told) {
      const [one, other] = [texts[i]?.text ?? '', texts[j]?.text ?? ''];
      expect(likenessOf).toBeCloseTo(dice(profileOf(one), profileOf(other)), 12);
      expect(turned).toBe(likenessOf);
    }
  });

  test('of a text with itself is whole, even of one that has no pair of characters', () => {
    const short = sightBoth([{ text: 'x' }], [{ text: 'x' }]);

    expect(short.census.likeness(short.olds[0]?.text as number, short.news[0]?.text as number)).toBe(1);
  });

  test('of a text that nobody has is none', () => {
    expect(census.likeness(a, 999)).toBe(0);
    expect(census.likeness(999, a)).toBe(0);
  });
});

describe('how many strangers are as alike', () => {
  const of = (texts: readonly string[], likeness: number) => {
    const { census, olds } = sightBoth(texts.map((text) => ({ text })), []);
    return census.asAlike(olds[0]?.group ?? 0, likeness);
  };
  /** Experience counts as twelve looks. */
  const usual = (likeness: number) => 12 * Math.exp(-6.5 * likeness);

  test('is experience where the group has no two texts', () => {
    expect(of(['abcdef'], 0.5)).toBeCloseTo(usual(0.5) / 12, 10);
    expect(of(['abcdef', 'abcdef'], 0.5)).toBeCloseTo(usual(0.5) / 12, 10);
    expect(of([''], 0.9)).toBeCloseTo(usual(0.9) / 12, 10);
  });

  test('counts those of the group that are', () => {
    // abcd and abce share two of three pairs, xyzu shares none with either: one look of three.
    expect(of(['abcd', 'abce', 'xyzu'], 0.6)).toBeCloseTo((usual(0.6) + 1) / (12 + 3), 10);
    expect(of(['abcd', 'abce', 'xyzu'], 2 / 3)).toBeCloseTo((usual(2 / 3) + 1) / (12 + 3), 10);
    expect(of(['abcd', 'abce', 'xyzu'], 0.7)).toBeCloseTo(usual(0.7) / (12 + 3), 10);
    expect(of(['abcd', 'abce', 'xyzu'], 0)).toBeCloseTo((usual(0) + 3) / (12 + 3), 10);
  });

  test('looks at told texts alone', () => {
    expect(of(['', 'abcd', 'abce', 'xyzu'], 0)).toBeCloseTo((usual(0) + 3) / (12 + 3), 10);
  });

  test('looks at 300 pairs of a large group', () => {
    const texts = Array.from({ length: 200 }, (_none, at) => `value_${at}`);

    expect(of(texts, 0)).toBeCloseTo((usual(0) + 300) / (12 + 300), 10);
    expect(of(texts, 0.99)).toBeCloseTo(usual(0.99) / (12 + 300), 10);
  });

  test('says the same however often it is asked', () => {
    const { census, olds } = sightBoth([{ text: 'abcd' }, { text: 'abce' }], []);
    const group = olds[0]?.group ?? 0;

    expect(census.asAlike(group, 0.5)).toBe(census.asAlike(group, 0.5));
  });
});
