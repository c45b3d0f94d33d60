import { describe, expect, test } from 'vitest';
import { featuresOf, featureVersion } from './features.ts';
import type { Finding, Location } from './finding.ts';
import { digestOfLine } from './texts.ts';

const file = (told: Partial<Extract<Location, { kind: 'file' }>> = {}): Location => ({ kind: 'file', path: 'src/a.c', ...told });

function of(location: Location, more: Partial<Finding> = {}) {
  return featuresOf({ kind: 'code', ruleId: 'R1', title: 'T', description: 'D', severity: 'high', cwe: [], cve: [], advisories: [], location, fingerprints: {}, ...more });
}

test('what is told is taken over', () => {
  const features = of(file({ startLine: 7, startColumn: 3, symbol: 'main' }), {
    ruleAliases: ['R0'],
    description: 'Line 17  of\n 4 is bad',
    discriminators: ['a', 'b'],
    fingerprints: { one: '1' },
    advisories: ['CVE-1'],
  });

  expect(features).toEqual({
    version: featureVersion,
    kind: 'file',
    rule: 'R1',
    aliases: ['R0'],
    place: 'src/a.c',
    line: 7,
    column: 3,
    width: 0,
    text: '',
    before: [],
    after: [],
    message: 'Line # of # is bad',
    symbol: 'main',
    extra: 'a\u0000b',
    advisories: [],
    fingerprints: { one: '1' },
  });
});

test('what is not told is empty', () => {
  const bare = of({ kind: 'none' });

  expect(bare).toMatchObject({ kind: 'none', place: '', line: 0, column: 0, width: 0, text: '', symbol: '', extra: '', aliases: [], before: [], after: [] });
  expect(of(file())).toMatchObject({ line: 0, column: 0, width: 0, symbol: '' });
});

test('what can grow is cut', () => {
  const features = of(file({ symbol: 's'.repeat(500) }), {
    description: 'd'.repeat(500),
    snippet: 't'.repeat(500),
    fingerprints: Object.fromEntries([1, 2, 3, 4, 5, 6].map((at) => [`f${at}`, 'v'.repeat(500)])),
  });

  expect([features.symbol, features.message, features.text].map((text) => text.length)).toEqual([160, 160, 240]);
  expect(Object.entries(features.fingerprints)).toEqual([1, 2, 3, 4].map((at) => [`f${at}`, 'v'.repeat(128)]));
});

describe('the flagged text', () => {
  const text = (snippet: string, after: readonly string[] = []) => of(file(), { snippet, context: { before: [], after } }).text;

  test('is the first line that says something, without white space', () => {
    expect(text('\n  \n  strcpy(target, source);\n  gets(line);')).toBe('strcpy(target,source);');
    expect(text(' \n ')).toBe('');
    expect(text('')).toBe('');
  });

  test('goes on with what follows until it says enough', () => {
    expect(text('assert (\n  x == 1\n  && y\n)')).toBe('assert(\nx==1\n&&y');
    expect(text('assert (', ['  one', 'two three', 'four'])).toBe('assert(\none\ntwothree');
    expect(of(file(), { snippet: 'assert (' }).text).toBe('assert(');
    expect(text('assert(abcdef);', ['next'])).toBe('assert(abcdef);');
    expect(text('assert(abcde);', ['next'])).toBe('assert(abcde);');
    expect(text('assert(abcd);', ['next'])).toBe('assert(abcd);\nnext');
  });
});

test('three lines either side are kept, those before with the nearest first', () => {
  const context = { before: ['one', 'two', 'three', 'four'], after: ['five', '}', 'six', 'seven'] };

  expect(of(file(), { context })).toMatchObject({
    before: ['four', 'three', 'two'].map(digestOfLine),
    after: [digestOfLine('five'), '', digestOfLine('six')],
  });
});

test('a secret is one where its digest is told', () => {
  const kind = (location: Location, more: Partial<Finding>) => of(location, more).kind;

  expect(kind(file(), { kind: 'secret', discriminators: ['digest'] })).toBe('secret');
  expect(kind(file(), { kind: 'secret', discriminators: [] })).toBe('file');
  expect(kind(file(), { kind: 'secret' })).toBe('file');
  expect(kind(file(), { kind: 'configuration', discriminators: ['resource'] })).toBe('file');
  expect(kind({ kind: 'url', url: 'x' }, { kind: 'secret', discriminators: ['digest'] })).toBe('url');
});

