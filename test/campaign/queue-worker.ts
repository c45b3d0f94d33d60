import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreAddress } from '../../src/store/open.ts';
import { openStore } from '../../src/store/open.ts';
import { startWorkLoop } from '../../src/store/work-loop.ts';
import { takeWire } from '../../src/lib/wires.ts';

/** One process of the queue's proof, with two claimers. Started with the database's address as JSON; ends on SIGTERM. */
const address = JSON.parse(process.argv[2] ?? '') as StoreAddress;
const store = openStore(address, { poolMax: 20, name: 'queue worker' });
const options = {
  store,
  concurrency: 20,
  random: Math.random,
  log: (message: string, facts: object) => process.stderr.write(`${message} ${JSON.stringify(facts)}\n`),
  kinds: {
    // Both ends of each visit are written down by the database's one clock.
    visit: {
      leaseMs: 4_000,
      handle: async ({ key, lane }: { readonly key: string; readonly lane: string }) => {
        // Where places are shared, what is written down is the time in which a request is out.
        const giveBack = lane === 'shared' ? await takeWire() : null;
        const begun = await store.pool.query<{ id: string }>(
          `insert into visits (key, lane, pid, lease_until)
          values ($1, $2, $3, (select lease_until from work where kind = 'visit' and key = $1)) returning id`,
          [key, lane, process.pid],
        );
        await sleep(lane === 'limited' || lane === 'shared' ? 5 : lane === 'killed' ? 60 : 0);
        await store.pool.query('update visits set ended_at = clock_timestamp() where id = $1', [
          begun.rows[0]?.id,
        ]);
        giveBack?.();
        return { nextAt: null };
      },
    },
    // Writes down the newest count of wishes it saw: one that is never seen was a lost wake-up.
    count: {
      leaseMs: 30_000,
      handle: async ({ key }: { readonly key: string }) => {
        const seen = await store.pool.query<{ wished: number }>('select wished from wishes where key = $1', [
          key,
        ]);
        await sleep(Math.random() * 2);
        await store.pool.query('update wishes set seen = greatest(seen, $2) where key = $1', [
          key,
          seen.rows[0]?.wished,
        ]);
        return { nextAt: null };
      },
    },
  },
};
const loops = [startWorkLoop(options), startWorkLoop(options)];
process.send?.('ready');
process.on('SIGTERM', () => {
  void Promise.all(loops.map((loop) => loop.stop(5_000)))
    .then(() => store.close())
    .then(() => process.exit(0));
});
