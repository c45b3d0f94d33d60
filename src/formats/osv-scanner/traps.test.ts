import { describe, expect, test } from 'vitest';
import { errorOf, findingsIn, read } from '../kit/describe-format.ts';
import osvScanner from './index.ts';

/** What real reports hold that is easily taken for something else. */

const report = (value: unknown) => [Buffer.from(JSON.stringify(value))];

const hole = (id: string, more: object = {}) => ({ id, summary: `S ${id}`, ...more });
const of = async (packages: readonly object[]) => findingsIn(await read(osvScanner, report({ results: [{ source: { path: '/ci/work/package-lock.json', type: 'lockfile' }, packages }] })));
const pack = (groups: readonly object[] | undefined, vulnerabilities: readonly object[], more: object = {}) => ({ package: { name: 'lodash', version: '4.17.4', ecosystem: 'npm', ...more }, vulnerabilities, ...(groups === undefined ? {} : { groups }) });

test('a group of ids is one finding, and its aliases are one advisory', async () => {
  const found = await of([pack([{ ids: ['GHSA-35jh-r3h4-6jhm', 'PYSEC-7'], max_severity: '7.2' }], [hole('GHSA-35jh-r3h4-6jhm', { aliases: ['CVE-2021-23337'] }), hole('PYSEC-7')])]);

  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ ruleId: 'CVE-2021-23337', severity: 'high', cve: ['CVE-2021-23337'], advisories: expect.arrayContaining(['CVE-2021-23337', 'GHSA-35jh-r3h4-6jhm']) });
});

test('related ids are others', async () => {
  const [finding] = await of([pack([{ ids: ['GHSA-35jh-r3h4-6jhm'] }], [hole('GHSA-35jh-r3h4-6jhm', { related: ['CVE-2000-0001'] })])]);

  expect(finding?.advisories).toEqual(['GHSA-35jh-r3h4-6jhm']);
});

test('an empty score leaves it to the database, else it is medium', async () => {
  const severity = async (told: object) => (await of([pack([{ ids: ['PYSEC-1'], max_severity: '' }], [hole('PYSEC-1', told)])]))[0]?.severity;

  expect(await severity({ database_specific: { severity: 'CRITICAL' } })).toBe('critical');
  expect(await severity({})).toBe('medium');
});

test('weaknesses stand in what the database says', async () => {
  expect((await of([pack([{ ids: ['PYSEC-1'] }], [hole('PYSEC-1', { database_specific: { cwe_ids: ['CWE-79', 'CWE-20'] } })])]))[0]?.cwe).toEqual([79, 20]);
});

test('a report of an old version has no groups, and a commit no version', async () => {
  const found = await of([pack(undefined, [hole('OSV-2020-1'), hole('OSV-2020-2')], { version: undefined, name: undefined, commit: 'abc123', ecosystem: undefined })]);

  expect(found.map(({ ruleId }) => ruleId)).toEqual(['OSV-2020-1', 'OSV-2020-2']);
  expect(found[0]?.location).toMatchObject({ kind: 'package', package: 'abc123' });
  expect(found[0]?.location).not.toHaveProperty('version');
});

describe('nothing', () => {
  test('found is clean; an error in its place is no report', async () => {
    expect((await read(osvScanner, report({ results: [] }))).at(-1)).toMatchObject({ outcome: { outcome: 'succeeded' } });
    expect(await errorOf(read(osvScanner, report({ error: 'No package sources found' })))).toMatchObject({ name: 'ReportError' });
  });
});
