import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/** Watches the queue from within the database: what one claim took, and what its lane allows. No timing of ours can blur it. */
export async function watchClaims(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create table storm_claims (kind text, lane text, taken bigint, allowed bigint);
    create function storm_watch() returns trigger language plpgsql as $watch$
    begin
      insert into storm_claims
      select min(n.kind), l.id, count(*), case when l.per_second is null then l.concurrency_max * l.depth else least(l.concurrency_max * l.depth, greatest(l.burst, 1)) end
      from after_it n join before_it o using (kind, key) join lanes l on l.id = n.lane
      where n.lease_token > o.lease_token
      group by l.id
      having count(*) > l.concurrency_max * l.depth or count(distinct n.place) > l.concurrency_max or (l.per_second is not null and count(*) > greatest(l.burst, 1));
      return null;
    end $watch$;
    create trigger storm_watch after update on work referencing old table as before_it new table as after_it
      for each statement execute function storm_watch();
  `);
}

/** As autovacuum would in the middle of it: plans change with what the tables look like at that moment. */
export async function analyzeNowAndThen(pool: pg.Pool, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await pool.query('analyze work').catch(() => {});
    await sleep(1_500);
  }
}

export async function tooGreedy(pool: pg.Pool): Promise<readonly string[]> {
  const answered = await pool.query<{ t: string }>(
    `select distinct 'a claim of ' || taken || ' × ' || kind || ' where its lane allows ' || allowed as t from storm_claims limit 20`,
  );
  return answered.rows.map((row) => row.t);
}
