import { describe, expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import bandit from './index.ts';

/** What real reports hold that is easily taken for something else. */

const report = (value: unknown) => [Buffer.from(JSON.stringify(value))];

const result = (more: object = {}) => ({ test_id: 'B602', test_name: 'subprocess', filename: './src/a.py', line_number: 12, line_range: [12], code: '11 def f(x):\n12     call(x)\n13     return\n', issue_text: 'Shell.', issue_severity: 'HIGH', issue_confidence: 'LOW', ...more });
const of = async (results: readonly object[], errors: readonly object[] = []) => read(bandit, report({ errors, generated_at: '2026-03-01T10:00:00Z', metrics: {}, results }));
const only = async (more: object = {}) => findingsIn(await of([result(more)]))[0];

test('the code is told without the numbers of its lines, and the path without ./', async () => {
  expect(await only()).toMatchObject({ snippet: '    call(x)', context: { before: ['def f(x):'], after: ['    return'] }, location: { path: 'src/a.py', startLine: 12 } });
});

test('the lines of an expression need no order', async () => {
  expect((await only({ line_range: [14, 12, 13] }))?.location).toMatchObject({ startLine: 12, endLine: 14 });
});

test('a CWE is told since 1.7, and a column is counted from one', async () => {
  expect(await only({ issue_cwe: { id: 78, link: 'https://cwe.mitre.org/data/definitions/78.html' }, col_offset: 4 })).toMatchObject({ cwe: [78], location: { startColumn: 5 } });
  expect((await only())?.cwe).toEqual([]);
});

test.each([['HIGH', 'high'], ['MEDIUM', 'medium'], ['LOW', 'low'], ['UNDEFINED', 'medium']])('%s is %s, whatever the confidence', async (severity, ours) => {
  expect((await only({ issue_severity: severity }))?.severity).toBe(ours);
});

describe('a file that was not scanned', () => {
  test('makes the scan partial, and is named', async () => {
    const events = await of([result()], [{ filename: 'src/b.py', reason: 'syntax error while parsing AST from file' }]);

    expect(events.at(-1)).toMatchObject({ outcome: { outcome: 'succeeded', partial: true } });
    expect(events.filter(({ kind }) => kind === 'complaint')).toMatchObject([{ complaint: { message: expect.stringContaining('src/b.py') } }]);
  });
});
