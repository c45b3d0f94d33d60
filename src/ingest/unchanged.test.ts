import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDatabase } from '../../test/database.ts';
import { createTestDatabase } from '../../test/database.ts';
import type { Format } from '../contracts/format.ts';
import { findFormats } from '../formats/index.ts';
import type { ScanSummary } from '../store/scans.ts';
import { locationNow, snippetNow } from '../store/moved-places.ts';
import { removeOldRecords } from '../store/retention.ts';
import { nextScan } from '../store/scans.ts';
import { occurrencesOf } from '../store/screens/counts.ts';
import { changeSettings } from '../store/settings.ts';
import { processScan } from './process-scan.ts';
import { storeReport } from './store-report.ts';

/** A long report, most of whose files are what they were: the digests that say so say nothing that a full look would not. */

let database: TestDatabase;
let formats: readonly Format[];
beforeAll(async () => {
  [database, formats] = await Promise.all([createTestDatabase(), findFormats()]);
});
afterAll(() => database.drop());

interface Line {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly level?: string;
  readonly rank?: number;
  readonly suppressed?: boolean;
}

/** More than are matched in one go, and more than are looked at in full in any case. */
const most = 6_000;
const patienceMs = 120_000;
const lines: readonly Line[] = Array.from({ length: most }, (_none, index) => ({ path: `src/file${index % 600}.c`, line: 5 + index, text: `call_${index}(argument_${index}, ${index * 7});` }));

async function assetOf(name: string): Promise<string> {
  const rows = await sql<{ id: string }>`insert into assets (id, name, key) values (gen_random_uuid(), ${name}, ${name}) returning id`.execute(database.store.db);
  return rows.rows[0]?.id ?? '';
}

async function scan(assetId: string, some: readonly Line[], branch: string | null = null, startedAt: Date | null = null): Promise<ScanSummary> {
  const results = some.map(({ path, line, text, level, rank, suppressed }) => ({
    ruleId: `rule-${text.length % 9}`,
    level: level ?? 'warning',
    rank,
    suppressions: suppressed === true ? [{ kind: 'inSource' }] : [],
    message: { text: 'It may overflow.' },
    locations: [{ physicalLocation: { artifactLocation: { uri: path }, region: { startLine: line, snippet: { text } } } }],
  }));
  const report = JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'Same' } }, results }] });
  const upload = { trigger: 'ci', coverage: 'complete', format: null, tool: null, category: null, commit: null, idempotencyKey: null, uploadedBy: 'CI' } as const;
  await storeReport(database.store, { ...upload, startedAt, branch, assetId, bytes: Readable.from([Buffer.from(report)]) });
  const next = await nextScan(database.store.db, assetId);
  if (next === null) {
    throw new Error('A scan waits.');
  }
  const done = await processScan({ store: database.store, formats, digestKey: new Uint8Array(32) }, next);
  if (done.kind === 'broken') {
    throw new Error(done.message);
  }
  return done.summary;
}

/** Everything that is known of the asset, by what stands where. */
async function stateOf(assetId: string) {
  const rows = await sql<{ id: string; at: string; severity: string; status: string; detected: boolean }>`
    select v.id, concat(${locationNow} ->> 'path', ':', ${locationNow} ->> 'startLine', ' ', ${snippetNow}) as at, v.severity, v.status,
      (select count(*) from occurrences o where o.vulnerability_id = v.id and o.scan_id = d.last_seen_scan_id) = d.occurrences as detected
    from vulnerabilities v join detections d on d.vulnerability_id = v.id where v.asset_id = ${assetId}::uuid order by v.id
  `.execute(database.store.db);
  return rows.rows;
}

test('each finding goes on as what it was, whatever changed in other files, and each scan keeps whose it is', async () => {
  const asset = await assetOf('goes on');
  expect(await scan(asset, lines)).toMatchObject({ created: most });
  const before = await stateOf(asset);

  expect(await scan(asset, lines.toReversed())).toMatchObject({ created: 0, matched: most, unchanged: most, fixed: 0 });
  expect(await stateOf(asset)).toEqual(before);
  const lastFile = (path: string) => path.endsWith('9.c');
  const after = lines
    .filter((_one, index) => index % 400 !== 9)
    .map((one, index) => (lastFile(one.path) ? { ...one, line: one.line + 3 } : index % 1_000 === 0 ? { ...one, level: 'error', rank: 90 } : one));
  const gone = most - after.length;

  expect(await scan(asset, after)).toMatchObject({ created: 0, matched: after.length, fixed: gone });
  const known = new Map(before.map((row) => [row.id, row.at]));
  const now = await stateOf(asset);
  expect(now.map(({ at }) => at).toSorted()).toEqual(lines.map(({ path, line, text }) => `${path}:${after.some((one) => one.text === text) && lastFile(path) ? line + 3 : line} ${text}`).toSorted());
  expect(now.every(({ id, at }) => known.get(id)?.split(' ').slice(1).join(' ') === at.split(' ').slice(1).join(' '))).toBe(true);
  expect(now.filter((row) => row.severity === 'high')).toHaveLength(after.filter((one) => one.level === 'error').length);
  expect(now.every((row) => row.detected)).toBe(true);
}, patienceMs);

