import { sql } from 'kysely';
import type { Connection, Store } from './open.ts';

/** The channel on which a commit that made work due wakes sleeping workers. */
export const workChannel = 'work';

export interface Due {
  readonly kind: string;
  readonly key: string;
  /** Connection id, or one of the inner lanes (`inner`, `scan`, `inbox`). */
  readonly lane: string;
  /** Default: now. */
  readonly dueAt?: Date;
  readonly because?: string;
}

/** A piece of work in hand. Only the holder of the token may finish it. */
export interface Claim {
  readonly kind: string;
  readonly key: string;
  readonly lane: string;
  readonly token: string;
  /** Which of the lane's places it holds, maybe together with others of the same holder. */
  readonly place: number;
  /** Failed tries in a row. */
  readonly attempts: number;
}

export interface Finish {
  readonly claim: Claim;
  /** When it is due again; null: not before somebody wakes it. A wake-up during the visit wins: then it is due now. */
  readonly nextAt: Date | null;
  readonly attempts?: number;
  readonly because?: string;
  /** Calls made beyond the one that the claim paid for. */
  readonly cost?: number;
}

/**
 * Marks work due, in the transaction that caused it. Equal wake-ups collapse into one row; each raises `wakes`, so that
 * a visit under way when it comes leaves the row due.
 */
export async function markDue(tx: Connection, due: readonly Due[]): Promise<void> {
  if (due.length === 0) {
    return;
  }
  const rows = due.map((one) => ({
    ...one,
    due_at: one.dueAt?.toISOString() ?? null,
    because: one.because ?? null,
  }));
  await sql`
    insert into work (kind, key, lane, due_at, because)
    select d.kind, d.key, d.lane, coalesce(min(d.due_at), clock_timestamp()), min(d.because)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as d (kind text, key text, lane text, due_at timestamptz, because text)
    group by d.kind, d.key, d.lane
    order by d.kind, d.key
    on conflict (kind, key) do update
    set wakes = work.wakes + 1,
      lane = excluded.lane,
      because = excluded.because,
      attempts = 0,
      due_at = case
        when work.lease_until > clock_timestamp() then excluded.due_at
        else least(work.due_at, excluded.due_at)
      end
  `.execute(tx);
  await sql`select pg_notify(${workChannel}, '')`.execute(tx);
}

interface WorkRow {
  readonly kind: string;
  readonly key: string;
  readonly lane: string;
  readonly lease_token: string;
  readonly place: number;
  readonly attempts: number;
}

export interface ClaimWish {
  readonly kinds: readonly string[];
  readonly most: number;
  readonly leaseMs: number;
  /** Who holds the places. */
  readonly holder: string;
}

/** Claims at most `most` due pieces of these kinds, within each lane's places and pace. */
export async function claimWork(store: Pick<Store, 'db'>, wish: ClaimWish): Promise<readonly Claim[]> {
  return (await claimOrWait(store, wish)).claims;
}

/** The same, and if there are none, the milliseconds until this holder may claim the next piece; null: there is none, or some were claimed. */
export async function claimOrWait(
  store: Pick<Store, 'db'>,
  wish: ClaimWish,
): Promise<{ readonly claims: readonly Claim[]; readonly nextMs: number | null }> {
  const kinds = sql`${[...wish.kinds]}::text[]`;
  const answered = await sql<WorkRow | { readonly kind: null; readonly next_ms: number | null }>`
    with claimed as materialized (
      select kind, key, lane, lease_token, place, attempts
      from claim_work(${kinds}, ${wish.most}, make_interval(secs => ${wish.leaseMs / 1000}), ${wish.holder})
    )
    select c.*, null::double precision as next_ms from claimed c
    union all
    select null, null, null, null, null, null, next_work_in_ms(${kinds}, ${wish.holder}) where not exists (select from claimed)
  `.execute(store.db);
  const claims = answered.rows.flatMap((row) => {
    if (row.kind === null) {
      return [];
    }
    const { kind, key, lane, lease_token: token, place, attempts } = row;
    return [{ kind, key, lane, token, place, attempts }];
  });
  const last = answered.rows.at(-1);
  return { claims, nextMs: last?.kind === null ? last.next_ms : null };
}

