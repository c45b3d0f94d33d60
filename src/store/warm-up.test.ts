import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDatabase } from '../../test/database.ts';
import { createTestDatabase } from '../../test/database.ts';
import { warmUp } from './warm-up.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('after a warm-up every connection of the work has its plans', async () => {
  const { store } = database;
  await warmUp(store, new AbortController().signal);

  const pool = store.repeating();
  expect(pool.idleCount).toBe(pool.options.max);
  const clients = await Promise.all(Array.from({ length: pool.idleCount }, () => pool.connect()));
  const planned = await Promise.all(
    clients.map((client) => client.query<{ name: string }>('select name from pg_prepared_statements where generic_plans > 0 order by name')),
  );
  clients.forEach((client) => client.release());

  const names = planned.map(({ rows }) => rows.map(({ name }) => name));
  expect(names[0]).toEqual(expect.arrayContaining(['visit', 'finish work']));
  expect(names.every((others) => others.join() === names[0]?.join())).toBe(true);
});

test('a warm-up leaves nothing behind', async () => {
  const { store } = database;
  const count = async () => {
    const rows = await sql<{ work: number; lanes: number; timeline: number; deliveries: number }>`
      select (select count(*)::integer from work) as work, (select count(*)::integer from lanes) as lanes,
        (select count(*)::integer from timeline) as timeline, (select count(*)::integer from deliveries) as deliveries
    `.execute(store.db);
    return rows.rows;
  };
  const before = await count();

  await warmUp(store, new AbortController().signal);

  expect(await count()).toEqual(before);
});

test('a warm-up that is told to end opens no more connections', async () => {
  const other = await createTestDatabase();
  const told = new AbortController();
  told.abort();

  await warmUp(other.store, told.signal);

  expect(other.store.repeating().totalCount).toBe(0);
  await other.drop();
});