describe('the extent', () => {
  const width = (told: Partial<Extract<Location, { kind: 'file' }>>) => of(file(told)).width;

  test('is columns on one line, lines (below zero) on several, 0 where it is not told', () => {
    expect(width({ startLine: 4, endLine: 4, startColumn: 5, endColumn: 11 })).toBe(6);
    expect(width({ startLine: 4, startColumn: 5, endColumn: 11 })).toBe(6);
    expect(width({ startLine: 4, endLine: 9, startColumn: 5, endColumn: 11 })).toBe(-5);
    expect(width({ startLine: 4, endLine: 9 })).toBe(-5);
    expect(width({ endLine: 9 })).toBe(0);
    expect(width({ startLine: 4, endLine: 4 })).toBe(0);
    expect(width({ startLine: 4, endLine: 3 })).toBe(0);
    expect(width({ startLine: 4, startColumn: 5 })).toBe(0);
    expect(width({ startLine: 4, endColumn: 5 })).toBe(0);
    expect(width({ startLine: 4, startColumn: 9, endColumn: 5 })).toBe(0);
  });
});

describe('the place of a package', () => {
  const at = (path?: string, more: object = {}) => of({ kind: 'package', package: 'lodash', ecosystem: 'npm', ...(path === undefined ? {} : { path }), ...more }, { advisories: ['CVE-1'] });

  test('is its ecosystem, name and manifest, and its advisories are kept', () => {
    expect(at('web/package-lock.json')).toMatchObject({ kind: 'package', place: 'npm/lodash|web/package-lock.json', advisories: ['CVE-1'] });
    expect(of({ kind: 'package', package: 'lodash' }).place).toBe('/lodash|');
    expect(at('a', { version: '1.2.3' }).place).toBe(at('a', { version: '9.9.9' }).place);
  });

  test('bears no tag and no digest of an image', () => {
    const digest = `@sha256:${'0a'.repeat(32)}`;
    const same = ['registry:5000/app', 'registry:5000/app:1.2', 'registry:5000/app:latest', `registry:5000/app${digest}`, `registry:5000/app:v2_a-b.c${digest.toUpperCase().replace('SHA', 'sha')}`];
    expect(new Set(same.map((path) => at(path).place))).toEqual(new Set(['npm/lodash|registry:5000/app']));
    expect(at('app:1.2 (debian 12.5)').place).toBe('npm/lodash|app (debian 12.5)');
    expect(at('app:1.2(debian 12.5)').place).toBe('npm/lodash|app(debian 12.5)');
    expect(at('a:1/b').place).toBe('npm/lodash|a:1/b');
    expect(at('dir/:1').place).toBe('npm/lodash|dir/:1');
  });

  test('bears no version in the name of a file or folder', () => {
    expect(at('lib/log4j-core-2.14.1.jar').place).toBe('npm/lodash|lib/log4j-core.jar');
    expect(at('lib/log4j_v2.14.1-beta+x.war').place).toBe('npm/lodash|lib/log4j.war');
    expect(at('lib/core-2.14/inner-1.0.1.jar').place).toBe('npm/lodash|lib/core/inner.jar');
    expect(at('lib/core-10.2.Final.jar').place).toBe('npm/lodash|lib/core.jar');
    expect(at('lib/core-2.14').place).toBe('npm/lodash|lib/core');
    expect(at('lib/core-2.jar').place).toBe('npm/lodash|lib/core-2.jar');
    expect(at('lib/base64-url.jar').place).toBe('npm/lodash|lib/base64-url.jar');
  });
});

describe('the place of an address', () => {
  const at = (url: string, more: object = {}) => of({ kind: 'url', url, ...more }).place;

  test('is method, host and path, and parameter, without scheme, query and fragment', () => {
    expect(at('https://shop.example.com:8443/a/b?x=1#y', { method: 'GET', parameter: 'q' })).toBe('GET shop.example.com:8443/a/b q');
    expect(at('http://shop.example.com/')).toBe(' shop.example.com/ ');
    expect(at('not an address?x=1', { method: 'GET' })).toBe('GET not an address?x=1 ');
  });

  test('has no ids in its path', () => {
    const same = ['17', '4711', 'deadbeef', '0A1B2C3D4E5F', '123e4567-e89b-12d3-a456-426614174000'];
    expect(new Set(same.map((id) => at(`https://a.example/orders/${id}/lines`)))).toEqual(new Set([' a.example/orders/{}/lines ']));
    expect(at('https://a.example/v2/face/dead-beef/x17')).toBe(' a.example/v2/face/dead-beef/x17 ');
    expect(at('https://a.example/17a/b17/deadbeefs/xdeadbeef')).toBe(' a.example/17a/b17/deadbeefs/xdeadbeef ');
  });
});

test('the place of a host is its name, port and protocol', () => {
  expect(of({ kind: 'host', host: 'DB01.Example.com', port: 22, protocol: 'tcp' }).place).toBe('db01.example.com:22/tcp');
  expect(of({ kind: 'host', host: '10.0.0.1' }).place).toBe('10.0.0.1:/');
});
