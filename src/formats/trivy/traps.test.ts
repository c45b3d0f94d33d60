import { describe, expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import trivy from './index.ts';

/** What real reports hold that is easily taken for something else. */

const report = (value: unknown) => [Buffer.from(JSON.stringify(value))];

const image = (results: unknown, name = 'registry.example:5000/shop/app:1.2') => report({ SchemaVersion: 2, ArtifactName: name, ArtifactType: 'container_image', Results: results });
const hole = (more: object = {}) => ({ VulnerabilityID: 'CVE-2024-0001', PkgName: 'libssl3', InstalledVersion: '3.0.1', Severity: 'HIGH', ...more });

test('an image of another tag, digest and system version is the same category, and its packages stand nowhere', async () => {
  const scans = await Promise.all(
    ['registry.example:5000/shop/app:1.2', `registry.example:5000/shop/app@sha256:${'0a'.repeat(32)}`].map((name, at) =>
      read(trivy, image([{ Target: `${name} (debian 12.${at})`, Class: 'os-pkgs', Type: 'debian', Vulnerabilities: [hole()] }], name)),
    ),
  );

  expect(scans.map(([first]) => first)).toEqual(scans.map(() => expect.objectContaining({ run: expect.objectContaining({ category: 'registry.example:5000/shop/app' }) })));
  expect(findingsIn(scans[0] ?? [])).toEqual(findingsIn(scans[1] ?? []));
  expect(findingsIn(scans[0] ?? [])[0]?.location).not.toHaveProperty('path');
});

test('a result without findings is clean, and so is none at all', async () => {
  for (const results of [null, [], [{ Target: 'a', Class: 'lang-pkgs', Type: 'npm' }], [{ Target: 'a', Class: 'lang-pkgs', Vulnerabilities: null }]]) {
    const events = await read(trivy, image(results));

    expect(findingsIn(events)).toEqual([]);
    expect(events.at(-1)).toMatchObject({ kind: 'end', outcome: { outcome: 'succeeded' } });
  }
});

test('one advisory of two binary packages of one source is two findings', async () => {
  const events = await read(trivy, image([{ Target: 'x', Class: 'os-pkgs', Type: 'debian', Vulnerabilities: [hole(), hole({ PkgName: 'openssl' })] }]));

  expect(findingsIn(events).map(({ location }) => (location.kind === 'package' ? location.package : ''))).toEqual(['libssl3', 'openssl']);
});

test('a check that passed is none, and the resource names the one that failed', async () => {
  const check = (Status: string) => ({ ID: 'DS002', AVDID: 'AVD-DS-0002', Status, Severity: 'HIGH', CauseMetadata: { Resource: 'aws_s3_bucket.logs', StartLine: 7 } });
  const events = await read(trivy, report({ SchemaVersion: 2, ArtifactName: '.', Results: [{ Target: 'main.tf', Class: 'config', Misconfigurations: [check('PASS'), check('FAIL'), check('EXCEPTION')] }] }));

  expect(findingsIn(events)).toMatchObject([{ ruleId: 'AVD-DS-0002', ruleAliases: ['DS002'], discriminators: ['aws_s3_bucket.logs'], location: { startLine: 7 } }]);
});

describe('an advisory', () => {
  const only = async (more: object) => findingsIn(await read(trivy, report({ SchemaVersion: 2, ArtifactName: '.', Results: [{ Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm', Vulnerabilities: [hole(more)] }] })))[0];

  test('tells its CWE, its other names where they are the same, and its package by its address', async () => {
    expect(await only({ CweIDs: ['CWE-79', 'CWE-20'], VendorIDs: ['GHSA-jf85-cpcp-j695', 'DSA-1-1'], PkgIdentifier: { PURL: 'pkg:npm/%40scope/name@1.0.0' } })).toMatchObject({
      cwe: [79, 20],
      cve: ['CVE-2024-0001'],
      advisories: ['CVE-2024-0001', 'GHSA-jf85-cpcp-j695'],
      location: { package: '@scope/name', ecosystem: 'npm', path: 'package-lock.json' },
    });
  });

  test('of unknown severity is informational', async () => {
    expect((await only({ Severity: 'UNKNOWN' }))?.severity).toBe('informational');
    expect((await only({ Severity: 'CRITICAL' }))?.severity).toBe('critical');
  });

  test('stands in the file that brings the package where there is one', async () => {
    expect((await only({ PkgPath: 'app/lib/a.jar' }))?.location).toMatchObject({ path: 'app/lib/a.jar' });
  });
});
