import { describe, expect, test } from 'vitest';
import type { Features } from './features.ts';
import { madeUp } from './made-up.ts';
import type { Known } from './match.ts';
import { match } from './match.ts';

type Wish = Partial<Features>;

const known = (wishes: readonly Wish[], told: Partial<Known> = {}): Known[] => wishes.map((wish, at) => ({ id: String(at + 1), features: madeUp(wish), detected: true, ...told }));
const stages = (olds: readonly Known[], news: readonly Wish[], wider?: Parameters<typeof match>[2]) =>
  match(olds, news.map(madeUp), wider).pairs.map(({ id, found, stage }) => `${id}-${found} ${stage}`).toSorted();

const line = (name: string) => `call_${name}(with_an_argument_of_${name});`;
const around = (name: string) => ({ before: [`${name}1`, `${name}2`, `${name}3`], after: [`${name}4`, `${name}5`, `${name}6`] });
const one = (name: string, place: string, at: number): Wish => ({ text: line(name), place, line: at, ...around(name) });

describe('the stage is kept', () => {
  test('of what stays, moves, is renamed, and bears a name or a fingerprint', () => {
    const print = { fingerprints: { id: 'f1' } };

    expect(stages(known([one('a', 'f.c', 4)]), [one('a', 'f.c', 4)])).toEqual(['1-0 same file']);
    expect(stages(known([one('a', 'f.c', 4), one('k', 'f.c', 90)]), [one('k', 'f.c', 90), one('a', 'g.c', 4)])).toEqual(['1-1 moved', '2-0 same file']);
    expect(stages(known([one('a', 'f.c', 4), one('b', 'f.c', 9), one('c', 'f.c', 19)]), [one('a', 'g.c', 4), one('b', 'g.c', 9), one('c', 'g.c', 19)])).toEqual([
      '1-0 renamed file',
      '2-1 renamed file',
      '3-2 renamed file',
    ]);
    expect(stages(known([{ ...print, place: 'f.c' }]), [{ ...print, place: 'g.c', message: 'n', column: 40 }])).toEqual(['1-0 fingerprint']);
    expect(stages(known([{ kind: 'url', place: 'GET a/b q' }]), [{ kind: 'url', place: 'GET a/b q' }])).toEqual(['1-0 named']);
  });
});

describe('what is fixed', () => {
  const fixed = (wishes: readonly Wish[]) => known(wishes, { detected: false });

  test('is tried after all that is detected has had its file', () => {
    const both = [...known([one('a', 'f.c', 4)]), { id: '9', features: madeUp(one('a', 'f.c', 5)), detected: false }];

    expect(stages(both, [one('a', 'f.c', 5)])).toEqual(['1-0 same file']);
  });

  test('comes back in its own file before another file’s moves there', () => {
    const both = [...known([one('a', 'g.c', 4)]), { id: '9', features: madeUp(one('a', 'f.c', 5)), detected: false }];

    expect(stages(both, [one('a', 'f.c', 5)])).toEqual(['9-0 same file']);
  });

  test('comes back by name and by fingerprint, whatever else is told', () => {
    const print = { fingerprints: { id: 'f1' }, place: 'f.c' };

    expect(stages(fixed([print]), [{ ...print, place: 'g.c', message: 'n', column: 40 }])).toEqual(['1-0 fingerprint']);
    expect(stages(fixed([{ kind: 'host', place: 'db01:22/tcp' }]), [{ kind: 'host', place: 'db01:22/tcp', message: 'n' }])).toEqual(['1-0 named']);
  });

  test('does not come back where its content is another, though it stands at the same place', () => {
    const edited = { ...one('alpha', 'f.c', 4), text: 'call_alpha(with_some_other_thing_of_it);' };

    expect(stages(known([one('alpha', 'f.c', 4)]), [edited])).toEqual(['1-0 same file']);
    expect(stages(fixed([one('alpha', 'f.c', 4)]), [edited])).toEqual([]);
  });

  test('comes back from a renamed file and from another', () => {
    const names = ['a', 'b', 'c'];

    expect(stages(fixed(names.map((name, at) => one(name, 'f.c', at * 9))), names.map((name, at) => one(name, 'g.c', at * 9)))).toEqual(['1-0 renamed file', '2-1 renamed file', '3-2 renamed file']);
    expect(stages([...fixed([one('a', 'f.c', 4)]), { id: '2', features: madeUp(one('k', 'f.c', 90)), detected: false }], [one('k', 'f.c', 90), one('a', 'g.c', 4)])).toEqual(['1-1 moved', '2-0 same file']);
  });
});

