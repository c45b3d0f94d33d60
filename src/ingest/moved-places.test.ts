import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDatabase } from '../../test/database.ts';
import { createTestDatabase } from '../../test/database.ts';
import type { Format } from '../contracts/format.ts';
import { findFormats } from '../formats/index.ts';
import { contentOf } from '../store/merges.ts';
import { inTransaction } from '../store/open.ts';
import { nextScan } from '../store/scans.ts';
import { findVulnerability, listVulnerabilities, listWhole } from '../store/screens/vulnerabilities.ts';
import { processScan } from './process-scan.ts';
import { storeReport } from './store-report.ts';

/** A line that moved is told beside the vulnerability's own row; whoever asks where it stands hears the new one. */

let database: TestDatabase;
let formats: readonly Format[];
let assetId: string;
beforeAll(async () => {
  [database, formats] = await Promise.all([createTestDatabase(), findFormats()]);
  const rows = await sql<{ id: string }>`insert into assets (id, name, key) values (gen_random_uuid(), 'Moves', 'moves') returning id`.execute(database.store.db);
  assetId = rows.rows[0]?.id ?? '';
});
afterAll(() => database.drop());

interface Told {
  readonly path?: string;
  readonly line: number;
  readonly text?: string;
  readonly message?: string;
}

async function scan({ path = 'src/copy.c', line, text = 'memcpy(to, from, length);', message = 'It may overflow.' }: Told): Promise<void> {
  const region = { startLine: line, snippet: { text } };
  const results = [{ ruleId: 'overflow', message: { text: message }, locations: [{ physicalLocation: { artifactLocation: { uri: path }, region } }] }];
  const report = JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'Mover' } }, results }] });
  const upload = { trigger: 'ci', coverage: 'complete', format: null, tool: null, category: null, commit: null, idempotencyKey: null, uploadedBy: 'CI' } as const;
  await storeReport(database.store, { ...upload, startedAt: null, branch: null, assetId, bytes: Readable.from([Buffer.from(report)]) });
  const next = await nextScan(database.store.db, assetId);
  expect(await processScan({ store: database.store, formats, digestKey: new Uint8Array(32) }, next as NonNullable<typeof next>)).toMatchObject({ kind: 'recorded' });
}

/** The one vulnerability as each reader shows it, and as its rows stand. */
async function shown() {
  const { db } = database.store;
  const wish = { sort: 'severity', reversed: false, limit: 10 } as const;
  const [listed, whole] = await Promise.all([listVulnerabilities(db, wish), listWhole(db, wish)]);
  expect(listed.items).toHaveLength(1);
  const id = listed.items[0]?.id ?? '';
  const [one, content] = await Promise.all([findVulnerability(db, id), inTransaction(database.store, (tx) => contentOf(tx, id))]);
  const rows = await sql<{ own: number; beside: number | null }>`
    select (v.location ->> 'startLine')::integer as own, (p.location ->> 'startLine')::integer as beside
    from vulnerabilities v left join moved_places p on p.vulnerability_id = v.id
  `.execute(db);
  const places = [listed.items[0], whole.items[0], one, content].map((row) => row?.location as { readonly path: string; readonly startLine: number });
  expect(new Set(places.map(({ path, startLine }) => `${path}:${startLine}`)).size).toBe(1);
  expect(new Set([whole.items[0], one, content].map((row) => row?.snippet)).size).toBe(1);
  return { at: `${places[0]?.path}:${places[0]?.startLine}`, snippet: one?.snippet, ...rows.rows[0] };
}

test('a line that moved is told beside the row, as often as it moves, and everybody shows the new one', async () => {
  await scan({ line: 10 });
  expect(await shown()).toEqual({ at: 'src/copy.c:10', snippet: 'memcpy(to, from, length);', own: 10, beside: null });
  await scan({ line: 15 });
  expect(await shown()).toMatchObject({ at: 'src/copy.c:15', own: 10, beside: 15 });
  await scan({ line: 17, text: 'memcpy(to, from, length + 1);' });
  expect(await shown()).toMatchObject({ at: 'src/copy.c:17', snippet: 'memcpy(to, from, length + 1);', own: 10, beside: 17 });
  await scan({ line: 10 });
  expect(await shown()).toMatchObject({ at: 'src/copy.c:10', snippet: 'memcpy(to, from, length);', beside: 10 });
});

test('a file with another name, or another text, is told in the row itself, and what was told beside it is over', async () => {
  await scan({ line: 12 });
  await scan({ line: 12, path: 'lib/copy.c' });
  expect(await shown()).toMatchObject({ at: 'lib/copy.c:12', own: 12, beside: null });
  const found = await listVulnerabilities(database.store.db, { sort: 'severity', reversed: false, limit: 10, q: 'lib/copy.c' });
  expect(found.items).toHaveLength(1);

  await scan({ line: 20, path: 'lib/copy.c' });
  expect(await shown()).toMatchObject({ own: 12, beside: 20 });
  await scan({ line: 21, path: 'lib/copy.c', message: 'It overflows.' });
  expect(await shown()).toMatchObject({ at: 'lib/copy.c:21', own: 21, beside: null });
});

test('with the vulnerability goes what was told beside it', async () => {
  await scan({ line: 30, path: 'lib/copy.c', message: 'It overflows.' });
  expect(await shown()).toMatchObject({ beside: 30 });
  await sql`delete from assets where id = ${assetId}::uuid`.execute(database.store.db);
  const left = await sql<{ n: number }>`select count(*)::integer as n from moved_places`.execute(database.store.db);
  expect(left.rows[0]?.n).toBe(0);
});
