import { expect, test } from 'vitest';
import type { ReportEvent } from '../../contracts/format.ts';
import { ReportError, readLimits } from '../../contracts/format.ts';
import { findFormats, recogniseFormat } from '../index.ts';
import { openReport } from './open-report.ts';

const formats = await findFormats();
const sarif = formats.find((format) => format.id === 'sarif');

async function readWith(
  results: readonly object[],
  limits: object,
  onProgress?: (told: { findings: number; bytes: number }) => void,
): Promise<readonly ReportEvent[]> {
  const report = Buffer.from(
    JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'T' } }, results }] }),
  );
  const open = async function* () {
    yield report;
  };
  const events: ReportEvent[] = [];
  const options = {
    limits: { ...readLimits, ...limits },
    digestKey: new Uint8Array(32),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  for await (const event of sarif?.read(openReport(open, readLimits), options) ?? []) {
    events.push(event);
  }
  return events;
}

test('more findings than allowed are an error that says how to mend it', async () => {
  const results = Array.from({ length: 11 }, () => ({ ruleId: 'r', message: { text: 'm' } }));

  const error = await readWith(results, { findingsMax: 10 }).catch((one: unknown) => one);

  expect(error).toBeInstanceOf(ReportError);
  expect((error as ReportError).hint).toContain('Split it');
});

test('a text that is too long is cut, and a complaint says where', async () => {
  const events = await readWith([{ ruleId: 'r', message: { text: 'x'.repeat(5_000) } }], {
    stringMax: 1_000,
  });

  expect(
    events.flatMap((event) => (event.kind === 'finding' ? [event.finding.description.length] : [])),
  ).toEqual([1_000]);
  expect(events.flatMap((event) => (event.kind === 'complaint' ? [event.complaint.where] : []))).toEqual([
    'finding 1, r',
  ]);
});

test('progress ends with all findings and all bytes', async () => {
  const told: { findings: number; bytes: number }[] = [];

  await readWith(
    Array.from({ length: 1_200 }, () => ({ ruleId: 'r', message: { text: 'm' } })),
    {},
    (one) => told.push(one),
  );

  expect(told.map(({ findings }) => findings)).toEqual([500, 1_000, 1_200]);
  expect(told.at(-1)?.bytes).toBeGreaterThan(30_000);
});

test.each([
  '',
  ' ',
  '{}',
  '[1,2]',
  '{"a":1}',
  'hello',
  '<html></html>',
  '<?xml version="1.0"?><testsuite/>',
  '{"results":[]',
  'a,b,c\n1,2,3',
])('the text %s is taken for no format', (text) => {
  expect(recogniseFormat(text, formats)?.id ?? null).toBeNull();
});
