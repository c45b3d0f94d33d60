import { describe, expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import { only, place, report } from './build-report.ts';
import sarif from './index.ts';

/** Where real tools say that a result stands. */

describe('a path is relative to the checkout', () => {
  const bases = {
    SRCROOT: { uri: 'file:///home/me/shop/' },
    LIB: { uri: 'lib/', uriBaseId: 'SRCROOT' },
    DEEP: { uri: 'a%20b', uriBaseId: 'LIB' },
  };
  test.each([
    ['a relative one', place('src/a.c'), 'src/a.c'],
    ['one with ./ before it', place('./src/a.c'), 'src/a.c'],
    ['one with backslashes', place('src\\win\\a.c'), 'src/win/a.c'],
    ['one with percent signs', place('src/my%20file.c'), 'src/my file.c'],
    ['one with spaces that nobody encoded', place('src/my file.c'), 'src/my file.c'],
    ['one with a bare percent sign', place('src/100%.c'), 'src/100%.c'],
    ['one with ..', place('src/../lib/a.c'), 'lib/a.c'],
    ['an absolute one below a base', place('file:///home/me/shop/src/a.c'), 'src/a.c'],
    ['one of a base', place('a.c', undefined, { uriBaseId: 'SRCROOT' }), 'a.c'],
    ['one of a chain of bases', place('x.c', undefined, { uriBaseId: 'DEEP' }), 'lib/a b/x.c'],
    ['one of an unknown base', place('a.c', undefined, { uriBaseId: 'ELSE' }), 'a.c'],
    ['one on a pipeline’s disk', place('file:///github/workspace/src/a.c'), 'src/a.c'],
    ['one on a runner’s disk', place('/home/runner/work/shop/shop/src/a.c'), 'src/a.c'],
    ['one with a drive', place('file:///C:/agent/src/a.c'), 'agent/src/a.c'],
  ])('%s', async (_what, location, path) => {
    const finding = await only({ locations: [location] }, { originalUriBaseIds: bases });

    expect(finding.location).toMatchObject({ kind: 'file', path });
  });

  test('by the index of an artifact where the address is left out', async () => {
    const location = { physicalLocation: { artifactLocation: { index: 1 } } };

    const finding = await only(
      { locations: [location] },
      {
        artifacts: [{ location: { uri: 'a.c' } }, { location: { uri: 'b.c', uriBaseId: 'LIB' } }],
        originalUriBaseIds: bases,
      },
    );

    expect(finding.location).toMatchObject({ path: 'lib/b.c' });
  });

  test('bases that name each other end', async () => {
    const circle = { A: { uri: 'a/', uriBaseId: 'B' }, B: { uri: 'b/', uriBaseId: 'A' } };

    const finding = await only(
      { locations: [place('x.c', undefined, { uriBaseId: 'A' })] },
      { originalUriBaseIds: circle },
    );

    expect(finding.location.kind).toBe('file');
  });

  test('unless it is an address in the web', async () => {
    const finding = await only({ locations: [place('https://shop.example/a?b=1')] });

    expect(finding).toMatchObject({
      kind: 'web',
      location: { kind: 'url', url: 'https://shop.example/a?b=1' },
    });
  });
});

describe('a result may say little of its place', () => {
  test('no locations', async () => {
    expect((await only({ ruleId: 'R1' })).location).toEqual({ kind: 'none' });
  });

  test('no region', async () => {
    expect((await only({ locations: [place('a.c')] })).location).toEqual({ kind: 'file', path: 'a.c' });
  });

  test('a region of characters or bytes only', async () => {
    const finding = await only({ locations: [place('a.c', { charOffset: 10, byteLength: 4 })] });

    expect(finding.location).toEqual({ kind: 'file', path: 'a.c' });
  });

  test('a logical location only, which then names it', async () => {
    const finding = await only({
      locations: [{ logicalLocations: [{ fullyQualifiedName: 'shop::Cart.add' }] }],
    });

    expect(finding).toMatchObject({ location: { kind: 'none' }, discriminators: ['shop::Cart.add'] });
  });
});

test('packages that all stand in line 1 of a lock file are told apart', async () => {
  const words = (name: string) =>
    `Package: ${name}\nInstalled Version: 1.0.0\nVulnerability CVE-2024-1000\nSeverity: HIGH\nFixed Version: 1.0.1\nLink: [CVE-2024-1000](https://avd.aquasec.com/nvd/cve-2024-1000)`;
  const results = ['left', 'right'].map((name) => ({
    ruleId: 'CVE-2024-1000',
    message: { text: words(name) },
    locations: [place('yarn.lock', { startLine: 1, endLine: 1 })],
  }));

  const findings = findingsIn(await read(sarif, [report(results)]));

  expect(findings.map(({ location }) => location)).toEqual(
    ['left', 'right'].map((name) => ({
      kind: 'package',
      package: name,
      version: '1.0.0',
      path: 'yarn.lock',
      fixedVersion: '1.0.1',
    })),
  );
  expect(findings[0]).toMatchObject({ kind: 'dependency', cve: ['CVE-2024-1000'] });
});

test.each([
  [
    'Grype',
    {
      ruleId: 'GHSA-xvch-5gv4-984h-minimist',
      message: {
        text: 'A critical vulnerability in npm package: minimist, version 1.2.5 was found at: /package-lock.json',
      },
    },
  ],
  [
    'OSV-Scanner',
    {
      ruleId: 'CVE-2021-44906',
      message: {
        text: "Package 'minimist@1.2.5' is vulnerable to 'CVE-2021-44906' (also known as 'GHSA-xvch-5gv4-984h').",
      },
    },
  ],
  [
    'Snyk',
    {
      ruleId: 'SNYK-JS-MINIMIST-2429795',
      message: { text: 'This file introduces a vulnerable minimist package.' },
      locations: [
        {
          ...place('package.json', { startLine: 1 }),
          logicalLocations: [{ fullyQualifiedName: 'minimist@1.2.5' }],
        },
      ],
    },
  ],
])('the package is read from what %s says', async (_tool, result) => {
  expect((await only(result)).location).toMatchObject({
    kind: 'package',
    package: 'minimist',
    version: '1.2.5',
  });
});
