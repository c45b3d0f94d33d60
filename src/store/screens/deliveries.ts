import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Connection } from '../open.ts';
import { cursorOf, pageOf } from '../paging.ts';
import { likeOf, numberOf, uuidOf } from './as-typed.ts';
import { webhooks } from './webhook-rows.ts';

/** A line of Sync activity: what we sent or took over, or a webhook that came. */
export interface DeliveryRow {
  readonly id: string;
  readonly connection_id: string;
  readonly connection_name: string;
  readonly link_id: string | null;
  readonly vulnerability_id: string | null;
  readonly vulnerability_title: string | null;
  readonly card: { readonly key: string; readonly url: string } | null;
  readonly direction: 'outbound' | 'inbound';
  readonly act: string;
  readonly outcome: string;
  readonly error_class: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly detail: Record<string, unknown>;
  readonly attempts: number;
  readonly next_at: Date | null;
  readonly correlation_id: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly finished_at: Date | null;
  readonly discarded_by: string | null;
  readonly discarded_because: string | null;
  readonly place: string;
}

export const groups = ['all', 'failed', 'neverCompleted', 'held', 'waiting'] as const;
export type Group = (typeof groups)[number];

export interface DeliveryFilter {
  readonly direction?: string;
  readonly outcome?: string;
  readonly group?: Group;
  readonly connectionId?: string;
  readonly vulnerabilityId?: string;
  readonly errorClass?: string;
  /** Text in the tracker's words, the card's key or the vulnerability's title; or an id. */
  readonly q?: string;
}

/** Latest first, webhooks among them. */
export async function listDeliveries(db: Connection, wish: DeliveryFilter & { readonly limit: number; readonly cursor?: string }) {
  const after = cursorOf(wish.cursor, 2);
  const most = wish.limit + 1;
  const older = (at: RawBuilder<unknown>, id: RawBuilder<unknown>) =>
    after === null ? sql`true` : sql`(${at}, ${id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`;
  const rows = await sql<DeliveryRow>`
    select * from (
      (select ${columns} from ${deliveryTables} where ${matching(wish)} and ${older(sql`d.created_at`, sql`d.id`)}
       order by d.created_at desc, d.id desc limit ${most})
      union all
      (${webhooks(wish, older(sql`i.received_at`, sql`i.id`))} order by i.received_at desc, i.id desc limit ${most})
    ) as lines
    order by created_at desc, id desc limit ${most}
  `.execute(db);
  return pageOf(rows.rows, wish.limit, (row) => [row.place, row.id]);
}

export async function findDelivery(db: Connection, id: string): Promise<DeliveryRow | null> {
  const rows = await sql<DeliveryRow>`
    (select ${columns} from ${deliveryTables} where d.id::text = ${id}) union all (${webhooks({}, sql`i.id::text = ${id}`)})
  `.execute(db);
  return rows.rows[0] ?? null;
}

/** Numbers above it are not counted to the end. */
export const countedMax = 10_000;

/** How many lines each tab would have. */
export async function countDeliveries(db: Connection, filter: DeliveryFilter): Promise<Readonly<Record<Group, number>>> {
  const count = (group: Group) => {
    const wish = { ...filter, group };
    return sql`(select count(*)::integer from (
      (select 1 from ${deliveryTables} where ${matching(wish)} limit ${countedMax})
      union all (select 1 from (${webhooks(wish, sql`true`)} limit ${countedMax}) as w) limit ${countedMax}
    ) as counted)`;
  };
  const rows = await sql<Record<Group, number>>`
    select ${sql.join(groups.map((group) => sql`${count(group)} as ${sql.ref(group)}`))}
  `.execute(db);
  const [row] = rows.rows;
  return row ?? { all: 0, failed: 0, neverCompleted: 0, held: 0, waiting: 0 };
}

export const deliveryTables = sql`
  deliveries d
  join connections k on k.id = d.connection_id
  left join links l on l.id = d.link_id
  left join vulnerabilities v on v.id = d.vulnerability_id
`;

/** A person is asked about it: nothing goes on before an answer. */
const isHeld = sql`(
  d.outcome = 'held' or (d.outcome = 'waiting' and l.state = 'held') or (
    d.detail ->> 'held' is not null
    and exists (select 1 from holds h where h.link_id = d.link_id and h.state = 'open' and h.kind = d.detail ->> 'held')
  )
)`;

const columns = sql`
  d.id, d.connection_id, k.name as connection_name, d.link_id, d.vulnerability_id, v.title as vulnerability_title,
  case when l.card is not null then jsonb_build_object('key', l.card ->> 'key', 'url', l.card ->> 'url') end as card,
  d.direction, d.act, case when ${isHeld} then 'held' else d.outcome end as outcome, d.error_class, d.message, d.hint, d.detail,
  d.attempts, d.next_at, d.correlation_id, d.created_at, d.updated_at, d.finished_at, d.discarded_by, d.discarded_because,
  d.created_at::text as place
`;

/** The condition of a filter over `deliveryTables`. */
export function matching(wish: DeliveryFilter): RawBuilder<unknown> {
  const conditions = [
    ...(wish.direction === undefined ? [] : [sql`d.direction = ${wish.direction}`]),
    ...(wish.outcome === undefined ? [] : [ofOutcome(wish.outcome)]),
    ...(wish.group === undefined ? [] : [ofGroup(wish.group)]),
    ...(wish.connectionId === undefined ? [] : [sql`d.connection_id = ${uuidOf(wish.connectionId)}`]),
    ...(wish.vulnerabilityId === undefined ? [] : [sql`d.vulnerability_id = ${numberOf(wish.vulnerabilityId)}`]),
    ...(wish.errorClass === undefined ? [] : [sql`d.error_class = ${wish.errorClass}`]),
    ...(wish.q === undefined ? [] : [saying(wish.q)]),
  ];
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}

function ofOutcome(outcome: string): RawBuilder<unknown> {
  return outcome === 'held' ? isHeld : sql`d.outcome = ${outcome} and not ${isHeld}`;
}

function ofGroup(group: Group): RawBuilder<unknown> {
  switch (group) {
    case 'all':
      return sql`true`;
    case 'failed':
      return ofOutcome('failed');
    case 'held':
      // Few links are held: they are looked up first.
      return sql`(d.outcome = 'held' or d.link_id in (
        select h.link_id from holds h where h.state = 'open' and h.link_id is not null
        union all select o.id from links o where o.state = 'held'
      )) and ${isHeld}`;
    case 'neverCompleted':
      return sql`${ofOutcome('waiting')} and d.attempts > 0`;
    case 'waiting':
      return sql`${ofOutcome('waiting')} and d.attempts = 0`;
  }
}

function saying(q: string): RawBuilder<unknown> {
  const pattern = likeOf(q);
  return sql`(
    d.message ilike ${pattern} or d.hint ilike ${pattern} or d.act ilike ${pattern} or l.card ->> 'key' ilike ${pattern}
    or v.title ilike ${pattern} or d.vulnerability_id::text = ${q} or d.correlation_id = ${q} or d.id::text = ${q}
  )`;
}

export interface AttemptRow {
  readonly n: number;
  readonly at: Date;
  readonly fault: string | null;
  readonly message: string | null;
  readonly exchanges: Record<string, unknown>[];
}

export async function attemptsOf(db: Connection, id: string): Promise<readonly AttemptRow[]> {
  const rows = await sql<AttemptRow>`
    select n, at, fault, message, exchanges from delivery_attempts where delivery_id = ${id}::uuid order by n
  `.execute(db);
  return rows.rows;
}
