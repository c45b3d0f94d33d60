import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbedded } from '../../src/store/embedded/server.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';
import { markDue, setLane } from '../../src/store/work.ts';
import { startWorkLoop } from '../../src/store/work-loop.ts';

/**
 * `npm run bench:queue -- [PIECES]`: no-op pieces of work per second through the whole queue (claim, visit, finish) on the
 * embedded database with its durable settings, in one process; the same with ten times as many waiting, as a ratio.
 */
const pieces = Number(process.argv[2] ?? 20_000);
const folder = mkdtempSync(join(tmpdir(), 'patchboard-bench-queue-'));
const server = await startEmbedded({ dataFolder: folder });
const store = openStore(server.connection);

/** Handles `count` pieces while `behind` more wait in the same lane, not yet due. */
async function perSecond(count: number, behind: number): Promise<number> {
  const lane = `bench-${behind}`;
  await setLane(store.db, { id: lane, concurrencyMax: 500, perSecond: null });
  const later = new Date(Date.now() + 3_600_000);
  await markDue(
    store.db,
    Array.from({ length: behind }, (_none, index) => ({
      kind: 'piece',
      key: `later-${index}`,
      lane,
      dueAt: later,
    })),
  );
  await markDue(
    store.db,
    Array.from({ length: count }, (_none, index) => ({ kind: 'piece', key: `now-${index}`, lane })),
  );
  await store.pool.query('analyze work');
  let done = 0;
  const began = performance.now();
  const loop = startWorkLoop({
    store,
    concurrency: 200,
    random: Math.random,
    log: (message, facts) => process.stderr.write(`${message} ${JSON.stringify(facts)}\n`),
    kinds: { piece: { leaseMs: 30_000, handle: async () => ((done += 1), { nextAt: null }) } },
  });
  while (done < count) {
    await sleep(5);
  }
  await loop.stop(5_000);
  const seconds = (performance.now() - began) / 1_000;
  await store.pool.query('delete from work');
  return count / seconds;
}

try {
  await migrate(store);
  await perSecond(pieces / 4, 0);
  const alone = await perSecond(pieces, 0);
  const crowded = await perSecond(pieces, pieces * 10);
  process.stdout.write(`pieces of work per second: ${Math.round(alone)} (wanted at least 4000)\n`);
  process.stdout.write(
    `with ${pieces * 10} more waiting: ${Math.round(crowded)}, ratio ${(crowded / alone).toFixed(2)}\n`,
  );
} finally {
  await store.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
