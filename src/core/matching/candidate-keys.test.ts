import { expect, test } from 'vitest';
import { candidateKeys, haveSameKeys, keysAtPlace, keysElsewhere } from './candidate-keys.ts';
import { madeUp } from './made-up.ts';

const keys = (wish: Parameters<typeof madeUp>[0]) => candidateKeys(madeUp(wish));
const isCandidate = (a: Parameters<typeof madeUp>[0], b: Parameters<typeof madeUp>[0]) => keys(a).some((key) => keys(b).includes(key));

test('what may be the same code finding shares a key: the file, the text, the name of the file', () => {
  const text = 'strcpy(a,b);';

  expect(isCandidate({ place: 'src/a.c', text: 'x' }, { place: 'src/a.c', text: 'y', rule: 'R2' })).toBe(true);
  expect(isCandidate({ place: 'src/a.c', text }, { place: 'lib/b.c', text })).toBe(true);
  expect(isCandidate({ place: 'src/a.c', text: 'x' }, { place: 'lib/a.c', text: 'y' })).toBe(true);
  expect(isCandidate({ place: 'a.c', text: 'x' }, { place: 'lib/a.c', text: 'y' })).toBe(true);
  expect(isCandidate({ place: 'src/a.c', text: 'x' }, { place: 'lib/b.c', text: 'y' })).toBe(false);
  expect(isCandidate({ place: 'src/a.c', text, rule: 'R1' }, { place: 'lib/b.c', text, rule: 'R2' })).toBe(false);
  expect(isCandidate({ place: 'src/a.c', text: 'x', rule: 'R1' }, { place: 'lib/a.c', text: 'y', rule: 'R2' })).toBe(false);
});

test('without a text, message and extent take its place', () => {
  const base = { place: 'src/a.c', message: 'm', column: 4, width: 6, extra: 'e' };
  const elsewhere = { ...base, place: 'lib/b.c' };

  expect(isCandidate(base, elsewhere)).toBe(true);
  for (const other of [{ message: 'n' }, { column: 5 }, { width: 7 }, { extra: 'f' }, { rule: 'R2' }]) {
    expect(isCandidate(base, { ...elsewhere, ...other })).toBe(false);
  }
});

test('a package shares a key by place and rule, and by an advisory wherever it is', () => {
  const base = { kind: 'package', place: 'npm/lodash|a.json', rule: 'CVE-1', advisories: ['CVE-1', 'GHSA-1'] } as const;

  expect(isCandidate(base, { ...base, advisories: [] })).toBe(true);
  expect(isCandidate(base, { ...base, place: 'npm/lodash|b.json', rule: 'GHSA-1', advisories: ['GHSA-1'] })).toBe(true);
  expect(isCandidate(base, { ...base, place: 'npm/mkdirp|a.json' })).toBe(false);
  expect(isCandidate(base, { ...base, place: 'npm/lodash|b.json', advisories: ['CVE-2'] })).toBe(false);
});

test('only a key of an advisory leads from one tool to another', () => {
  const fromElsewhere = (wish: Parameters<typeof madeUp>[0]) => keys(wish).map((key) => key.slice(0, 2));

  expect(fromElsewhere({ kind: 'package', place: 'npm/a|b', advisories: ['CVE-1', 'CVE-2'] })).toEqual(['p|', 'a|', 'a|']);
  expect(fromElsewhere({ text: 'x' })).toEqual(['p|', 'b|', 't|']);
  expect(fromElsewhere({})).toEqual(['p|', 'b|', 's|']);
  expect(fromElsewhere({ kind: 'url' })).toEqual(['p|']);
  expect(fromElsewhere({ kind: 'secret', extra: 'd1' })).toEqual(['p|', 'x|']);
  expect(fromElsewhere({ kind: 'host', place: 'db01:22/tcp' })).toEqual(['p|']);
});

test('a secret is a candidate by its digest wherever it stands', () => {
  const one = { kind: 'secret', place: 'a.env', rule: 'aws-key', extra: 'd1' } as const;

  expect(isCandidate(one, { ...one, place: 'b.env' })).toBe(true);
  expect(isCandidate(one, { ...one, place: 'b.env', extra: 'd2' })).toBe(false);
  expect(isCandidate(one, { ...one, place: 'b.env', rule: 'generic' })).toBe(false);
  expect(isCandidate(one, { ...one, extra: 'd2' })).toBe(true);
});

test('a host is a candidate with and without its domain', () => {
  const one = { kind: 'host', place: 'db01.corp.example:22/tcp', rule: '10881' } as const;

  expect(isCandidate(one, { ...one, place: 'db01:22/tcp' })).toBe(true);
  expect(isCandidate(one, { ...one, place: 'db01:23/tcp' })).toBe(false);
  expect(isCandidate(one, { ...one, place: 'db01:22/tcp', rule: '2' })).toBe(false);
  expect(isCandidate({ ...one, place: '10.0.0.1:22/tcp' }, { ...one, place: '10.0.0.2:22/tcp' })).toBe(false);
  expect(keys({ ...one, place: '10.0.0.1:22/tcp' })).toHaveLength(1);
});

test('an address of another rule is no candidate', () => {
  expect(isCandidate({ kind: 'url', place: 'GET a/b q', rule: 'R1' }, { kind: 'url', place: 'GET a/b q', rule: 'R1' })).toBe(true);
  expect(isCandidate({ kind: 'url', place: 'GET a/b q', rule: 'R1' }, { kind: 'url', place: 'GET a/b q', rule: 'R2' })).toBe(false);
});

test('keys are stored, so that they must never come out otherwise', () => {
  expect(keys({ text: 'strcpy(a,b);' })).toEqual(['p|85jmemench', 'b|1e2zlz0ooik', 't|2dqalaunrj0']);
});

test('of a code finding, those of its place and those that hold elsewhere are all; of anything else all are of its place', () => {
  const parts = (wish: Parameters<typeof madeUp>[0]) => [keysAtPlace(madeUp(wish)), keysElsewhere(madeUp(wish))];
  const [at, elsewhere] = parts({ text: 'x' });

  expect(at).toHaveLength(1);
  expect([...(at ?? []), ...(elsewhere ?? [])]).toEqual(keys({ text: 'x' }));
  const pack = { kind: 'package', place: 'npm/a|b', advisories: ['CVE-1'] } as const;
  expect(parts(pack)).toEqual([keys(pack), []]);
});

test('ten thousand places have as many keys', () => {
  const all = Array.from({ length: 10_000 }, (_none, at) => keys({ place: `src/f${at}.c` })[0]);

  expect(new Set(all).size).toBe(10_000);
});

test('two have the same keys exactly where their keys are equal, whatever else differs', () => {
  const kinds = ['file', 'package', 'secret', 'host', 'url'] as const;
  const changes = [{}, { line: 9 }, { text: 'other(line);' }, { text: '' }, { message: 'n' }, { column: 7 }, { extra: 'f' }, { rule: 'R9' }, { place: 'lib/z.c' }, { advisories: ['CVE-9'] }];
  const all = kinds.flatMap((kind) => ['', 'strcpy(a,b);'].flatMap((text) => changes.map((change) => madeUp({ kind, place: 'src/a.c', text, ...change }))));
  const equal = all.flatMap((a) => all.map((b) => [haveSameKeys(a, b), String(candidateKeys(a)) === String(candidateKeys(b))]));
  expect(equal.filter(([same, expected]) => same !== expected)).toEqual([]);
  expect(equal.filter(([same]) => same === true).length).toBeGreaterThan(all.length);
  expect(equal.some(([same]) => same === false)).toBe(true);
});
