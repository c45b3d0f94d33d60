import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDatabase } from '../../test/database.ts';
import { createTestDatabase } from '../../test/database.ts';
import { isAmong } from '../lib/sorted.ts';
import { detectedByLook, detectedIds, knownEvidence } from '../store/looks.ts';
import { inTransaction } from '../store/open.ts';
import { ScopeLooks } from './scope-looks.ts';

/** Both ways to know what a scope saw last, all of it at once and look by look, say the same. */

/** More than a page holds. */
const rows = 45_000;
const scopeId = '00000000-0000-4000-8000-000000000001';
const other = '00000000-0000-4000-8000-000000000002';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database.store;
  await sql`insert into assets (id, name, key) values (gen_random_uuid(), 'A', 'a')`.execute(db);
  await sql`
    insert into scopes (id, asset_id, tool, branch) select s.id::uuid, a.id, s.id, 'main' from assets a, (values (${scopeId}), (${other})) as s (id)
  `.execute(db);
  await sql`
    with made as (
      insert into vulnerabilities (asset_id, title, severity, status, status_changed_at, status_as_of, status_entry_id, first_seen_at)
      select a.id, 'T', 'low', 'identified', now(), now(), gen_random_uuid(), now() from assets a, generate_series(1, ${rows}) returning id, status_entry_id
    ), told as (
      insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, to_status, cause_kind)
      select status_entry_id, id, now(), 'status', 'scan', 'T', 'identified', 'scan' from made
    ), detected as (
      insert into detections (vulnerability_id, scope_id, state, first_seen_at, last_seen_at)
      select id, ${scopeId}::uuid, case when id % 5 = 0 then 'not_detected' else 'detected' end, now(), case when id % 7 = 0 then now() + interval '1 hour' else now() - interval '1 hour' end from made
    )
    insert into scope_looks (scope_id, look, vulnerability_id, evidence, evidence_scan_id, evidence_ordinal, shown)
    -- Three in a thousand look the same, also where one page ends; the digests are as long as they get.
    select ${scopeId}::uuid, 4503599627370495 - (id - id % 1000 / 997 * (id % 1000 - 997)) * 7, id, id * 3, (case when id % 2 = 0 then ${scopeId} else ${other} end)::uuid, id, id % 11 <> 0 from made
  `.execute(db);
  await sql`insert into scope_looks select ${other}::uuid, look, vulnerability_id, evidence, evidence_scan_id, evidence_ordinal, shown from scope_looks where vulnerability_id % 3 = 0`.execute(db);
}, 60_000);
afterAll(() => database.drop());

test('where each finding is kept', async () => {
  const { db } = database.store;
  const all = await ScopeLooks.of(db, scopeId, rows);
  const asked = (await sql<{ look: string; evidence: string }>`select look, evidence from scope_looks where scope_id = ${scopeId}::uuid`.execute(db)).rows.map((row, at) => ({
    look: Number(row.look),
    // Some are not the same to the letter, and some are not known at all.
    evidence: Number(row.evidence) + (at % 13 === 0 ? 1 : 0),
  }));
  asked.push({ look: 5, evidence: 5 });
  const known = new Map((await knownEvidence(db, scopeId, asked)).map(({ nth, evidence }) => [nth, evidence]));

  expect(known.size).toBeGreaterThan(rows * 0.9);
  expect(asked.map((one) => all?.evidenceOf(one.look, one.evidence) ?? null)).toEqual(asked.map((_one, nth) => known.get(nth) ?? null));
});

test('what is detected by each look', async () => {
  await inTransaction(database.store, async (tx) => {
    const all = await ScopeLooks.of(tx, scopeId, rows);
    const looks = [...new Set((await sql<{ look: string }>`select look from scope_looks where scope_id = ${scopeId}::uuid`.execute(tx)).rows.map((row) => Number(row.look))), 5];
    for (const defaultBranch of [true, false]) {
      const moment = { scopeId, startedAt: new Date(), defaultBranch };
      const detected = await detectedIds(tx, moment);
      const one = looks.flatMap((look, nth) => (all?.vulnerabilitiesOf(look, defaultBranch) ?? []).filter((id) => isAmong(detected, id)).map((id) => `${nth} ${id}`));
      const other = (await detectedByLook(tx, moment, looks)).map(({ nth, vulnerability }) => `${nth} ${vulnerability}`);

      expect(one.length).toBeGreaterThan(rows / 2);
      expect(one.toSorted()).toEqual(other.toSorted());
    }
  });
});

test('a scope of more than that is not read', async () => {
  expect(await ScopeLooks.of(database.store.db, scopeId, rows - 1)).toBeNull();
  expect(await ScopeLooks.of(database.store.db, scopeId, rows)).not.toBeNull();
});