test('what was kept is not kept again, is shown as seen by the latest scan, and stays as long as that shows it', async () => {
  const { db } = database.store;
  const asset = await assetOf('kept once');
  await scan(asset, lines);
  const changed = lines.map((one, index) => (index % 600 === 3 ? { ...one, line: one.line + 3 } : index === 77 ? { ...one, rank: 12 } : one));
  await scan(asset, changed);

  const keptBy = async () =>
    (await sql<{ n: number }>`select count(f.scan_id)::integer as n from scans s left join findings f on f.scan_id = s.id where s.asset_id = ${asset}::uuid group by s.id order by s.received_at`.execute(db)).rows.map(({ n }) => n);
  // The ten of a file that moved, and the one of which more than its text is kept.
  expect(await keptBy()).toEqual([most, 11]);
  const shown = async () => {
    const rows = await sql<{ id: string; title: string; at: string }>`
      select id, concat(${locationNow} ->> 'path', ':', ${locationNow} ->> 'startLine', ' ', ${snippetNow}) as at from vulnerabilities v
      where asset_id = ${asset}::uuid and substring(snippet from 'call_([0-9]+)')::integer % 25 in (2, 3) order by id
    `.execute(db);
    const seen = await Promise.all(rows.rows.map(async (row) => ({ at: row.at, occurrences: await occurrencesOf(db, row.id) })));
    return seen.flatMap(({ at, occurrences }) => occurrences.map(({ location, snippet }) => [at, `${String(location['path'])}:${String(location['startLine'])} ${snippet}`]));
  };
  const looked = (most / 25) * 2;
  expect(await shown()).toHaveLength(looked);
  expect((await shown()).filter(([at, seen]) => at !== seen)).toEqual([]);

  // Long afterwards only what no later scan shows any more is gone: the eleven as they were.
  await changeSettings(db, { evidenceDays: 30 });
  await sql`update scans set finished_at = finished_at - interval '90 days' where asset_id = ${asset}::uuid`.execute(db);
  expect(await removeOldRecords(database.store)).toBe(false);
  expect(await keptBy()).toEqual([most - 11, 11]);
  expect((await shown()).filter(([at, seen]) => at !== seen)).toEqual([]);
  expect(await shown()).toHaveLength(looked);
  expect(await scan(asset, changed)).toMatchObject({ unchanged: most });
  expect(await keptBy()).toEqual([most - 11, 11, 0]);
}, patienceMs);

test('what is suppressed, fixed, decided by a newer scan or new to the default branch is looked at in full', async () => {
  const asset = await assetOf('in full');
  await scan(asset, lines);
  const [first] = lines as readonly [Line, ...Line[]];
  const others = lines.slice(1);
  const statusOf = async () => (await stateOf(asset)).find(({ at }) => at.endsWith(first.text))?.status;

  expect(await scan(asset, [{ ...first, suppressed: true }, ...others])).toMatchObject({ matched: most - 1, fixed: 0 });
  expect(await statusOf()).toBe('identified');
  expect(await scan(asset, others)).toMatchObject({ matched: most - 1, fixed: 1 });
  expect(await statusOf()).toBe('fixed');
  expect(await scan(asset, [{ ...first, suppressed: true }, ...others])).toMatchObject({ matched: most - 1, reappeared: 0 });
  expect(await scan(asset, lines, null, new Date(Date.now() - 3_600_000))).toMatchObject({ reappeared: 0, fixed: 0 });
  expect(await statusOf()).toBe('fixed');
  expect(await scan(asset, lines)).toMatchObject({ matched: most, reappeared: 1, created: 0 });

  // Another branch sees it on another line first; then the default branch has it too.
  const moved = lines.map((one) => ({ ...one, line: one.line + 2 }));
  await scan(asset, moved, 'next');
  await sql`update assets set default_branch = 'next' where id = ${asset}::uuid`.execute(database.store.db);
  expect(await scan(asset, moved, 'next')).toMatchObject({ created: 0, matched: most });
  // Two scopes know each of them.
  expect([...new Set((await stateOf(asset)).map(({ at }) => at))].toSorted()).toEqual(moved.map(({ path, line, text }) => `${path}:${line} ${text}`).toSorted());
}, patienceMs);

test('a decision of a person on something that is seen again unchanged waits for nothing and is undone by nothing', async () => {
  const asset = await assetOf('decided');
  await scan(asset, lines);
  const text = lines.at(-1)?.text ?? '';
  await sql`
    with one as (select id, gen_random_uuid() as entry from vulnerabilities where asset_id = ${asset}::uuid and snippet = ${text}),
    told as (
      insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, from_status, to_status, cause_kind)
      select entry, id, clock_timestamp(), 'status', 'person', 'Ana', 'identified', 'awaiting_validation', 'person' from one
    )
    update vulnerabilities v set status = 'awaiting_validation', status_changed_at = clock_timestamp(), status_as_of = clock_timestamp(), status_entry_id = one.entry
    from one where v.id = one.id
  `.execute(database.store.db);
  const statuses = async () => Map.groupBy(await stateOf(asset), (row) => row.status);

  expect((await statuses()).get('awaiting_validation')).toHaveLength(1);
  await scan(asset, lines);

  expect([...(await statuses()).keys()]).toEqual(['identified']);
}, patienceMs);
