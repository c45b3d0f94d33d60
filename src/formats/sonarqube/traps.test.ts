import { expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import sonarqube from './index.ts';

/** What real reports hold that is easily taken for something else. */

const report = (value: unknown) => [Buffer.from(JSON.stringify(value))];

const issue = (more: object = {}) => ({ key: 'AY1', rule: 'java:S3649', severity: 'BLOCKER', type: 'VULNERABILITY', component: 'shop:src/A.java', project: 'shop', line: 4, hash: 'h', textRange: { startLine: 4, endLine: 4, startOffset: 8, endOffset: 12 }, status: 'OPEN', message: 'SQL.', tags: ['cwe', 'sql'], ...more });
const of = async (issues: readonly object[], more: object = {}) => read(sonarqube, report({ total: issues.length, paging: { pageIndex: 1, pageSize: 500, total: issues.length }, effortTotal: 0, issues, ...more }));
const only = async (more: object = {}) => findingsIn(await of([issue(more)]))[0];

test('rule and path name it; key and hash are evidence', async () => {
  expect(await only()).toMatchObject({ ruleId: 'java:S3649', fingerprints: { sonarKey: 'AY1', lineHash: 'h' }, location: { path: 'src/A.java', startLine: 4, startColumn: 9, endColumn: 13 } });
  expect((await only({ component: 'group:shop:src/A.java', project: 'group:shop' }))?.location).toMatchObject({ path: 'src/A.java' });
});

test.each([['BLOCKER', 'critical'], ['CRITICAL', 'high'], ['MAJOR', 'medium'], ['MINOR', 'low'], ['INFO', 'informational']])('%s is %s', async (severity, ours) => {
  expect((await only({ severity }))?.severity).toBe(ours);
});

test('newer servers rate by what is harmed', async () => {
  expect((await only({ severity: undefined, type: undefined, impacts: [{ softwareQuality: 'MAINTAINABILITY', severity: 'LOW' }, { softwareQuality: 'SECURITY', severity: 'HIGH' }] }))?.severity).toBe('high');
});

test('what harms no security is none, and what is closed neither', async () => {
  expect(findingsIn(await of([issue({ type: 'CODE_SMELL' }), issue({ type: 'BUG' }), issue({ status: 'CLOSED', resolution: 'FIXED' }), issue({ status: 'CLOSED', resolution: 'REMOVED' })]))).toEqual([]);
});

test.each([['RESOLVED', 'FALSE-POSITIVE'], ['RESOLVED', 'WONTFIX'], ['ACCEPTED', undefined]])('%s %s is suppressed', async (status, resolution) => {
  expect((await only({ status, resolution }))?.suppressed).toBe(true);
});

test('a hotspot is rated by its probability', async () => {
  const hotspots = ['HIGH', 'MEDIUM', 'LOW'].map((vulnerabilityProbability) => ({ key: 'h', component: 'shop:a.java', project: 'shop', ruleKey: 'java:S5852', securityCategory: 'dos', vulnerabilityProbability, status: 'TO_REVIEW', line: 3, message: 'Slow.' }));
  const events = await read(sonarqube, report({ paging: { total: 3 }, hotspots }));

  expect(findingsIn(events).map(({ severity, ruleId }) => [severity, ruleId])).toEqual(['high', 'medium', 'low'].map((severity) => [severity, 'java:S5852']));
});

test('a weakness stands in the tags of issue or rule, or in its standards', async () => {
  const rules = [{ key: 'java:S3649', name: 'SQL', sysTags: ['cwe-89'] }];

  expect(findingsIn(await of([issue()], { rules }))[0]?.cwe).toEqual([89]);
  expect((await only({ securityStandards: ['cwe:89', 'owaspTop10:a1'] }))?.cwe).toEqual([89]);
});

test('a page of several is partial, and says so', async () => {
  const events = await of([issue()], { total: 1_200, paging: { pageIndex: 1, pageSize: 500, total: 1_200 } });

  expect(events.at(-1)).toMatchObject({ outcome: { partial: true } });
  expect(events.filter(({ kind }) => kind === 'complaint')).toHaveLength(1);
});
