import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TestDatabase } from '../../../test/database.ts';
import { createTestDatabase } from '../../../test/database.ts';
import { openStore } from '../open.ts';
import { claimWork, markDue, setLane } from '../work.ts';
import { learnPace, throttle } from './states.ts';

const id = '0199a000-0000-7000-8000-00000000000a';
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  const { db } = database.store;
  await sql`delete from lanes where id = ${id}`.execute(db);
  await sql`
    insert into connections (id, tracker, name, settings, origin, severity_mapping, webhook_token_hash, webhook_token)
    values (${id}::uuid, 'memory', 'Board', '{}', 'https://board.example', '{}', 'hash', 'token') on conflict (id) do update set throttled_until = null
  `.execute(db);
  await setLane(db, { id, concurrencyMax: 1_000, perSecond: null });
  await markDue(db, Array.from({ length: 200 }, (_, index) => ({ kind: 'probe', key: String(index), lane: id })));
});

const claim = (store = database.store) => claimWork(store, { kinds: ['probe'], most: 200, leaseMs: 60_000, holder: 'one' });

test('a pace of thirty a minute and six hundred an hour lets eighteen go at once, over all processes together', async () => {
  await sql`update lanes set tokens = 1000 where id = ${id}`.execute(database.store.db);
  const stores = Array.from({ length: 3 }, () => openStore(database.address, { poolMax: 2 }));
  await learnPace(database.store.db, id, [{ callsPerMinute: 30, callsPerHour: 600 }]);

  const claimed = (await Promise.all([...stores, ...stores].map((store) => claim(store)))).flat();
  await Promise.all(stores.map((store) => store.close()));

  expect(claimed).toHaveLength(18);
});

test('what other integrations of the account have spent is gone for us too', async () => {
  await sql`update lanes set tokens = 1000 where id = ${id}`.execute(database.store.db);
  await learnPace(database.store.db, id, [{ callsPerMinute: 30, callsPerHour: 600, callsLeftThisMinute: 4, callsLeftThisHour: 590 }]);

  expect(await claim()).toHaveLength(4);
});

test('a pause that a successful answer asked for holds the whole connection, and is shown', async () => {
  await learnPace(database.store.db, id, [{ pauseMs: 60_000 }, {}]);

  const rows = await sql<{ waits: boolean }>`select throttled_until > clock_timestamp() + interval '50 seconds' as waits from connections where id = ${id}::uuid`.execute(database.store.db);

  expect(await claim()).toHaveLength(0);
  expect(rows.rows[0]?.waits).toBe(true);
});

test('a shorter pause never shortens a longer one', async () => {
  await throttle(database.store.db, id, 3_600_000);
  await throttle(database.store.db, id, 1_000);

  const rows = await sql<{ both: boolean }>`
    select k.throttled_until > clock_timestamp() + interval '59 minutes' and l.paused_until > clock_timestamp() + interval '59 minutes' as both
    from connections k join lanes l on l.id = k.id::text where k.id = ${id}::uuid
  `.execute(database.store.db);

  expect(rows.rows[0]?.both).toBe(true);
});
