import { describe, expect, test } from 'vitest';
import type { Linked } from './align.ts';
import { align } from './align.ts';
import { content, context } from './evidence.ts';
import type { Features } from './features.ts';
import { lineMapOf } from './line-map.ts';
import { dice, sightBoth } from './made-up.ts';
import type { Census, Sighted } from './sighting.ts';

type Wish = Partial<Features>;

const aligned = (olds: readonly Wish[], news: readonly Wish[], anywhere = false) => {
  const both = sightBoth(olds, news);
  return align(both.olds, both.news, both.census, anywhere);
};
const told = (linked: readonly Linked[]) => linked.map(({ old, fresh }) => `${old}-${fresh}`).join(' ');

const carriedWorth = { carried: 4, elsewhere: -4, 'same hunk': 0.5, 'other hunk': -1 } as const;
const moveCost = (change: number) => (change === 0 ? 0 : 1.2 + 0.35 * Math.log2(1 + Math.abs(change)));

function scoreOf(old: Sighted, fresh: Sighted, all: { olds: readonly Sighted[]; news: readonly Sighted[]; census: Census }): number {
  const lines = lineMapOf(all.olds, all.news);
  const carried = lines === null ? 0 : carriedWorth[lines.verdict(old.features.line, fresh.features.line)];
  return old.group === fresh.group ? content(old, fresh, all.census) + context(old, fresh, all.census) + carried + 1.5 : 0;
}

/** What the best chain is worth, found by trying every one. */
function bestChain(all: { olds: readonly Sighted[]; news: readonly Sighted[]; census: Census }, anywhere: boolean): number {
  const shiftOf = (i: number, j: number) => (all.news[j] as Sighted).features.line - (all.olds[i] as Sighted).features.line;
  const from = (i: number, j: number): number => {
    let best = 0;
    for (let a = i + 1; a < all.olds.length; a += 1) {
      for (let b = j + 1; b < all.news.length; b += 1) {
        const score = scoreOf(all.olds[a] as Sighted, all.news[b] as Sighted, all);
        if (score > 0) {
          const cost = i >= 0 ? moveCost(shiftOf(a, b) - shiftOf(i, j)) : anywhere ? 0 : moveCost(shiftOf(a, b));
          const value = score - cost + from(a, b);
          best = Math.max(best, value);
        }
      }
    }
    return best;
  };
  return from(-1, -1);
}

function worthOf(linked: readonly Linked[], anywhere: boolean): number {
  return linked.reduce((sum, one, at) => {
    const before = linked[at - 1];
    return sum + one.score - (before === undefined ? (anywhere ? 0 : moveCost(one.shift)) : moveCost(one.shift - before.shift));
  }, 0);
}

describe('a chain keeps the order', () => {
  test('and is worth as much as any that does', () => {
    for (let seed = 1; seed <= 120; seed += 1) {
      const roll = dice(seed);
      const texts = ['', 'assert(x);', 'assert(x1);', 'strcpy(target,source);', 'gets(line);'];
      const side = () => {
        let line = 0;
        return Array.from({ length: roll(6) }, () => ({
          line: (line += 1 + roll(6)),
          column: 1 + roll(2),
          rule: `R${roll(2)}`,
          text: texts[roll(5)] as string,
          message: `m${roll(2)}`,
          before: [[], ['l1', 'l2'], ['l3', '']][roll(3)] as string[],
        }));
      };
      const all = sightBoth(side(), side());
      const anywhere = roll(2) === 1;

      const linked = align(all.olds, all.news, all.census, anywhere);

      expect(linked.every((one, at) => at === 0 || (one.old > (linked[at - 1] as Linked).old && one.fresh > (linked[at - 1] as Linked).fresh))).toBe(true);
      for (const { old, fresh, score, shift } of linked) {
        expect(score).toBeCloseTo(scoreOf(all.olds[old] as Sighted, all.news[fresh] as Sighted, all), 8);
        expect(shift).toBe((all.news[fresh] as Sighted).features.line - (all.olds[old] as Sighted).features.line);
      }
      // Where no chain is worth its move, the best of the bad ones is taken all the same.
      const best = bestChain(all, anywhere);
      expect(best > 0 ? worthOf(linked, anywhere) : 0).toBeCloseTo(best, 8);
    }
  });

  test('and is empty where nothing is alike', () => {
    expect(aligned([], [])).toEqual([]);
    expect(aligned([{ rule: 'R1' }], [{ rule: 'R2' }])).toEqual([]);
    expect(aligned([{ text: 'strcpy(target,source);' }], [{ text: 'gets(wholly_other_thing);' }])).toEqual([]);
  });
});

