import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { startEmbedded } from '../../src/store/embedded/server.ts';
import { migrate } from '../../src/store/migrate.ts';
import { inTransaction, openStore } from '../../src/store/open.ts';
import { markDue, setLane } from '../../src/store/work.ts';
import { claimBefore0038 } from './old-claim.ts';
import { tooGreedy, watchClaims } from './storm/watch.ts';

/**
 * `npm run campaign:queue -- [--wake-ups 100000]`: the work queue alone, with four claimers on two processes, on the embedded
 * database. A limit of 5 is never exceeded, be it of visits or of the requests of visits that share places, no key
 * runs twice at once, a pace of 50 a second is held within 5 %, no claim takes more than its lane allows, a killed process's rows are taken up after their lease, and no wake-up is lost. Exit code 1 if any of it does
 * not hold, as with `--old-claim`, the function that claims as it was before migration 0038.
 */
const { values } = parseArgs({ options: { 'wake-ups': { type: 'string', default: '100000' }, 'old-claim': { type: 'boolean', default: false } } });
const wakeUps = Number(values['wake-ups']);
const paceSeconds = 30;
const folder = mkdtempSync(join(tmpdir(), 'patchboard-queue-'));
const server = await startEmbedded({ dataFolder: folder });
const store = openStore(server.connection, { poolMax: 30 });
let holds = true;

function tell(ok: boolean, what: string): void {
  holds &&= ok;
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${what}\n`);
}

async function number(query: string): Promise<number> {
  const answered = await store.pool.query<{ n: string | null }>(query);
  return Number(answered.rows[0]?.n ?? 0);
}

async function startWorker(): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'queue-worker.ts'), [JSON.stringify(server.connection)]);
  await new Promise((ready) => child.once('message', ready));
  return child;
}

async function fill(
  lane: string,
  count: number,
  limits: { readonly concurrencyMax: number; readonly depth?: number; readonly perSecond: number | null; readonly burst?: number },
): Promise<void> {
  await setLane(store.db, { id: lane, ...limits });
  await markDue(
    store.db,
    Array.from({ length: count }, (_none, index) => ({ kind: 'visit', key: `${lane}-${index}`, lane })),
  );
}

async function drained(): Promise<void> {
  while ((await number('select count(*) as n from work')) > 0) {
    await sleep(50);
  }
}

/** The most visits of a lane (or of one key) whose times overlap; a killed process's visits end where their lease did. */
const mostAtOnce = (of: string, where: string) => `
  select max(running) as n from (
    select sum(step) over (partition by ${of} order by at, step) as running from (
      select ${of}, begun_at as at, 1 as step from visits where ${where}
      union all select ${of}, coalesce(ended_at, begun_at) as at, -1 as step from visits where ${where}
    ) ends
  ) sums`;

try {
  await migrate(store);
  if (values['old-claim']) {
    await store.pool.query(claimBefore0038());
  }
  await watchClaims(store.pool);
  await store.pool.query(`create table visits (id bigint generated always as identity primary key, key text not null, lane text not null,
    pid integer not null, begun_at timestamptz not null default clock_timestamp(), ended_at timestamptz, lease_until timestamptz)`);
  await store.pool.query(
    'create table wishes (key text primary key, wished integer not null default 0, seen integer not null default 0)',
  );
  let workers = await Promise.all([startWorker(), startWorker()]);

  await fill('limited', 5_000, { concurrencyMax: 5, perSecond: null });
  await drained();
  const most = await number(mostAtOnce('lane', `lane = 'limited'`));
  const both = await number(`select count(distinct pid) as n from visits where lane = 'limited'`);
  tell(most === 5, `with a limit of 5, the most visits at once of 5,000 on ${both} processes: ${most}`);

  await fill('shared', 5_000, { concurrencyMax: 5, depth: 3, perSecond: null });
  await drained();
  const out = await number(mostAtOnce('lane', `lane = 'shared'`));
  tell(out === 5, `with a limit of 5 and three visits on each place, the most requests out at once of 5,000: ${out}`);

  await fill('paced', 50 * paceSeconds, { concurrencyMax: 100, perSecond: 50, burst: 5 });
  await drained();
  const perSecond = await number(
    `select (count(*) - 1) / extract(epoch from max(begun_at) - min(begun_at)) as n from visits where lane = 'paced'`,
  );
  tell(
    Math.abs(perSecond - 50) <= 2.5,
    `a pace of 50 a second over ${paceSeconds} s: ${perSecond.toFixed(2)} a second`,
  );

  // The worst moment for whoever plans: all is done, the table looks empty, and then there is much.
  await fill('given up', 500, { concurrencyMax: 1, perSecond: null });
  await store.pool.query(`delete from work where lane = 'given up'`);
  await store.pool.query('analyze work');
  await fill('narrow', 500, { concurrencyMax: 1, perSecond: null });
  await drained();

  await fill('killed', 1_000, { concurrencyMax: 30, perSecond: null });
  const [dead, ...left] = workers;
  while (
    (await number(
      `select count(*) as n from visits where lane = 'killed' and pid = ${dead?.pid} and ended_at is null`,
    )) < 5
  ) {
    await sleep(5);
  }
  dead?.kill('SIGKILL');
  await drained();
  const abandoned = await number(
    `select count(*) as n from visits where lane = 'killed' and ended_at is null`,
  );
  const taken = await number(`select count(*) as n from visits v where lane = 'killed' and ended_at is null
    and exists (select 1 from visits w where w.key = v.key and w.ended_at is not null and w.begun_at >= v.lease_until)`);
  tell(
    abandoned > 0 && taken === abandoned,
    `visits cut off by kill -9: ${abandoned}, taken up after their lease of 4 s: ${taken}`,
  );
  workers = [...left, await startWorker()];

  const greedy = await tooGreedy(store.pool);
  tell(greedy.length === 0, `claims that took more than their lane allows: ${greedy.slice(0, 5).join(', ') || 'none'}`);

  const twice = await number(mostAtOnce('key', 'true'));
  tell(twice === 1, `the most visits of one key at once: ${twice}`);

  const keys = Array.from({ length: 500 }, (_none, index) => `wish-${index}`);
  await setLane(store.db, { id: 'wishes', concurrencyMax: 40, perSecond: null });
  await store.pool.query('insert into wishes (key) select unnest($1::text[])', [keys]);
  let sent = 0;
  const began = performance.now();
  const wish = async () => {
    while (sent < wakeUps) {
      sent += 1;
      const key = keys[Math.floor(Math.random() * keys.length)] ?? '';
      await inTransaction(store, async (tx) => {
        await sql`update wishes set wished = wished + 1 where key = ${key}`.execute(tx);
        await markDue(tx, [{ kind: 'count', key, lane: 'wishes' }]);
      });
    }
  };
  await Promise.all(Array.from({ length: 20 }, wish));
  await drained();
  const lost = await number('select count(*) as n from wishes where seen <> wished');
  const wished = await number('select sum(wished) as n from wishes');
  tell(
    lost === 0 && wished === wakeUps,
    `keys with a lost wake-up after ${wished} wake-ups in ${Math.round((performance.now() - began) / 1_000)} s: ${lost}`,
  );
  for (const worker of workers) {
    worker.kill('SIGTERM');
  }
  await Promise.all(workers.map((worker) => new Promise((done) => worker.once('exit', done))));
} finally {
  await store.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(holds ? 0 : 1);
