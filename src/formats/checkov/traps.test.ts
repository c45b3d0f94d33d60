import { expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import checkov from './index.ts';

/** What real reports hold that is easily taken for something else. */

const report = (value: unknown) => [Buffer.from(JSON.stringify(value))];

const check = (more: object = {}) => ({ check_id: 'CKV_AWS_20', bc_check_id: 'BC_AWS_S3_1', check_name: 'S3 is public', file_path: '/main.tf', file_line_range: [3, 9], resource: 'aws_s3_bucket.logs', code_block: [[3, 'resource {\n']], severity: null, ...more });
const framework = (type: string, results: object) => ({ check_type: type, results: { failed_checks: [], passed_checks: [], skipped_checks: [], parsing_errors: [], ...results }, summary: { checkov_version: '3.2.0' } });
const only = async (more: object = {}) => findingsIn(await read(checkov, report(framework('terraform', { failed_checks: [check(more)] }))))[0];

test('check and resource name it, and lines are for show', async () => {
  expect(await only()).toMatchObject({ ruleId: 'CKV_AWS_20', ruleAliases: ['BC_AWS_S3_1'], discriminators: ['aws_s3_bucket.logs'], location: { path: 'main.tf', startLine: 3, endLine: 9 } });
});

test('without the platform there is no severity: medium', async () => {
  expect((await only())?.severity).toBe('medium');
  expect((await only({ severity: 'CRITICAL' }))?.severity).toBe('critical');
});

test('one framework stands alone, several in a list, each a scope of its own', async () => {
  const events = await read(checkov, report([framework('terraform', { failed_checks: [check()] }), framework('dockerfile', {})]));

  expect(events.flatMap((event) => (event.kind === 'run' ? [event.run.category] : []))).toEqual(['terraform', 'dockerfile']);
  expect(findingsIn(events)).toHaveLength(1);
});

test('what passed is none, what was skipped is suppressed', async () => {
  const events = await read(checkov, report(framework('terraform', { passed_checks: [check()], skipped_checks: [check({ check_result: { result: 'SKIPPED' } })] })));

  expect(findingsIn(events).map(({ suppressed }) => suppressed)).toEqual([true]);
});

test('of a secret nothing is kept, not even its bare hash', async () => {
  const secret = await only({ check_id: 'CKV_SECRET_2', resource: 'd41d8cd98f00b204e9800998ecf8427e', code_block: [[3, 'key = "abc123456"']] });

  expect(secret).toMatchObject({ kind: 'secret', cwe: [798], severity: 'high' });
  expect(JSON.stringify(secret)).not.toMatch(/d41d8cd9|abc123456/u);
});

test('a file that could not be read makes the scan partial; no file of any kind is clean', async () => {
  expect((await read(checkov, report(framework('terraform', { parsing_errors: ['/broken.tf'] })))).at(-1)).toMatchObject({ outcome: { partial: true } });
  expect((await read(checkov, report({ passed: 0, failed: 0, skipped: 0, parsing_errors: 0, checkov_version: '3.2.0' }))).at(-1)).toEqual({ kind: 'end', outcome: { outcome: 'succeeded' } });
});
