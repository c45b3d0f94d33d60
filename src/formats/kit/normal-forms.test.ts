import { expect, test } from 'vitest';
import type { Finding } from '../../core/matching/finding.ts';
import { advisoryIds, cveIds, cweNumbers, ghsaIds } from './identifiers.ts';
import { imageRepository } from './image.ts';
import { normalPath, pathOfUri } from './path.ts';
import { ecosystemOf, packageName, parsePurl } from './purl.ts';
import { digestOfSecret, withoutSecrets } from './secrets.ts';
import { severityOfScore, severityOfWord } from './severity.ts';
import { oneLine, plainOfHtml } from './text.ts';
import { timeOf } from './time.ts';

/** Many tools, one way to write it down. */

test.each([
  ['./a/b.c', 'a/b.c'],
  ['a\\b.c', 'a/b.c'],
  ['C:\\work\\a.c', 'work/a.c'],
  ['/builds/team/shop/src/a.c', 'src/a.c'],
  ['/bitbucket/pipelines/agent/build/a.c', 'a.c'],
  ['src/a.c', 'src/a.c'],
  ['a//b/./c/../d.c', 'a/b/d.c'],
  ['../shared/a.c', '../shared/a.c'],
  ['/../a.c', 'a.c'],
  ['100%25.c', '100%25.c'],
])('the path %s is %s', (path, normal) => {
  expect(normalPath(path)).toBe(normal);
});

test.each([
  ['file:///home/me/a%20b.c', 'home/me/a b.c'],
  ['file://localhost/a.c', 'a.c'],
  ['a%2520b.c', 'a%20b.c'],
])('the address %s is the path %s', (uri, path) => {
  expect(pathOfUri(uri)).toBe(path);
});

test.each([
  ['pkg:npm/%40scope/name@1.0.0', 'npm', '@scope/name', '1.0.0'],
  ['pkg:npm/@scope/name', 'npm', '@scope/name', undefined],
  [
    'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar#x',
    'maven',
    'org.apache.logging.log4j:log4j-core',
    '2.14.1',
  ],
  ['pkg:pypi/Zope.Interface@5', 'pypi', 'zope-interface', '5'],
  ['pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?arch=amd64', 'deb', 'libc6', '2.36-9+deb12u1'],
  ['pkg:golang/github.com/aws/aws-sdk-go@v1.44.0', 'golang', 'github.com/aws/aws-sdk-go', 'v1.44.0'],
])('the package URL %s is read', (text, ecosystem, name, version) => {
  expect(parsePurl(text)).toMatchObject({ ecosystem, name, version });
});

test('what is no package URL is none', () => {
  expect(['', 'npm/a', 'pkg:', 'pkg:npm/', 'https://a/b'].map(parsePurl)).toEqual(Array.from({ length: 5 }));
});

test('ecosystems and names are written one way', () => {
  expect(
    ['Debian:12', 'crates.io', 'Packagist', 'node-pkg', 'go-module', 'else', ''].map(ecosystemOf),
  ).toEqual(['deb', 'cargo', 'composer', 'npm', 'golang', 'else', undefined]);
  expect(packageName('pypi', 'Ruamel.Yaml_Clib')).toBe('ruamel-yaml-clib');
});

test('CWE, CVE and GHSA are found in what tools write', () => {
  expect(cweNumbers('external/cwe/cwe-079', ['CWE-89: SQL', 20, '22'], 'CWE_77', { id: 1 }, -1, '0')).toEqual(
    [79, 89, 20, 22, 77],
  );
  expect(cveIds('see cve-2021-44228, CVE-2021-44228 and XCVE-2020-1')).toEqual(['CVE-2021-44228']);
  expect(ghsaIds('https://github.com/advisories/GHSA-XVCH-5gv4-984h')).toEqual(['GHSA-xvch-5gv4-984h']);
  expect(advisoryIds('cve-2020-0001', 'CVE-2020-0001', 'RUSTSEC-2020-1', '')).toEqual([
    'CVE-2020-0001',
    'RUSTSEC-2020-1',
  ]);
});

test('scores and words become our five severities, and what is no score none', () => {
  expect(['10.0', 9, 8.9, '7.0', 6.9, 4, 3.9, 0.1].map(severityOfScore)).toEqual([
    'critical',
    'critical',
    'high',
    'high',
    'medium',
    'medium',
    'low',
    'low',
  ]);
  expect(['0.0', 0, -1, 11, 'NaN', '', null, {}].map(severityOfScore).every((one) => one === undefined)).toBe(
    true,
  );
  expect(['CRITICAL', 'Moderate', 'negligible', 'odd', 3].map(severityOfWord)).toEqual([
    'critical',
    'medium',
    'informational',
    undefined,
    undefined,
  ]);
});

test('an image is known without tag, digest and yet with its port', () => {
  expect(
    ['shop/api:1.4', 'registry:5000/shop/api', 'registry:5000/shop/api:1@sha256:ab', 'nginx'].map(
      imageRepository,
    ),
  ).toEqual(['shop/api', 'registry:5000/shop/api', 'registry:5000/shop/api', 'nginx']);
});

test('HTML becomes text, and what it escapes is escaped once', () => {
  expect(plainOfHtml('<p>One</p><ul><li>a &amp; b</li><li>&lt;c&gt; &amp;lt;</li></ul>x<br/>y 1 < 2')).toBe(
    'One\n\n- a & b\n- <c> &lt;\nx\ny 1 < 2',
  );
});

test('a title is one line of at most 500 characters', () => {
  expect(oneLine(' a\n b\tc ')).toBe('a b c');
  expect(oneLine('x'.repeat(600))).toHaveLength(500);
});

test('a time counts only with its offset', () => {
  expect(
    [
      '2026-03-02T10:15:00+0100',
      '2026-03-02T09:15:00.5Z',
      '2026-03-02 09:15:00',
      'Mon Mar 2',
      '2026-99-99T00:00:00Z',
    ].map(timeOf),
  ).toEqual(['2026-03-02T09:15:00.000Z', '2026-03-02T09:15:00.500Z', undefined, undefined, undefined]);
});

test('a secret is gone from every text, in parts and as others write it', () => {
  const secret = '-----BEGIN KEY-----\nabc/def+ghi"jkl\n-----END KEY-----';
  const finding: Finding = {
    kind: 'secret',
    ruleId: 'r',
    title: `found ${secret}`,
    description: `at https://a/?k=${encodeURIComponent('abc/def+ghi"jkl')} and ${JSON.stringify(secret)}`,
    severity: 'high',
    cwe: [],
    cve: [],
    advisories: [],
    location: { kind: 'file', path: 'abc/def+ghi"jkl' },
    snippet: 'key = abc/def+ghi"jkl',
    fingerprints: { a: secret },
    attributes: { b: 'abc/def+ghi"jkl' },
  };

  const told = JSON.stringify(withoutSecrets(finding, [secret]));

  expect(told).not.toMatch(/abc|def|ghi|jkl/u);
  expect(told).toContain('key = ‹secret›');
});

test('a digest depends on the key, and of what is blanked there is none', () => {
  const [one, other] = [new Uint8Array(32), new Uint8Array(32).fill(1)];

  expect(digestOfSecret('a secret', one)).toBe(digestOfSecret(' a secret\n', one));
  expect(digestOfSecret('a secret', one)).not.toBe(digestOfSecret('a secret', other));
  expect(['REDACTED', 'AKIA************', '<redacted>', ''].map((text) => digestOfSecret(text, one))).toEqual(
    Array.from({ length: 4 }),
  );
});
