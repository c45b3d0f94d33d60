import { describe, expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import { featuresOf } from '../../core/matching/features.ts';
import { match } from '../../core/matching/match.ts';
import gitleaks from './index.ts';

/** What real reports hold that is easily taken for something else. */

const report = (value: unknown) => [Buffer.from(JSON.stringify(value))];

const leak = (more: object = {}) => ({ RuleID: 'generic-api-key', Description: 'A key.', File: 'config/app.env', Secret: 'zk93-hd72-qq18-vv55', Match: 'KEY=zk93-hd72-qq18-vv55', StartLine: 4, EndLine: 4, Commit: 'a'.repeat(40), Fingerprint: 'x', ...more });
const of = async (leaks: unknown) => findingsIn(await read(gitleaks, report(leaks)));

test('commit, author, date, line and the tool’s own fingerprint are no identity', async () => {
  const [one, other] = await of([leak(), leak({ Commit: 'b'.repeat(40), StartLine: 90, Fingerprint: 'y', Author: 'A', Date: '2026-01-01T00:00:00Z' })]);

  expect(one?.fingerprints).toEqual({});
  expect(other?.discriminators).toEqual(one?.discriminators);
  expect(featuresOf(other as NonNullable<typeof other>)).toMatchObject({ kind: 'secret', extra: one?.discriminators?.[0] });
});

test('one secret in many commits and files is one leak', async () => {
  const leaks = await of([leak(), leak({ Commit: 'b'.repeat(40), StartLine: 90 }), leak({ File: 'old/app.env' }), leak({ Secret: 'another-one-77-aa', Match: 'KEY=another-one-77-aa' })]);

  expect(match([], leaks.map(featuresOf))).toMatchObject({ fresh: { length: 2 }, echoes: { length: 2 } });
});

test('a secret that was redacted is known by the text around it', async () => {
  const [redacted] = await of([leak({ Secret: 'REDACTED', Match: 'KEY=REDACTED' })]);

  expect(redacted).toMatchObject({ snippet: 'KEY=REDACTED' });
  expect(redacted?.discriminators).toBeUndefined();
  expect(featuresOf(redacted as NonNullable<typeof redacted>).kind).toBe('file');
});

test('keys with which somebody spends money are critical, others high; all are CWE-798', async () => {
  const all = await of([leak(), leak({ RuleID: 'aws-access-token' }), leak({ RuleID: 'private-key' })]);

  expect(all.map(({ severity, cwe }) => [severity, cwe])).toEqual([['high', [798]], ['critical', [798]], ['critical', [798]]]);
});

describe('nothing found', () => {
  test.each([['an empty list', []], ['null', null]])('%s is a clean scan', async (_what, value) => {
    expect((await read(gitleaks, report(value))).at(-1)).toMatchObject({ kind: 'end', outcome: { outcome: 'succeeded' } });
  });
});
