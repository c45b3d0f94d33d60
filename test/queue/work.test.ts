import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sql } from 'kysely';
import { claimWork, finishWork, markDue, setLane } from '../../src/store/work.ts';
import { startWorkLoop } from '../../src/store/work-loop.ts';
import type { TestDatabase } from '../database.ts';
import { createTestDatabase } from '../database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 30 });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await sql`delete from work`.execute(database.store.db);
});

const lane = 'test-lane';

async function fill(count: number, options: { concurrencyMax: number; perSecond: number | null }): Promise<void> {
  await setLane(database.store.db, { id: lane, ...options, burst: 1 });
  await markDue(database.store.db, Array.from({ length: count }, (_none, index) => ({ kind: 'piece', key: `k${index}`, lane })));
}

async function waiting(): Promise<number> {
  const rows = await sql<{ n: number }>`select count(*)::integer as n from work`.execute(database.store.db);
  return rows.rows[0]?.n ?? 0;
}

test('with four claimers a lane’s limit of five is never exceeded, and no key runs twice at once', async () => {
  await fill(400, { concurrencyMax: 5, perSecond: null });
  let active = 0;
  let most = 0;
  const running = new Set<string>();
  const twice: string[] = [];
  const done = new Map<string, number>();
  const loops = Array.from({ length: 4 }, () =>
    startWorkLoop({
      store: database.store,
      concurrency: 10,
      random: Math.random,
      log: () => {},
      kinds: {
        piece: {
          leaseMs: 10_000,
          handle: async ({ key }) => {
            active += 1;
            most = Math.max(most, active);
            if (running.has(key)) {
              twice.push(key);
            }
            running.add(key);
            await sleep(3);
            running.delete(key);
            active -= 1;
            done.set(key, (done.get(key) ?? 0) + 1);
            return { nextAt: null };
          },
        },
      },
    }),
  );

  while ((await waiting()) > 0) {
    await sleep(20);
  }
  await Promise.all(loops.map((loop) => loop.stop(5_000)));

  expect(most).toBeLessThanOrEqual(5);
  expect(twice).toEqual([]);
  expect([...done.values()].every((count) => count === 1)).toBe(true);
  expect(done.size).toBe(400);
});

test('a row that is woken during its own visit stays due, even if the wake-up commits while the visit finishes', async () => {
  await setLane(database.store.db, { id: lane, concurrencyMax: 50, perSecond: null });
  let lost = 0;
  for (let round = 0; round < 200; round += 1) {
    const key = `r${round}`;
    await markDue(database.store.db, [{ kind: 'piece', key, lane }]);
    const [claim] = await claimWork(database.store, { kinds: ['piece'], most: 1, leaseMs: 60_000, holder: 'one' });
    if (claim === undefined) {
      throw new Error('The piece is due.');
    }
    const waking = database.store.db.transaction().execute(async (tx) => {
      await markDue(tx, [{ kind: 'piece', key, lane }]);
      await sleep(round % 4);
    });
    await Promise.all([waking, sleep(round % 3).then(() => finishWork(database.store, [{ claim, nextAt: null }]))]);
    const again = await claimWork(database.store, { kinds: ['piece'], most: 1, leaseMs: 60_000, holder: 'one' });
    lost += again.length === 1 ? 0 : 1;
    await finishWork(database.store, again.map((one) => ({ claim: one, nextAt: null })));
  }

  expect(lost).toBe(0);
});

test('a dead worker’s rows are taken up after their lease, and its late finish changes nothing', async () => {
  await fill(1, { concurrencyMax: 5, perSecond: null });
  const [dead] = await claimWork(database.store, { kinds: ['piece'], most: 1, leaseMs: 100, holder: 'one' });
  expect(await claimWork(database.store, { kinds: ['piece'], most: 1, leaseMs: 100, holder: 'one' })).toEqual([]);
  await sleep(150);

  const [heir] = await claimWork(database.store, { kinds: ['piece'], most: 1, leaseMs: 60_000, holder: 'one' });
  await finishWork(database.store, dead === undefined ? [] : [{ claim: dead, nextAt: null }]);

  expect(heir?.key).toBe('k0');
  expect(await waiting()).toBe(1);
});

test('who dies keeps a lane no longer than the kind of its own work asks, whatever else the worker does', async () => {
  await fill(1, { concurrencyMax: 1, perSecond: null });
  let begun = () => {};
  let end = () => {};
  const atWork = new Promise<void>((resolve) => (begun = resolve));
  const over = new Promise<void>((resolve) => (end = resolve));
  const handle = async () => {
    begun();
    await over;
    return { nextAt: null };
  };
  const loop = startWorkLoop({
    store: database.store,
    concurrency: 2,
    random: Math.random,
    log: () => {},
    kinds: { piece: { leaseMs: 20_000, handle }, other: { leaseMs: 300_000, handle } },
  });
  await atWork;

  const leases = await sql<{ seconds: number }>`
    select extract(epoch from lease_until - clock_timestamp())::float8 as seconds from work
  `.execute(database.store.db);

  expect(leases.rows[0]?.seconds).toBeLessThanOrEqual(20);
  end();
  await loop.stop(5_000);
});

test('a pace is a bucket: what was claimed at once is paid for later', async () => {
  // One piece in a thousand seconds: whatever this machine does meanwhile, a second one is not due.
  await fill(100, { concurrencyMax: 100, perSecond: 0.001 });
  const first = await claimWork(database.store, { kinds: ['piece'], most: 100, leaseMs: 60_000, holder: 'one' });
  const second = await claimWork(database.store, { kinds: ['piece'], most: 100, leaseMs: 60_000, holder: 'one' });

  expect(first).toHaveLength(1);
  expect(second).toEqual([]);
});

test('what is claimed is chosen once, however the database plans it', async () => {
  const client = await database.store.pool.connect();
  const claim = async () => (await client.query(`select * from claim_work_of_lane($1, '{piece}', 100, interval '1 minute', 'one')`, [lane])).rows;
  try {
    // Planned while the queue is known to be empty, which makes a loop with the choice inside it look cheap.
    await fill(0, { concurrencyMax: 1, perSecond: null });
    await client.query('vacuum analyze work');
    await client.query('set plan_cache_mode = force_generic_plan');
    await claim();
    await fill(100, { concurrencyMax: 1, perSecond: null });

    expect(await claim()).toHaveLength(1);
  } finally {
    await client.query('reset all');
    client.release();
  }
});

test('one poisoned piece delays no other', async () => {
  await fill(20, { concurrencyMax: 2, perSecond: null });
  const done: string[] = [];
  const loop = startWorkLoop({
    store: database.store,
    concurrency: 4,
    random: () => 0.5,
    log: () => {},
    kinds: {
      piece: {
        leaseMs: 10_000,
        handle: async ({ key }) => {
          if (key === 'k0') {
            throw new Error('poison');
          }
          done.push(key);
          return { nextAt: null };
        },
      },
    },
  });
  while (done.length < 19) {
    await sleep(10);
  }
  await loop.stop(5_000);

  expect(await waiting()).toBe(1);
});
