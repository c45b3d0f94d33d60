import { describe, expect, test } from 'vitest';
import { blank, diffLines, gap } from './line-diff.ts';
import { dice } from './made-up.ts';

/** Words as lines; `-` is a blank one, `|` a gap. Answers the old line beside each new one. */
function carried(before: string, after: string): string {
  const numbers = new Map<string, number>([['-', blank], ['|', gap]]);
  const lines = (text: string) => text.split(' ').filter((word) => word !== '').map((word) => numbers.get(word) ?? numbers.set(word, numbers.size + 1).get(word) as number);
  return diffLines(lines(before), lines(after)).map(([i, j]) => `${i}:${j}`).join(' ');
}

describe('lines that stay are paired', () => {
  test('at both ends of a change', () => {
    expect(carried('a b c', 'a b c')).toBe('0:0 1:1 2:2');
    expect(carried('a b c', 'a x b c')).toBe('0:0 1:2 2:3');
    expect(carried('a b c', 'a c')).toBe('0:0 2:1');
    expect(carried('a b c', 'a x c')).toBe('0:0 2:2');
    expect(carried('x x y', 'x x x y')).toBe('0:0 1:1 2:3');
    expect(carried('y x x', 'y x x x')).toBe('0:0 1:1 2:2');
    expect(carried('', 'a')).toBe('');
    expect(carried('a', '')).toBe('');
  });

  test('between changes, by what is unique on both sides', () => {
    expect(carried('p a q b r', 'P a Q b R')).toBe('1:1 3:3');
    expect(carried('p a q a b r', 'P b Q a R')).toBe('4:1');
  });

  test('in order: of unique lines that changed places, as many as keep it', () => {
    expect(carried('p a b c q', 'P c a b Q')).toBe('1:2 2:3');
    expect(carried('p a b c d e q', 'P b a d c e Q')).toMatch(/^\d:\d \d:\d 5:5$/u);
    expect(carried('p c a b q', 'P a b c Q')).toBe('2:1 3:2');
  });

  test('by all that is unique together, before any run of neighbours', () => {
    expect(carried('p a k b l c x y q', 'P x y a m b n c Q')).toBe('1:3 3:5 5:7');
    expect(carried('p x y a k b l c q', 'P a m b n c x y Q')).toBe('3:1 5:3 7:5');
    expect(carried('p a k b l c m d n e q', 'P b o d r a s c t e Q')).toMatch(/^(?:3:1 5:7|1:5 5:7|3:1 7:3) 9:9$/u);
  });

  test('by what is unique in the whole before what is unique in a part', () => {
    expect(carried('p a b m n o c m n o q', 'P m n o a b c Q')).toBe('1:4 2:5 6:6');
  });

  test('in a long text by what is unique alone, from its first line to its last', () => {
    const noise = (letter: string) => Array.from({ length: 1_200 }, (_none, at) => `${letter}${at}`).join(' ');

    expect(carried(`a ${noise('k')} b ${noise('l')}`, `${noise('m')} a ${noise('n')} b`)).toBe('0:1200 1201:2401');
    expect(carried(`${noise('m')} a ${noise('n')} b`, `a ${noise('k')} b ${noise('l')}`)).toBe('1200:0 2401:1201');
    // Twice on one side is not unique, on either.
    expect(carried(`a ${noise('k')} a ${noise('l')}`, `${noise('m')} a ${noise('n')}`)).toBe('');
    expect(carried(`a ${noise('k')}`, `${noise('m')} a ${noise('n')} a c`)).toBe('');
    expect(carried(`c ${noise('k')} a ${noise('l')} b`, `${noise('m')} a ${noise('n')} b ${noise('o')} c z`)).toBe('1201:1200 2402:2401');
  });

  test('on both sides of an anchor, again as if they stood alone', () => {
    expect(carried('p x x u y q', 'P x u y y Q')).toBe('2:1 3:2 4:3');
  });

  test('but no gap, not even beside another', () => {
    expect(carried('|', '|')).toBe('');
    expect(carried('a | b', 'a | b')).toBe('0:0 2:2');
    expect(carried('p | q', 'P | Q')).toBe('');
    expect(carried('p x x | x x q', 'P x x | y Q')).toBe('1:1 2:2');
    expect(carried('p x x | x x q', 'P y | x x Q')).toMatch(/^[14]:3 [25]:4$/u);
  });

  test('a line without a word stays with its neighbours and is no anchor itself', () => {
    expect(carried('a - b', 'a - b')).toBe('0:0 1:1 2:2');
    expect(carried('p - q', 'P - Q')).toBe('1:1');
    expect(carried('p a - q', 'P - a Q')).toBe('1:2');
    expect(carried('p - - q', 'P - Q')).toBe('2:1');
  });
});

