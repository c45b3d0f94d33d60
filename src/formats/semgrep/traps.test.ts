import { describe, expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import semgrep from './index.ts';

/** What real reports hold that is easily taken for something else. */

const report = (value: unknown) => [Buffer.from(JSON.stringify(value))];

const result = (more: object = {}, extra: object = {}) => ({ check_id: 'rules.sql', path: 'src/a.py', start: { line: 3, col: 1 }, end: { line: 3, col: 9 }, extra: { message: 'M.', severity: 'ERROR', lines: 'db.query(x)', ...extra }, ...more });
const of = async (results: readonly object[], around: object = {}) => read(semgrep, report({ version: '1.100.0', results, errors: [], paths: { scanned: [] }, ...around }));
const only = async (more: object = {}, extra: object = {}) => findingsIn(await of([result(more, extra)]))[0];

test('the words for who is not signed in are no code and no fingerprint', async () => {
  const finding = await only({}, { lines: 'requires login', fingerprint: 'requires login' });

  expect(finding?.snippet).toBeUndefined();
  expect(finding?.fingerprints).toEqual({});
  expect(await only({}, { fingerprint: 'abc_0' })).toMatchObject({ snippet: 'db.query(x)', fingerprints: { matchBasedId: 'abc_0' } });
});

test('a rule of the registry has one name, wherever its file lay', async () => {
  const metadata = { source: 'https://semgrep.dev/r/python.lang.eval' };

  expect(await only({ check_id: 'tmp.rules.python.lang.eval' }, { metadata })).toMatchObject({ ruleId: 'python.lang.eval', ruleAliases: ['tmp.rules.python.lang.eval'] });
  expect(await only({ check_id: 'home.me.python.lang.eval' }, { metadata })).toMatchObject({ ruleId: 'python.lang.eval' });
  expect(await only({ check_id: 'my.own' }, { metadata: { source: 'https://example.com/x' } })).toMatchObject({ ruleId: 'my.own' });
});

test.each([
  ['ERROR', {}, 'high'],
  ['ERROR', { impact: 'HIGH', likelihood: 'HIGH' }, 'critical'],
  ['ERROR', { impact: 'HIGH', likelihood: 'LOW' }, 'high'],
  ['WARNING', { impact: 'HIGH', likelihood: 'HIGH' }, 'medium'],
  ['INFO', {}, 'low'],
  ['CRITICAL', {}, 'critical'],
  ['LOW', {}, 'low'],
])('%s with %o is %s', async (severity, metadata, ours) => {
  expect((await only({}, { severity, metadata }))?.severity).toBe(ours);
});

test('a CWE stands in words, alone or in a list', async () => {
  expect((await only({}, { metadata: { cwe: ['CWE-89: SQL Injection', 'CWE-20: Bad input'] } }))?.cwe).toEqual([89, 20]);
  expect((await only({}, { metadata: { cwe: 'CWE-89: SQL Injection' } }))?.cwe).toEqual([89]);
});

test('a dependency is known by its package and its advisory', async () => {
  const sca = { sca_info: { dependency_match: { lockfile: 'web/package-lock.json', found_dependency: { package: 'lodash', version: '4.17.4', ecosystem: 'npm' } } }, metadata: { 'sca-vuln-database-identifier': 'CVE-2021-23337' } };

  expect(await only({}, sca)).toMatchObject({ kind: 'dependency', advisories: ['CVE-2021-23337'], location: { kind: 'package', package: 'lodash', path: 'web/package-lock.json' } });
});

test('what was ignored in the code is suppressed', async () => {
  expect((await only({}, { is_ignored: true }))?.suppressed).toBe(true);
  expect((await only({}, { is_ignored: false }))?.suppressed).toBeUndefined();
});

describe('a scan is partial', () => {
  const outcome = async (around: object) => (await of([], around)).at(-1);

  test('where the tool reports an error, or a file failed; not where files were left out by choice', async () => {
    expect(await outcome({ errors: [{ level: 'error', message: 'Timeout', path: 'src/b.py' }] })).toMatchObject({ outcome: { partial: true } });
    expect(await outcome({ paths: { skipped: [{ path: 'b.py', reason: 'analysis_failed_parser_or_internal_error' }] } })).toMatchObject({ outcome: { partial: true } });
    expect(await outcome({ errors: [{ level: 'warn', message: 'old rule' }], paths: { skipped: [{ path: 'b.py', reason: 'semgrepignore_patterns_match' }] } })).toEqual({ kind: 'end', outcome: { outcome: 'succeeded' } });
  });
});
