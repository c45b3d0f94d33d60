import { describe, expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import grype from './index.ts';

/** What real reports hold that is easily taken for something else. */

const report = (value: unknown) => [Buffer.from(JSON.stringify(value))];

const matched = (vulnerability: object, related: readonly object[] = [], artifact: object = {}) => ({ vulnerability: { id: 'GHSA-35jh-r3h4-6jhm', severity: 'High', ...vulnerability }, relatedVulnerabilities: related, matchDetails: [], artifact: { name: 'lodash', version: '4.17.4', type: 'npm', purl: 'pkg:npm/lodash@4.17.4', locations: [{ path: '/srv/shop/package-lock.json' }], ...artifact } });
const of = async (matches: readonly object[], more: object = {}) => read(grype, report({ matches, source: { type: 'image', target: { userInput: 'shop/app:1.2' } }, descriptor: { name: 'grype', version: '0.80.0' }, ...more }));
const only = async (...wish: Parameters<typeof matched>) => findingsIn(await of([matched(...wish)]))[0];

test('a GHSA and the CVE that is the same are one advisory', async () => {
  expect(await only({}, [{ id: 'CVE-2021-23337' }])).toMatchObject({ ruleId: 'GHSA-35jh-r3h4-6jhm', cve: ['CVE-2021-23337'], advisories: expect.arrayContaining(['CVE-2021-23337', 'GHSA-35jh-r3h4-6jhm']) });
});

test('a vendor’s advisory that bundles several CVEs is none of them', async () => {
  expect((await only({ id: 'ELSA-2024-1' }, [{ id: 'CVE-2024-0001' }, { id: 'CVE-2024-0002' }]))?.cve).toEqual([]);
  expect((await only({}, [{ id: 'CVE-2024-0001' }, { id: 'CVE-2024-0002' }]))?.advisories).toEqual(['GHSA-35jh-r3h4-6jhm']);
});

test.each([['Critical', 'critical'], ['Negligible', 'informational'], ['Low', 'low']])('%s is %s', async (severity, ours) => {
  expect((await only({ severity }))?.severity).toBe(ours);
});

test('of unknown severity the score decides, else it is informational', async () => {
  expect((await only({ severity: 'Unknown', cvss: [{ metrics: { baseScore: 9.8 } }] }))?.severity).toBe('critical');
  expect((await only({ severity: 'Unknown' }))?.severity).toBe('informational');
});

test('what a rule of the user ignores is suppressed', async () => {
  const events = await of([matched({})], { ignoredMatches: [{ ...matched({ id: 'CVE-2020-0001' }), appliedIgnoreRules: [] }] });

  expect(findingsIn(events).map(({ suppressed }) => suppressed)).toEqual([undefined, true]);
});

test('an operating system’s packages stand nowhere, others in their file', async () => {
  expect((await only({}))?.location).toMatchObject({ package: 'lodash', path: 'srv/shop/package-lock.json' });
  expect((await only({}, [], { type: 'deb', purl: 'pkg:deb/debian/libssl3@3.0.1', name: 'libssl3', locations: [{ path: '/var/lib/dpkg/status' }] }))?.location).not.toHaveProperty('path');
});

describe('an image', () => {
  test('has its repository for a category, whatever its tag', async () => {
    const [first] = await of([], { source: { type: 'image', target: { userInput: `shop/app:2.0@sha256:${'0a'.repeat(32)}` } } });

    expect(first).toMatchObject({ run: { category: 'shop/app' } });
  });
});
