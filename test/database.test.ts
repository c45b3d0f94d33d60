import { afterAll, expect, test } from 'vitest';
import { isMigrated, migrate, migrations } from '../src/store/migrate.ts';
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

test('an upgrade that fails keeps nothing of itself, names what failed, and can be run again', async () => {
  const { pool } = second.store;
  await pool.query('drop schema public cascade');
  await pool.query('create schema public');
  await pool.query('create table schedules (somebody_elses int)');

  await expect(migrate(second.store)).rejects.toThrow('The migration 0035_schedules.sql failed; nothing of this upgrade was kept');

  const left = await pool.query("select to_regclass('vulnerabilities') as table, (select count(*)::int from migrations) as run");
  expect(left.rows[0]).toEqual({ table: null, run: 0 });
  await pool.query('drop table schedules');
  expect(await migrate(second.store)).toEqual((await migrations()).map(({ name }) => name));
});
