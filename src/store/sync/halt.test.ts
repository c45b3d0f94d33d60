import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDatabase } from '../../../test/database.ts';
import { createTestDatabase } from '../../../test/database.ts';
import { inTransaction } from '../open.ts';
import { haltConnection } from './states.ts';

const id = '0199a000-0000-7000-8000-00000000000b';
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await sql`
    insert into connections (id, tracker, name, settings, origin, severity_mapping, webhook_token_hash, webhook_token)
    values (${id}::uuid, 'memory', 'Board', '{}', 'https://board.example', '{}', 'halt', 'token')
  `.execute(database.store.db);
});
afterAll(() => database.drop());

async function haltAfter(act: 'login' | 'nothing'): Promise<string | undefined> {
  const { db } = database.store;
  const clock = await sql<{ ms: number }>`select (extract(epoch from clock_timestamp()) * 1000)::double precision as ms`.execute(db);
  await (act === 'login'
    ? sql`update connections set state = 'active', state_changed_at = clock_timestamp() + interval '5 milliseconds'`.execute(db)
    : Promise.resolve());
  await inTransaction(database.store, (tx) => haltConnection(tx, id, { state: 'unauthorized', because: 'Refused.', asOf: clock.rows[0]?.ms ?? 0 }));
  const rows = await sql<{ state: string }>`select state from connections where id = ${id}::uuid`.execute(db);
  return rows.rows[0]?.state;
}

test('a refusal of a login that was replaced meanwhile stops nothing; one of the present login does', async () => {
  expect(await haltAfter('login')).toBe('active');
  await sql`select pg_sleep(0.01)`.execute(database.store.db);
  expect(await haltAfter('nothing')).toBe('unauthorized');
});
