import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDatabase } from '../../test/database.ts';
import { createTestDatabase } from '../../test/database.ts';
import { readReport } from '../store/report-chunks.ts';
import { removeBrokenUploads } from '../store/retention.ts';
import { nextScan } from '../store/scans.ts';
import { storeReport } from './store-report.ts';

let database: TestDatabase;
let assetId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  const rows = await sql<{ id: string }>`insert into assets (id, name, key) values (gen_random_uuid(), 'Uploads', 'uploads') returning id`.execute(database.store.db);
  assetId = rows.rows[0]?.id ?? '';
});
afterAll(() => database.drop());

const kept = async () => {
  const rows = await sql<{ scans: number; chunks: number }>`
    select (select count(*)::integer from scans) as scans, (select count(*)::integer from report_chunks) as chunks
  `.execute(database.store.db);
  return rows.rows[0];
};

/** A caller that sends so much, says so, and then what `end` has to say. */
async function* sending(bytes: number, end: () => Promise<void>): AsyncIterable<Uint8Array> {
  yield Buffer.alloc(bytes, ' ');
  await end();
}

async function* sendingAll(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function upload(bytes: AsyncIterable<Uint8Array>) {
  const wish = { trigger: 'ci', coverage: 'complete', format: null, tool: null, branch: null, category: null, commit: null, startedAt: null, idempotencyKey: null, uploadedBy: 'CI' } as const;
  return storeReport(database.store, { ...wish, assetId, bytes });
}

test('an upload that breaks leaves nothing', async () => {
  await expect(upload(sending(600_000, () => Promise.reject(new Error('gone'))))).rejects.toThrow('gone');

  expect(await kept()).toEqual({ scans: 0, chunks: 0 });
});

test('an upload that was cut off by a kill is never processed and is removed after a day; what is young or whole stays', async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  const halves = [upload(sending(300_000, () => promise)), upload(sending(300_000, () => promise))];
  const told = Promise.allSettled(halves);
  await expect.poll(kept).toEqual({ scans: 2, chunks: 2 });
  const days = sql`update scans set received_at = received_at - interval '2 days' where id = (select id from scans order by id limit 1)`;
  await days.execute(database.store.db);
  await upload(sending(10, () => Promise.resolve()));
  await sql`update scans set received_at = received_at - interval '2 days' where report_complete`.execute(database.store.db);

  expect(await removeBrokenUploads(database.store)).toBe(false);

  expect(await kept()).toEqual({ scans: 2, chunks: 2 });
  expect((await nextScan(database.store.db, assetId))?.report_bytes).toBe('10');
  expect(await nextScan(database.store.db, assetId)).toMatchObject({ report_bytes: '10' });
  reject(new Error('gone'));
  await told;
});

test('every byte comes back as it came, whatever it is: text, what is packed already, and more of either than one part holds', async () => {
  const noise = Buffer.from(Array.from({ length: 600_001 }, (_none, at) => (at * at * 31 + at * 7 + (at >> 8)) & 255));
  for (const bytes of [Buffer.from('{"version":"2.1.0"}'.repeat(40_000)), noise, gzipSync(noise), Buffer.from('\ufeff{"version":"2.1.0"}', 'utf16le')]) {
    const done = await upload(sendingAll(bytes));
    if (done.kind === 'refused') {
      throw new Error(done.because);
    }

    const back = await buffer(readReport(database.store, done.scan.id, bytes.length));
    expect(back.equals(bytes)).toBe(true);
  }
  const sizes = await sql<{ packed: boolean; most: number }>`select packed, max(length(bytes))::integer as most from report_chunks group by packed order by packed`.execute(database.store.db);
  // What shrinks is kept small; what does not is kept as it is.
  expect(sizes.rows).toMatchObject([{ packed: false }, { packed: true }]);
});
