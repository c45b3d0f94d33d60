import { expect, test } from 'vitest';
import { errorOf, findingsIn, read } from '../kit/describe-format.ts';
import npmAudit from './index.ts';

/** What real reports hold that is easily taken for something else. */

const report = (value: unknown) => [Buffer.from(JSON.stringify(value))];

const entry = (via: readonly unknown[], more: object = {}) => ({ name: 'lodash', severity: 'high', via, ...more });
const advice = { source: 1094, name: 'lodash', dependency: 'lodash', title: 'Command injection', url: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm', severity: 'moderate', cwe: ['CWE-77', 'CWE-94'], range: '<4.17.21' };

test('the advisories of a package are its findings, the packages it needs are not', async () => {
  const events = await read(npmAudit, report({ auditReportVersion: 2, vulnerabilities: { lodash: entry([advice]), gulp: { name: 'gulp', severity: 'high', via: ['lodash', 'vinyl'] } } }));

  expect(findingsIn(events)).toMatchObject([{ ruleId: 'GHSA-35jh-r3h4-6jhm', severity: 'medium', cwe: [77, 94], advisories: ['GHSA-35jh-r3h4-6jhm'], location: { package: 'lodash', ecosystem: 'npm' } }]);
});

test('npm 6 tells the same advisory under the same name, and its CVE', async () => {
  const old = { actions: [], advisories: { 1094: { id: 1094, module_name: 'lodash', title: 'Command injection', severity: 'moderate', cwe: 'CWE-77', cves: ['CVE-2021-23337'], github_advisory_id: 'GHSA-35jh-r3h4-6jhm', findings: [{ version: '4.17.4' }], patched_versions: '>=4.17.21', url: 'https://npmjs.com/advisories/1094' } } };

  expect(findingsIn(await read(npmAudit, report(old)))).toMatchObject([{ ruleId: 'GHSA-35jh-r3h4-6jhm', cve: ['CVE-2021-23337'], severity: 'medium', location: { package: 'lodash', version: '4.17.4' } }]);
});

test.each([
  ['a registry that refuses', { message: '405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/advisories/bulk', method: 'POST', uri: 'https://registry.example/-/npm/v1/security/advisories/bulk', statusCode: 405 }],
  ['a missing lock file', { error: { code: 'ENOLOCK', summary: 'This command requires an existing lockfile.' } }],
  ['an answer without a list', { auditReportVersion: 2, metadata: {} }],
])('%s is a failed audit, never one that found nothing', async (_what, told) => {
  expect(await errorOf(read(npmAudit, report(told)))).toMatchObject({ name: 'ReportError' });
});

test('the fix of another package is no version of this one', async () => {
  const fixed = async (fixAvailable: unknown) => {
    const [finding] = findingsIn(await read(npmAudit, report({ auditReportVersion: 2, vulnerabilities: { lodash: entry([advice], { fixAvailable }) } })));
    return finding?.location.kind === 'package' ? finding.location.fixedVersion : null;
  };

  expect(await fixed({ name: 'lodash', version: '4.17.21' })).toBe('4.17.21');
  expect(await fixed({ name: 'gulp', version: '5.0.0' })).toBeUndefined();
  expect(await fixed(true)).toBeUndefined();
});
