import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDatabase } from '../../test/database.ts';
import { createTestDatabase } from '../../test/database.ts';
import { findFormats } from '../formats/index.ts';
import { rehearse } from './rehearse.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Rows of each table, and the last number that each sequence gave. */
async function contents(): Promise<ReadonlyMap<string, string>> {
  const { db } = database.store;
  const tables = await sql<{ name: string }>`select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`.execute(db);
  const all = new Map<string, string>();
  for (const { name } of tables.rows) {
    const rows = await sql<{ n: string }>`select count(*) as n from ${sql.table(name)}`.execute(db);
    all.set(name, rows.rows[0]?.n ?? '');
  }
  const numbers = await sql<{ name: string; last: string | null }>`select sequencename as name, last_value as last from pg_sequences`.execute(db);
  numbers.rows.forEach(({ name, last }) => all.set(name, String(last)));
  return all;
}

test('a rehearsal makes vulnerabilities and links, and nothing of them stays, not even a number', async () => {
  const { store } = database;
  const before = await contents();
  const writes = async () => {
    await store.pool.query('select pg_stat_force_next_flush()');
    const rows = await sql<{ name: string; n: string }>`
      select relname as name, n_tup_ins as n from pg_stat_user_tables where relname in ('vulnerabilities', 'links', 'deliveries', 'work', 'occurrences')
    `.execute(store.db);
    return Object.fromEntries(rows.rows.map(({ name, n }) => [name, Number(n)]));
  };
  const earlier = await writes();

  await rehearse({ store, formats: await findFormats(), digestKey: new Uint8Array(32) });

  expect(await contents()).toEqual(before);
  const later = await writes();
  expect(Object.keys(later).filter((name) => later[name] === earlier[name])).toEqual([]);
});
