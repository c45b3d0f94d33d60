import { describe, expect, test } from 'vitest';
import type { Features } from './features.ts';
import { madeUp, sightBoth } from './made-up.ts';
import { match } from './match.ts';
import { namings, packageOf, pairings, pairNamed, withoutDomain } from './named.ts';

type Wish = Partial<Features>;

/** By which naming two are the same first; -1: by none. */
function by(old: Wish, fresh: Wish): number {
  const { olds, news } = sightBoth([old], [fresh]);
  return pairings.findIndex((pairing) => pairing(olds, news).length > 0);
}

describe('a package is the same', () => {
  const one: Wish = { kind: 'package', place: 'npm/lodash|a.json', rule: 'CVE-1', advisories: ['CVE-1', 'GHSA-1'] };

  test('by an advisory in its manifest, then by an advisory anywhere in the asset', () => {
    expect(by(one, { ...one, rule: 'GHSA-1', advisories: ['GHSA-1'] })).toBe(0);
    expect(by(one, { ...one, rule: 'GHSA-1', place: 'npm/lodash|b.json', advisories: ['GHSA-1'] })).toBe(1);
    expect(by(one, { ...one, rule: 'CVE-2', advisories: ['CVE-2'] })).toBe(-1);
    expect(by(one, { ...one, place: 'npm/mkdirp|a.json' })).toBe(-1);
    expect(by(one, { ...one, extra: 'os' })).toBe(-1);
    expect(packageOf(madeUp(one))).toBe('npm/lodash');
  });

  test('else by rule, place and message, and then without the message', () => {
    const bare = { ...one, advisories: [] };

    expect(by(bare, bare)).toBe(2);
    expect(by(bare, { ...bare, message: 'other' })).toBe(3);
    expect(by(bare, { ...bare, rule: 'R2' })).toBe(-1);
    expect(by(bare, { ...bare, place: 'npm/lodash|b.json' })).toBe(-1);
  });
});

test('code is never known by a name alone', () => {
  expect(by({ text: 'x', advisories: ['CVE-1'] }, { text: 'x', advisories: ['CVE-1'] })).toBe(-1);
});

test('a secret is the same by its digest, wherever it stands', () => {
  const secret: Wish = { kind: 'secret', rule: 'aws-key', place: 'a.env', extra: 'd1' };

  expect(by(secret, { ...secret, place: 'b.env', line: 90, message: 'other' })).toBe(4);
  expect(by(secret, { ...secret, place: 'b.env', extra: 'd2' })).toBe(-1);
  expect(by(secret, { ...secret, place: 'b.env', rule: 'generic' })).toBe(-1);
  expect(by({ ...secret, kind: 'url' }, { ...secret, kind: 'url', place: 'b.env' })).toBe(-1);
});

describe('a host is the same', () => {
  const on = (place: string): Wish => ({ kind: 'host', place });

  test('with and without its domain', () => {
    expect(by(on('db01:22/tcp'), on('db01.corp.example.com:22/tcp'))).toBe(5);
    expect(by(on('db01.corp.example.com:22/tcp'), on('db01:22/tcp'))).toBe(5);
    expect(by(on('db01:22/tcp'), on('db01.corp.example.com:23/tcp'))).toBe(-1);
    expect(by(on('db01:22/tcp'), on('db02.corp.example.com:22/tcp'))).toBe(-1);
    expect(by({ ...on('db01:22/tcp'), rule: 'R2' }, on('db01.corp:22/tcp'))).toBe(-1);
  });

  test('whose domain is what follows the first name; a number has none', () => {
    expect(['a1.corp:22/tcp', '1a.corp.example:22/tcp', 'db01:22/tcp'].map(withoutDomain)).toEqual(['a1:22/tcp', '1a:22/tcp', 'db01:22/tcp']);
    expect(['10.db.corp:22/tcp', '10.0.0.1:22/tcp', 'fe80::1:22/tcp'].map(withoutDomain)).toEqual(['10.db.corp:22/tcp', '10.0.0.1:22/tcp', 'fe80::1:22/tcp']);
    expect(by({ kind: 'url', place: 'a.example' }, { kind: 'url', place: 'a' })).toBe(-1);
  });

  test('never in another domain', () => {
    expect(by(on('web.prod.example:22/tcp'), on('web.staging.example:22/tcp'))).toBe(-1);
  });

  test('only where one host alone can be meant', () => {
    const pairs = (olds: readonly Wish[], news: readonly Wish[]) => {
      const both = sightBoth(olds, news);
      return pairings.flatMap((pairing) => pairing(both.olds, both.news)).length;
    };

    expect(pairs([on('web.prod.example:22/tcp'), on('web.staging.example:22/tcp')], [on('web:22/tcp')])).toBe(0);
    expect(pairs([on('web:22/tcp')], [on('web.prod.example:22/tcp'), on('web.staging.example:22/tcp')])).toBe(0);
    expect(pairs([on('web:22/tcp'), on('db.prod.example:22/tcp')], [on('db:22/tcp'), on('web.prod.example:22/tcp')])).toBe(2);
  });

  test('never by a part of its number', () => {
    expect(by(on('10.0.0.1:22/tcp'), on('10.0.0.2:22/tcp'))).toBe(-1);
    expect(by(on('10:22/tcp'), on('10.0.0.2:22/tcp'))).toBe(-1);
  });

  test('and an address that is no host keeps its domain', () => {
    expect(by({ kind: 'url', place: 'GET a.example/x q' }, { kind: 'url', place: 'GET a/x q' })).toBe(-1);
  });
});

describe('pairs by a name are one to one', () => {
  const pack = (place: string): Wish => ({ kind: 'package', place: `npm/lodash|${place}`, advisories: ['CVE-1'] });
  const pairs = (olds: readonly Wish[], news: readonly Wish[]) => {
    const both = sightBoth(olds, news);
    return pairNamed(both.olds, both.news, namings[1] as (typeof namings)[0]).map(([old, fresh]) => `${old}-${fresh}`).join(' ');
  };

  test('in the order of both', () => {
    expect(pairs([pack('a'), pack('b')], [pack('c'), pack('d'), pack('e')])).toBe('0-0 1-1');
    expect(pairs([pack('a'), pack('b')], [pack('c')])).toBe('0-0');
    expect(pairs([], [pack('c')])).toBe('');
  });
});

describe('who knows a name', () => {
  const features = madeUp({ kind: 'package', place: 'npm/lodash|a.json', advisories: ['CVE-1'] });
  const elsewhere = madeUp({ kind: 'package', place: 'npm/lodash|b.json', advisories: ['CVE-1'] });
  const owner = (...known: Parameters<typeof match>[0]) => match(known, [features]).pairs[0]?.id;

  test('is asked in turn: the own scope before another, what is detected before what is fixed, the manifest before all', () => {
    const [own, fixed] = [{ id: '5', features, detected: true }, { id: '4', features, detected: false }];
    const [foreign, foreignFixed] = [{ id: '3', features, detected: true, foreign: true }, { id: '2', features, detected: false, foreign: true }];

    expect(owner(own, fixed, foreign, foreignFixed)).toBe('5');
    expect(owner(fixed, foreign, foreignFixed)).toBe('4');
    expect(owner(foreign, foreignFixed)).toBe('3');
    expect(owner(foreignFixed)).toBe('2');
    expect(owner({ id: '1', features: elsewhere, detected: true }, foreignFixed)).toBe('2');
    expect(owner({ id: '1', features: elsewhere, detected: true })).toBe('1');
  });
});