describe('where code repeats itself', () => {
  test('the rarest line tells which part is which', () => {
    // Twice "s t" before; the one with a line that stands but twice is the one that went on.
    expect(carried('p x x s t x x s t q', 'P x x x x s t s t Q')).toContain('3:5 4:6');
    expect(carried('p r x y z x y x y r q', 'P x y r x y z r Q')).toContain('1:3 2:4 3:5');
  });

  test('a rare line goes before a long run of lines that are less rare', () => {
    expect(carried('p s t u v q s t u v o s t u v r n r', 'P r Q s t u v R')).toBe('15:1');
  });

  test('of runs that are as rare, the longest one', () => {
    expect(carried('p a b q a b c o c r', 'P a b c R')).toBe('4:1 5:2 6:3');
    expect(carried('p a b q a b c d r', 'P a b c d a b c d R')).toBe('4:1 5:2 6:3 7:4');
    expect(carried('p a b c d r a b c d', 'P a b Q a b c d R c')).toContain('1:4 2:5 3:6 4:7');
  });

  test('a run reaches back to what stands before its rare line', () => {
    expect(carried('p x x r q r', 'P r x x r Q')).toContain('1:2 2:3 3:4');
    expect(carried('p x x c q e f r c s e t f x x', 'P e f Q x x c R')).toBe('1:4 2:5 3:6');
  });

  test('a run that was found is not looked into again', () => {
    expect(carried('p x y h x h y f f f f q', 'P x y f f f Q')).toBe('1:1 2:2 7:3 8:4 9:5');
  });

  test('a stretch of one line over and over is paired in order', () => {
    const many = (count: number) => Array.from({ length: count }, () => 'x').join(' ');
    expect(carried(`p ${many(70)} q`, `P ${many(66)} Q`).split(' ')).toHaveLength(66);
  });

  test('a stretch without an anchor that is too large is left', () => {
    const many = (count: number) => Array.from({ length: count }, (_none, at) => (at % 2 === 0 ? 'x' : 'y')).join(' ');
    expect(carried(`p ${many(1_000)} q`, `P ${many(1_002)} Q`)).toBe('');
    expect(carried(`p ${many(1_000)} q`, `P ${many(1_000)} Q`)).toBe('');
    expect(carried(`p ${many(998)} q`, `P ${many(998)} Q`).split(' ')).toHaveLength(998);
    const same = Array.from({ length: 1_000 }, (_none, at) => `s${at}`).join(' ');
    expect(carried(`${same} p ${many(600)} q`, `${same} P ${many(600)} Q`).split(' ')).toHaveLength(1_600);
  });
});

test('whatever the texts, equal lines alone are paired, each once and in order', () => {
  for (let seed = 1; seed <= 1_500; seed += 1) {
    const roll = dice(seed);
    const [lines, most] = [2 + roll(7), 8 + roll(30)];
    const text = () => Array.from({ length: roll(most) }, () => [gap, blank, 1, 2, 3, 4, 5, 6][roll(lines)] as number);
    const [a, b] = [text(), text()];

    const pairs = diffLines(a, b);

    expect(pairs.every(([i, j]) => a[i] !== undefined && a[i] === b[j] && a[i] !== gap)).toBe(true);
    expect(pairs.every(([i, j], at) => at === 0 || (i > (pairs[at - 1]?.[0] ?? 0) && j > (pairs[at - 1]?.[1] ?? 0)))).toBe(true);
  }
});

test('of the lines that are left beside unique ones, as many are paired as can be', () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const roll = dice(seed);
    const same = Array.from({ length: roll(4) }, (_none, at) => 20 + at);
    // Blank lines alone are no anchors: what is between two others is the longest common sequence.
    const text = (first: number) => [...same, first, ...Array.from({ length: roll(9) }, () => [blank, gap][Number(roll(4) === 0)] as number), 30];
    const [a, b] = [text(10), text(12)];

    expect(diffLines(a, b)).toHaveLength(longest(a, b));
  }
});

function longest(a: readonly number[], b: readonly number[]): number {
  const best = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const row = best[i] as number[];
      const above = best[i - 1] as number[];
      row[j] = a[i - 1] === b[j - 1] && a[i - 1] !== gap ? (above[j - 1] as number) + 1 : Math.max(above[j] as number, row[j - 1] as number);
    }
  }
  return best[a.length]?.[b.length] ?? 0;
}
