import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimWork, markDue, setLane } from '../../src/store/work.ts';
import type { TestDatabase } from '../database.ts';
import { createTestDatabase } from '../database.ts';
import { claimBefore0038 } from './old-claim.ts';
import { tooGreedy, watchClaims } from './storm/watch.ts';

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
  await watchClaims(database.store.pool);
});
afterEach(() => database.drop());

/** A lane that lets one through at a time, on a table that was analyzed when all its work was done. */
async function claimFromFull(): Promise<number> {
  const { store } = database;
  await setLane(store.db, { id: 'narrow', concurrencyMax: 1, perSecond: null });
  const fill = () => markDue(store.db, Array.from({ length: 100 }, (_none, index) => ({ kind: 'visit', key: String(index), lane: 'narrow' })));
  await fill();
  await store.pool.query('delete from work');
  await store.pool.query('analyze work');
  await fill();
  const claimed = await claimWork(store, { kinds: ['visit'], most: 100, leaseMs: 30_000, holder: 'one' });
  return claimed.length;
}

test('a claim takes no more than its lane allows, also where the plan is of an empty table', async () => {
  expect(await claimFromFull()).toBe(1);
  expect(await tooGreedy(database.store.pool)).toEqual([]);
});

test('the watch of the campaign tells of a claim that takes more, as the function from before migration 0038 did', async () => {
  await database.store.pool.query(claimBefore0038());

  const taken = await claimFromFull();

  expect(taken).toBeGreaterThan(1);
  expect(await tooGreedy(database.store.pool)).toEqual([`a claim of ${taken} × visit where its lane allows 1`]);
});
