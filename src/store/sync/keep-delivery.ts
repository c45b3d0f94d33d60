import { sql } from 'kysely';
import type { Exchange } from '../../contracts/tracker.ts';
import type { Transaction } from '../open.ts';

/** An attempt as kept for Sync activity. */
export interface KeptAttempt {
  readonly act: string;
  readonly fault: string | null;
  readonly errorClass: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly exchanges: readonly Exchange[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface FinishedDelivery {
  readonly linkId: string;
  readonly attempt: KeptAttempt;
  readonly outcome: 'waiting' | 'succeeded' | 'failed';
  readonly nextAt: number | null;
  readonly direction?: 'outbound' | 'inbound';
}

/** The attempt is kept with the link's waiting delivery, or with a new one where nothing waited. */
export async function finishDelivery(tx: Transaction, finished: FinishedDelivery): Promise<void> {
  const kept = await sql<{ delivery_id: string; n: number }>`
    with the_link as (select id, connection_id, vulnerability_id from links where id = ${finished.linkId}::uuid),
    ${deliveriesOfLinks([finished])}
    select delivery_id, n from kept
  `.execute(tx);
  const [row] = kept.rows;
  if (row === undefined) {
    throw new Error('A delivery belongs to a link that is there.');
  }
  if (row.n > 20) {
    // A delivery that is tried for days keeps its first and its latest attempts.
    await sql`
      delete from delivery_attempts where delivery_id = ${row.delivery_id}::uuid and n > 3 and n < ${row.n - 17}
    `.execute(tx);
  }
}

/**
 * Parts of a statement that has a part `the_link`: what is written of the deliveries of its rows. Said so that only the index of the
 * link can answer (none serves `is not distinct from`): a plan that was made while nothing waited reads all that waits, for each card anew.
 */
export function deliveriesOfLinks(all: readonly FinishedDelivery[]) {
  const rows = all.map(({ linkId, attempt, outcome, nextAt, direction }) => ({
    link: linkId,
    direction: direction ?? 'outbound',
    outcome,
    act: attempt.act,
    error_class: attempt.errorClass,
    message: attempt.message,
    hint: attempt.hint,
    detail: attempt.detail,
    fault: attempt.fault,
    exchanges: attempt.exchanges.slice(-20),
    next_at: nextAt === null ? null : new Date(nextAt).toISOString(),
    finished_at: outcome === 'waiting' ? null : new Date().toISOString(),
  }));
  return sql`
    tried as materialized (
      select t.id, t.connection_id, t.vulnerability_id, f.* from the_link t
      join jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as f (
        link uuid, direction text, outcome text, act text, error_class text, message text, hint text, detail jsonb, fault text, exchanges jsonb,
        next_at timestamptz, finished_at timestamptz
      ) on f.link = t.id
    ),
    waited as (
      update deliveries d
      set outcome = t.outcome, act = t.act, error_class = t.error_class, message = t.message, hint = t.hint, detail = t.detail,
        attempts = d.attempts + 1, next_at = t.next_at, updated_at = clock_timestamp(), finished_at = t.finished_at
      from tried t
      cross join lateral (
        select id from deliveries where link_id = t.link and outcome is not distinct from 'waiting' and direction = t.direction limit 1
      ) w
      where d.id = w.id and d.outcome is not distinct from 'waiting'
      returning d.id, t.link
    ),
    begun as (
      insert into deliveries (
        id, connection_id, link_id, vulnerability_id, direction, act, outcome, error_class, message, hint, detail, attempts,
        next_at, finished_at
      )
      select gen_random_uuid(), connection_id, link, vulnerability_id, direction, act, outcome, error_class, message, hint, detail, 1, next_at, finished_at
      from tried where link not in (select link from waited)
      returning id, link_id
    ),
    kept as (
      insert into delivery_attempts (delivery_id, n, at, fault, message, exchanges)
      select d.id, coalesce((select max(n) from delivery_attempts where delivery_id = d.id), 0) + 1, clock_timestamp(), t.fault, t.message, t.exchanges
      from (select id, link from waited union all select id, link_id from begun) d
      join tried t on t.link = d.link
      returning delivery_id, n
    )`;
}
