import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { overWires, takeWire, Wires } from '../../src/lib/wires.ts';
import { claimOrWait, claimWork, finishWork, markDue, setLane } from '../../src/store/work.ts';
import { startWorkLoop } from '../../src/store/work-loop.ts';
import type { TestDatabase } from '../database.ts';
import { createTestDatabase } from '../database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 30 });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.store.pool.query('delete from work');
});

const lane = 'shared-lane';

async function fill(count: number, limits: { readonly concurrencyMax: number; readonly depth: number }): Promise<void> {
  await setLane(database.store.db, { id: lane, ...limits, perSecond: null });
  await markDue(database.store.db, Array.from({ length: count }, (_none, index) => ({ kind: 'piece', key: `k${index}`, lane })));
}

const claim = (holder: string, most: number) => claimOrWait(database.store, { kinds: ['piece'], most, leaseMs: 60_000, holder });
const placesOf = (claims: readonly { readonly place: number }[]) => claims.map(({ place }) => place).toSorted();

test('visits of one process share places, the emptiest first, and another process gets none of theirs', async () => {
  await fill(20, { concurrencyMax: 3, depth: 2 });

  const four = await claim('one', 4);
  const none = await claim('two', 10);
  const rest = await claim('one', 10);

  expect(placesOf(four.claims)).toEqual([1, 1, 2, 3]);
  expect(none.claims).toEqual([]);
  // It is told to come back when a lease ends, not at once.
  expect(none.nextMs).toBeGreaterThan(50_000);
  expect(placesOf(rest.claims)).toEqual([2, 3]);
});

test('two processes share a lane by places; a place is free for another when its last visit has ended', async () => {
  await fill(20, { concurrencyMax: 2, depth: 3 });
  const [first] = (await claim('one', 1)).claims;

  const others = await claim('two', 10);
  await finishWork(database.store, [{ claim: first as NonNullable<typeof first>, nextAt: null }]);
  const after = await claim('two', 10);

  expect(placesOf(others.claims)).toEqual([2, 2, 2]);
  expect(placesOf(after.claims)).toEqual([1, 1, 1]);
});

test('a place whose lease has run out is free for anybody', async () => {
  await fill(3, { concurrencyMax: 1, depth: 3 });
  await claimWork(database.store, { kinds: ['piece'], most: 2, leaseMs: 50, holder: 'dead' });
  await sleep(80);

  expect(placesOf((await claim('heir', 10)).claims)).toEqual([1, 1, 1]);
});

test('over two processes no more requests are out than the lane has places, though three times as many visits are in hand', async () => {
  await fill(90, { concurrencyMax: 3, depth: 3 });
  let inHand = 0;
  let out = 0;
  let mostOut = 0;
  let gathered = () => {};
  const nine = new Promise<void>((done) => (gathered = done));
  const handle = async () => {
    inHand += 1;
    if (inHand === 9) {
      gathered();
    }
    await nine;
    for (let request = 0; request < 3; request += 1) {
      const giveBack = await takeWire();
      out += 1;
      mostOut = Math.max(mostOut, out);
      await sleep(Math.random() * 4);
      out -= 1;
      giveBack();
    }
    return { nextAt: null };
  };
  const loops = ['one', 'two'].map(() =>
    startWorkLoop({ store: database.store, concurrency: 20, random: Math.random, log: () => {}, kinds: { piece: { leaseMs: 10_000, handle } } }),
  );

  while ((await database.store.pool.query('select 1 from work')).rows.length > 0) {
    await sleep(20);
  }
  await Promise.all(loops.map((loop) => loop.stop(5_000)));

  expect(inHand).toBe(90);
  expect(mostOut).toBe(3);
});

test('the last visit on a place does not give it up while as many requests are out as there are places', async () => {
  const wires = new Wires();
  wires.enter(1);
  wires.enter(2);
  const giveBack = await wires.take();
  await wires.take();
  let left = false;

  const leaving = wires.leave(2).then(() => (left = true));
  await sleep(10);
  const before = left;
  giveBack();
  await leaving;

  expect([before, left]).toEqual([false, true]);
});

test('a request waits for its turn, and those that wait go out in the order in which they came', async () => {
  const wires = new Wires();
  wires.enter(1);
  const order: string[] = [];
  const ask = async (name: string) => {
    const giveBack = await wires.take();
    order.push(name);
    await sleep(2);
    giveBack();
  };

  await Promise.all(['a', 'b', 'c', 'd'].map(ask));

  expect(order).toEqual(['a', 'b', 'c', 'd']);
});

/** Visits of so many requests each over one wire, in the order in which they begin: the order of their requests. */
async function ordered(visits: Readonly<Record<string, number>>): Promise<readonly string[]> {
  const wires = new Wires();
  wires.enter(1);
  const order: string[] = [];
  const visit = ([name, requests]: readonly [string, number]) =>
    overWires(wires, async () => {
      for (let request = 1; request <= requests; request += 1) {
        const giveBack = await takeWire();
        order.push(`${name}${request}`);
        await sleep(3);
        giveBack();
        // It works on its answer, while another may send.
        await sleep(1);
      }
    });
  await Promise.all(Object.entries(visits).map(visit));
  return order;
}

test('a visit that began earlier comes first with each of its requests', async () => {
  const order = await ordered({ a: 3, b: 3, c: 3 });

  // Another sends only where it has none to send.
  expect(['a3', 'b3', 'c3'].map((last) => order.indexOf(last)).toSorted((one, other) => one - other)).toEqual(['a3', 'b3', 'c3'].map((last) => order.indexOf(last)));
  expect(order.indexOf('a3')).toBeLessThan(order.indexOf('c2'));
});

test('visits of many requests let those pass that began meanwhile', async () => {
  const order = await ordered({ sweep: 40, move: 40, card: 3 });

  expect(order.indexOf('card3')).toBeLessThan(order.indexOf('sweep20'));
});