test('an address does not move as code does, nor is it found by a place alone', () => {
  const at = (place: string): Wish => ({ ...one('a', place, 4), kind: 'url' });

  expect(stages(known([at('GET a/b')]), [at('GET a/c')])).toEqual([]);
  expect(stages(known([at('GET a/b')]), [{ ...at('GET a/b'), kind: 'file' }])).toEqual([]);
  expect(stages(known([{ ...at('GET a/b'), kind: 'file' }]), [at('GET a/b')])).toEqual([]);
});

describe('a file is gone or new', () => {
  const three = (place: string) => ['a', 'b', 'c'].map((name, at) => one(name, place, at * 9));
  const weak = (place: string): Wish[] => [1, 2, 3].map((at) => ({ place, line: at * 10, column: at * 7, width: at * 5, message: `m${at}` }));

  test('where the other side has nothing in it: else it was not renamed, and its findings moved', () => {
    expect(stages(known(three('f.c')), [...three('g.c'), one('z', 'f.c', 400)]).map((told) => told.slice(4))).toEqual(['moved', 'moved', 'moved']);
    expect(stages(known([...three('f.c'), one('z', 'g.c', 400)]), three('g.c')).map((told) => told.slice(4))).toEqual(['moved', 'moved', 'moved']);
  });

  test('whatever was fixed there long ago', () => {
    const fixed = { id: '9', features: madeUp(one('z', 'g.c', 400)), detected: false };

    expect(stages([...known(three('f.c')), fixed], three('g.c')).map((told) => told.slice(4))).toEqual(['renamed file', 'renamed file', 'renamed file']);
  });

  test('as far as the whole scan tells, where only a part is matched', () => {
    expect(stages(known(weak('f.c')), weak('g.c')).map((told) => told.slice(4))).toEqual(['renamed file', 'renamed file', 'renamed file']);
    expect(stages(known(weak('f.c')), weak('g.c'), () => ({ isGone: () => false, isBorn: () => true })).join()).not.toContain('renamed');
    expect(stages(known(weak('f.c')), weak('g.c'), (detected) => ({ isGone: () => detected, isBorn: () => detected })).join()).toContain('renamed');
    expect(stages(known(weak('f.c'), { detected: false }), weak('g.c'), (detected) => ({ isGone: () => detected, isBorn: () => detected })).join()).not.toContain('renamed');
  });
});