describe('neighbours that move alike support each other', () => {
  const asserts = (lines: readonly number[]) => lines.map((line) => ({ line, text: 'assert(x);' }));

  test('so that of equal ones the missing one is found by the distances', () => {
    expect(told(aligned(asserts([10, 20, 50, 55]), asserts([15, 45, 50])))).toBe('1-0 2-1 3-2');
  });

  test('wherever the chain begins, if it may begin anywhere', () => {
    const [olds, news] = [asserts([10, 12, 17]), asserts([500, 502, 507])];

    expect(told(aligned(olds, news, true))).toBe('0-0 1-1 2-2');
    expect(aligned(olds, news, true).map(({ shift }) => shift)).toEqual([490, 490, 490]);
  });

  test('and a move of any length costs no more than one of 4,000 lines', () => {
    const long = 'a_line_of_code_that_says_enough_for_itself(x);';
    const first = { line: 10, text: `first_${long}` };
    const moved = (line: number) => aligned([first, { line: 20, text: long }], [first, { line, text: long }]);

    expect(told(moved(5_020))).toBe('0-0 1-1');
    expect(told(moved(50_000_020))).toBe('0-0 1-1');
  });
});

describe('a chain may skip', () => {
  const line = (at: number) => ({ line: at * 2 + 1, text: `call_number_${at}(with_an_argument_${at * 31});` });
  const other = (at: number) => ({ line: at * 2 + 1, text: `z${at}y${at}x${at}w${at}`, rule: 'R9' });

  test('any number of old or new findings between two neighbours', () => {
    for (const gone of [0, 5, 11, 12, 13, 14, 30, 60]) {
      for (const born of [0, 5, 23, 24, 25, 26, 60]) {
        const olds = [line(0), line(1), ...Array.from({ length: gone }, (_none, at) => other(2 + at)), line(100)];
        const news = [line(0), line(1), ...Array.from({ length: born }, (_none, at) => ({ ...other(2 + at), rule: 'R8' })), line(100)];

        expect(told(aligned(olds, news))).toBe(`0-0 1-1 ${2 + gone}-${2 + born}`);
      }
    }
  });

  test('what comes first in the new one only if it comes first in the old one', () => {
    const olds = [line(1), ...Array.from({ length: 20 }, (_none, at) => other(2 + at)), line(90), line(91), line(92)];
    const news = [line(90), line(91), line(92), ...Array.from({ length: 20 }, (_none, at) => ({ ...other(2 + at), rule: 'R8' })), line(1)];

    expect(told(aligned(olds, news))).toBe('21-0 22-1 23-2');
  });
});

describe('a file of very many findings of one rule', () => {
  const many = (count: number, text: (at: number) => string) => Array.from({ length: count }, (_none, at) => ({ line: at * 3 + 1, text: text(at) }));

  test('is compared near the same rank, and by equal texts', () => {
    const olds = many(900, (at) => `row_${at % 7}(value);`);
    const news = olds.slice(40).map((one) => ({ ...one, line: one.line + 4 }));

    expect(told(aligned(olds, news))).toBe(news.map((_one, at) => `${at + 40}-${at}`).join(' '));
  });

  test('finds an edited one near its rank alone, and an equal one anywhere', () => {
    const olds = many(800, (at) => `entry_${at}_of_the_table(value_${at * 13});`);
    const editedAt = (index: number, news: readonly Wish[]) => news.map((one, at) => (at === index ? { ...one, text: one.text?.replace('value', 'values') ?? '' } : one));

    const cut = aligned(olds, editedAt(300, olds.slice(200)));
    const whole = aligned(olds, editedAt(300, olds));

    expect(cut).toHaveLength(599);
    expect(cut.every(({ old, fresh }) => old === fresh + 200)).toBe(true);
    expect(whole).toHaveLength(800);
  });
});
