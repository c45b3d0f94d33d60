import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDatabase } from '../../test/database.ts';
import { createTestDatabase } from '../../test/database.ts';
import { findScan, nextScan } from '../store/scans.ts';
import type { ThreadLimits } from './scan-threads.ts';
import { ScanThreads, threadLimits } from './scan-threads.ts';
import { storeReport } from './store-report.ts';

let database: TestDatabase;
let assetId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  const rows = await sql<{ id: string }>`insert into assets (id, name, key) values (gen_random_uuid(), 'Threads', 'threads') returning id`.execute(database.store.db);
  assetId = rows.rows[0]?.id ?? '';
});
afterAll(() => database.drop());

const digestKey = new Uint8Array(32);
const result = '{"ruleId":"r","message":{"text":"Here."},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.c"},"region":{"startLine":1}}}]';
const reportOf = (more: string) => `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Threads"}},"results":[${result}${more}}]}]}`;

async function processed(report: string, limits: Partial<ThreadLimits> = {}) {
  const upload = { trigger: 'ci', coverage: 'complete', format: null, tool: null, branch: null, category: null, commit: null, startedAt: null, idempotencyKey: null, uploadedBy: 'CI' } as const;
  await storeReport(database.store, { ...upload, assetId, bytes: Readable.from([Buffer.from(report)]) });
  const scan = await nextScan(database.store.db, assetId);
  if (scan === null) {
    throw new Error('A scan waits.');
  }
  const threads = new ScanThreads(database.store, digestKey, { ...threadLimits, ...limits });
  try {
    return { done: await threads.process(scan, new AbortController().signal), scan: await findScan(database.store.db, scan.id) };
  } finally {
    await threads.close();
  }
}

const known = async () => (await sql<{ id: string }>`select id from vulnerabilities where asset_id = ${assetId}::uuid`.execute(database.store.db)).rows.length;

test('a report that would fill the memory fails its scan alone', async () => {
  // One result of 4 MB, within every limit on length, that is more than a million values.
  const bomb = `,"properties":{"a":[${'[],'.repeat(1_300_000)}0]}`;

  const { done, scan } = await processed(reportOf(bomb), { heapMegabytes: 48 });

  expect(done).toMatchObject({ kind: 'broken', message: 'The report needs more than 48 MB of memory.' });
  expect(scan).toMatchObject({ status: 'failed', error: { hint: expect.stringContaining('Split it') } });
  expect(await known()).toBe(0);
}, 90_000);

test('a report that takes longer than it may fails its scan alone', async () => {
  const { done, scan } = await processed(reportOf(''), { scanMs: 1 });

  expect(done).toMatchObject({ kind: 'broken', message: expect.stringContaining('took longer than') });
  expect(scan?.status).toBe('failed');
  expect(await known()).toBe(0);
});

test('the next report is read as ever', async () => {
  const { done } = await processed(reportOf(''));

  expect(done).toMatchObject({ kind: 'recorded', summary: { created: 1 } });
});
