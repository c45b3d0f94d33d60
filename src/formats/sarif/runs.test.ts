import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import { outcome, report } from './build-report.ts';
import sarif from './index.ts';

/** What real tools write around their results. */

describe('a run', () => {
  test('without results failed, with an empty list it is clean', async () => {
    expect(await outcome(report(null))).toMatchObject([{ outcome: 'failed' }]);
    expect(await outcome(report(undefined))).toMatchObject([{ outcome: 'failed' }]);
    expect(await outcome(report([]))).toEqual([{ outcome: 'succeeded' }]);
  });

  test('that says it failed has failed', async () => {
    const failed = report([], {
      invocations: [{ executionSuccessful: false, exitCodeDescription: 'out of memory' }],
    });

    expect(await outcome(failed)).toEqual([{ outcome: 'failed', because: 'out of memory' }]);
  });

  test('with an error of the tool is partial and says so', async () => {
    const bytes = report([], {
      invocations: [
        {
          executionSuccessful: true,
          startTimeUtc: '2026-03-02T09:15:00Z',
          toolExecutionNotifications: [
            { level: 'error', message: { text: 'a.c: no memory' } },
            { level: 'note', message: { text: 'fine' } },
          ],
        },
      ],
    });

    expect(await outcome(bytes)).toEqual([
      { outcome: 'succeeded', partial: true, startedAt: '2026-03-02T09:15:00.000Z' },
    ]);
    expect((await read(sarif, [bytes])).filter((event) => event.kind === 'complaint')).toHaveLength(1);
  });

  test.each([
    ['a/b/2026-03-02', 'a/b'],
    ['nightly/', 'nightly'],
    ['just-a-name', null],
  ])('%s has the category %s', async (id, category) => {
    const [first] = await read(sarif, [report([], { automationDetails: { id } })]);

    expect(first).toMatchObject({ kind: 'run', run: { category } });
  });

  test('stands beside others of the same tool in one report', async () => {
    const run = (index: number) => ({
      tool: { driver: { name: 'T', version: '1' } },
      automationDetails: { id: `c${index}/` },
      results: index === 3 ? null : [{ ruleId: 'r', message: { text: `${index}` } }],
    });
    const bytes = Buffer.from(
      JSON.stringify({ version: '2.1.0', runs: Array.from({ length: 25 }, (_one, index) => run(index)) }),
    );

    const events = await read(sarif, [bytes]);

    expect(events.filter((event) => event.kind === 'run').map(({ run }) => run.category)).toEqual(
      Array.from({ length: 25 }, (_one, index) => `c${index}`),
    );
    expect(findingsIn(events)).toHaveLength(24);
    expect(
      events
        .filter((event) => event.kind === 'end')
        .map(({ outcome }) => outcome.outcome)
        .indexOf('failed'),
    ).toBe(3);
  });

  test('whose tool has its version in its name is compared without it', async () => {
    const [first] = await read(sarif, [report([], { tool: { driver: { name: 'Cppcheck 2.10' } } })]);

    expect(first).toMatchObject({ run: { tool: 'Cppcheck', toolVersion: '2.10' } });
  });
});

describe('bytes', () => {
  const plain = report([{ ruleId: 'R1', message: { text: 'Grüße — 漢字 😀' } }]);
  const text = plain.toString('utf8');
  const utf16 = (mark: string) => Buffer.from(`${mark}${text}`, 'utf16le');
  test.each([
    ['a byte-order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), plain])],
    ['UTF-16, little end first', utf16('\ufeff')],
    ['UTF-16, big end first', utf16('\ufeff').swap16()],
    ['UTF-16 without a mark', utf16('')],
    ['gzip', gzipSync(plain)],
    ['gzip of UTF-16', gzipSync(utf16('\ufeff'))],
  ])('%s', async (_what, bytes) => {
    expect(findingsIn(await read(sarif, [bytes]))[0]?.description).toBe('Grüße — 漢字 😀');
  });

  test('without $schema, in an older edition of the standard, with unknown parts', async () => {
    const bytes = Buffer.from(
      '{"version":"2.0.0-csd.2.beta","x":{"y":[1,{"z":"}]"}]},"runs":[{"tool":{"driver":{"name":"T"}},"results":[{"message":{"text":"M"}}]}]}',
    );

    expect(findingsIn(await read(sarif, [bytes]))).toHaveLength(1);
    expect(sarif.recognise(bytes.toString('utf8'))).toBe(2);
  });

  test('what a database cannot hold is gone', async () => {
    const bytes = Buffer.from(
      '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"T"}},"results":[{"ruleId":"r","message":{"text":"a\\u0000b\\ud800c"}}]}]}',
    );

    expect(findingsIn(await read(sarif, [bytes]))[0]?.description).toBe('ab\ufffdc');
  });
});
