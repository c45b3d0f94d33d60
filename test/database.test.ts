import { afterAll, expect, test } from 'vitest';
import { isMigrated } from '../src/store/migrate.ts';
import { createTestDatabase } from './database.ts';

const first = await createTestDatabase();
const second = await createTestDatabase();
afterAll(async () => {
  await first.drop();
  await second.drop();
});

test('each test database has the whole schema', async () => {
  expect(await isMigrated(first.store)).toBe(true);
});

test('what one test database holds is not in another', async () => {
  await first.store.pool.query('create table mark (word text)');

  const found = await second.store.pool.query("select to_regclass('mark') as mark");

  expect(found.rows[0]).toEqual({ mark: null });
});