describe('a result that is repeated', () => {
  const pack = (rule: string, advisories: readonly string[], place = 'npm/lodash|a.json'): Wish => ({ kind: 'package', place, rule, advisories });

  test('word for word is one vulnerability seen twice', () => {
    const twice = [one('a', 'f.c', 4), one('a', 'f.c', 4)];

    expect(stages(known([one('a', 'f.c', 4)]), twice)).toEqual(['1-0 same file', '1-1 repeated']);
    expect(match([], twice.map(madeUp))).toMatchObject({ fresh: [0], echoes: [[1, 0]], pairs: [], missed: [] });
  });

  test('shows one of two that say the same, and not the other', () => {
    const two = known([one('a', 'f.c', 4), one('a', 'f.c', 4)]);

    expect(match(two, [one('a', 'f.c', 4), one('a', 'f.c', 4)].map(madeUp))).toMatchObject({ missed: { length: 1 }, fresh: [] });
  });

  test('in anything else is another', () => {
    for (const other of [{ rule: 'R2' }, { place: 'g.c' }, { extra: 'q' }, { line: 5 }, { column: 5 }, { width: 5 }, { text: 'x' }, { message: 'n' }]) {
      expect(match([], [madeUp(one('a', 'f.c', 4)), madeUp({ ...one('a', 'f.c', 4), ...other })]).fresh).toEqual([0, 1]);
    }
  });

  test('of one secret is one leak in several places; another secret, or the same for another rule, is another', () => {
    const secret = (place: string, at: number, digest: string, rule = 'aws-key'): Wish => ({ kind: 'secret', rule, place, line: at, extra: digest });

    const all = [secret('a.env', 4, 'd1'), secret('a.env', 90, 'd1'), secret('b.env', 4, 'd1'), secret('a.env', 5, 'd2'), secret('a.env', 4, 'd1', 'generic')];
    expect(match([], all.map(madeUp))).toMatchObject({ fresh: [0, 4, 3], echoes: [[1, 0], [2, 0]] });
    expect(stages(known([secret('a.env', 4, 'd1')]), all.slice(0, 3))).toEqual(['1-0 named', '1-1 repeated', '1-2 repeated']);
    expect(stages(known([secret('a.env', 4, 'd1')]), [secret('a.env', 4, 'd1'), secret('b.env', 4, 'd1')])).toEqual(['1-0 named', '1-1 repeated']);
    // What is left of it in another file is still that leak.
    expect(stages(known([secret('a.env', 4, 'd1')]), [secret('b.env', 90, 'd1')])).toEqual(['1-0 named']);
    expect(stages(known([secret('a.env', 4, 'd1')], { detected: false }), [secret('b.env', 90, 'd1')])).toEqual(['1-0 named']);
    // Two that were told apart by an earlier version stay apart, each in its file.
    expect(stages(known([secret('a.env', 4, 'd1'), secret('b.env', 4, 'd1')]), [secret('b.env', 7, 'd1'), secret('a.env', 7, 'd1')])).toEqual(['1-1 named', '2-0 named']);
  });

  test('by another name of an advisory is the same, of the package in its place alone', () => {
    const twice = [pack('CVE-1', ['CVE-1']), pack('GHSA-1', ['GHSA-1', 'CVE-1'])];

    expect(match([], twice.map(madeUp))).toMatchObject({ fresh: [0], echoes: [[1, 0]] });
    expect(match([], [pack('CVE-1', ['CVE-1']), pack('CVE-1', ['CVE-1'], 'npm/lodash|b.json')].map(madeUp)).fresh).toEqual([0, 1]);
    expect(match([], [pack('CVE-1', ['CVE-1']), { ...pack('GHSA-1', ['CVE-1']), extra: 'os' }].map(madeUp)).fresh).toEqual([0, 1]);
    expect(match([], [{ ...one('a', 'f.c', 4), advisories: ['CVE-1'] }, { ...one('b', 'f.c', 4), advisories: ['CVE-1'] }].map(madeUp)).fresh).toEqual([0, 1]);
    expect(stages(known([pack('CVE-1', ['CVE-1'])]), [pack('CVE-1', ['CVE-1']), pack('GHSA-1', ['GHSA-1', 'CVE-1'])])).toEqual(['1-0 named', '1-1 repeated']);
  });
});

describe('of equals', () => {
  test('the one that is known longest is taken, by its number', () => {
    const features = madeUp({ kind: 'host', place: 'db01:22/tcp' });
    const owner = (...ids: string[]) => match(ids.map((id) => ({ id, features, detected: true })), [features]).pairs[0]?.id;

    expect([owner('10', '9'), owner('9', '10'), owner('21', '12'), owner('b', 'a')]).toEqual(['9', '9', '12', 'a']);
  });

  test('the first in the order of the file is, whatever differs between them', () => {
    const lists: readonly (readonly Wish[])[] = [
      [{ place: 'a' }, { place: 'b' }],
      [{ line: 1 }, { line: 2 }],
      [{ column: 1 }, { column: 2 }],
      [{ rule: 'R1' }, { rule: 'R2' }],
      [{ text: 'x' }, { text: 'y' }],
      [{ width: 1 }, { width: 2 }],
      [{ message: 'm' }, { message: 'n' }],
      [{ extra: 'e' }, { extra: 'f' }],
    ];
    const base = { kind: 'package', advisories: ['CVE-1'], extra: '' } as const;
    for (const [a, b] of lists) {
      // Two findings that are new: the first in order is the one that the other repeats, whichever comes first.
      const [first, second] = [madeUp({ ...base, ...a, place: `npm/l|${a?.place ?? ''}` }), madeUp({ ...base, ...b, place: `npm/l|${b?.place ?? ''}` })];
      const straight = match([{ id: '1', features: madeUp({ ...base, ...a, place: 'npm/l|z' }), detected: true }], [first, second]);
      const turned = match([{ id: '1', features: madeUp({ ...base, ...a, place: 'npm/l|z' }), detected: true }], [second, first]);
      expect(straight.pairs.find(({ stage }) => stage === 'named')?.found).toBe(0);
      expect(turned.pairs.find(({ stage }) => stage === 'named')?.found).toBe(1);
    }
  });
});

test('what was not found is told, detected or not', () => {
  const all = [...known([one('a', 'f.c', 4), one('b', 'f.c', 9)]), { id: '7', features: madeUp(one('c', 'f.c', 30)), detected: false }];

  expect(match(all, [madeUp(one('a', 'f.c', 4))]).missed.toSorted()).toEqual(['2', '7']);
});