/** Finishes several pieces at once. What another worker has taken over meanwhile is left alone. */
export async function finishWork(
  { db, pool }: Pick<Store, 'db' | 'pool'>,
  finished: readonly Finish[],
): Promise<void> {
  const rows = finished.map(({ claim, nextAt, attempts, because, cost }) => ({
    kind: claim.kind,
    key: claim.key,
    lane: claim.lane,
    token: claim.token,
    next_at: nextAt?.toISOString() ?? null,
    attempts: attempts ?? 0,
    because: because ?? null,
    cost: cost ?? 0,
  }));
  const query = sql`
    with done as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as d (
        kind text, key text, lane text, token bigint, next_at timestamptz, attempts integer, because text, cost integer
      )
    ),
    -- Locked first, and judged by what the lock shows: a wake-up that commits while we wait for its row must count.
    locked as (
      select d.*, w.wakes > w.lease_wakes as woken
      from work w join done d on w.kind = d.kind and w.key = d.key and w.lease_token = d.token
      order by w.kind, w.key
      for update of w
    ),
    removed as (
      delete from work w using locked d
      where w.kind = d.kind and w.key = d.key and not d.woken and d.next_at is null
    ),
    kept as (
      update work w
      set lease_until = null,
        lease_wakes = null,
        attempts = case when d.woken then 0 else d.attempts end,
        because = case when d.woken then w.because else d.because end,
        due_at = case when d.woken then least(w.due_at, d.next_at) else d.next_at end
      from locked d
      where w.kind = d.kind and w.key = d.key and (d.woken or d.next_at is not null)
    )
    update lanes l
    set tokens = tokens - spent.cost
    from (select lane, sum(cost) as cost from done where cost > 0 group by lane) spent
    where l.id = spent.lane and l.per_second is not null
  `.compile(db);
  // Named, so that each connection plans it once.
  await pool.query({ name: 'finish work', text: query.sql, values: [...query.parameters] });
}

/** Frees everything in hand, at the start of a process that is known to be the only one: whoever held it is dead. */
export async function releaseLeases(store: Pick<Store, 'db'>): Promise<void> {
  await sql`update work set lease_until = null, lease_wakes = null where lease_until is not null`.execute(
    store.db,
  );
}

/** A longer lease for work in hand. False: it was taken over, so stop. */
export async function extendLease(store: Pick<Store, 'db'>, claim: Claim, leaseMs: number): Promise<boolean> {
  const extended = await sql`
    update work set lease_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1000})
    where kind = ${claim.kind} and key = ${claim.key} and lease_token = ${claim.token} and lease_until is not null
  `.execute(store.db);
  return (extended.numAffectedRows ?? 0n) > 0n;
}

/** How much may run at once in a lane and how fast; null: as fast as it goes. */
export async function setLane(
  tx: Connection,
  lane: {
    readonly id: string;
    readonly concurrencyMax: number;
    /** How many visits share a place, with one request out at a time. Default: 1. */
    readonly depth?: number;
    readonly perSecond: number | null;
    readonly burst?: number;
  },
): Promise<void> {
  const burst = lane.burst ?? 1;
  await sql`
    insert into lanes (id, concurrency_max, depth, per_second, burst, tokens)
    values (${lane.id}, ${lane.concurrencyMax}, ${lane.depth ?? 1}, ${lane.perSecond}, ${burst}, ${burst})
    on conflict (id) do update
    set concurrency_max = excluded.concurrency_max, depth = excluded.depth, per_second = excluded.per_second, burst = excluded.burst
  `.execute(tx);
}

/** Nothing of the lane is claimed before `until`; a pause is never shortened except by `resumeLane`. */
export async function pauseLane(tx: Connection, id: string, until: Date | 'infinity'): Promise<void> {
  const moment = until === 'infinity' ? 'infinity' : until.toISOString();
  await sql`
    update lanes set paused_until = greatest(paused_until, ${moment}::timestamptz) where id = ${id}
  `.execute(tx);
}

export async function resumeLane(tx: Connection, id: string): Promise<void> {
  await sql`update lanes set paused_until = '-infinity' where id = ${id}`.execute(tx);
  await sql`select pg_notify(${workChannel}, '')`.execute(tx);
}
