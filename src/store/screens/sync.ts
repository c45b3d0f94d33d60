import { sql } from 'kysely';
import type { Connection } from '../open.ts';
import { cursorOf, pageOf } from '../paging.ts';

export interface DeliveryRow {
  readonly id: string;
  readonly connection_id: string;
  readonly connection_name: string;
  readonly link_id: string | null;
  readonly vulnerability_id: string | null;
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
  readonly place: string;
}

interface Page {
  readonly limit: number;
  readonly cursor?: string;
}

export interface DeliveryFilter extends Page {
  readonly direction?: string;
  readonly outcome?: string;
  readonly connectionId?: string;
  readonly vulnerabilityId?: string;
}

export async function listDeliveries(db: Connection, wish: DeliveryFilter) {
  const after = cursorOf(wish.cursor, 2);
  const rows = await sql<DeliveryRow>`
    select d.*, d.created_at::text as place, k.name as connection_name
    from deliveries d join connections k on k.id = d.connection_id
    where (${after === null} or (d.created_at, d.id) < (${after?.[0] ?? null}::timestamptz, ${after?.[1] ?? null}::uuid))
      and (${wish.direction === undefined} or d.direction = ${wish.direction ?? ''})
      and (${wish.outcome === undefined} or d.outcome = ${wish.outcome ?? ''})
      and (${wish.connectionId === undefined} or d.connection_id::text = ${wish.connectionId ?? ''})
      and (${wish.vulnerabilityId === undefined} or d.vulnerability_id::text = ${wish.vulnerabilityId ?? ''})
    order by d.created_at desc, d.id desc limit ${wish.limit + 1}
  `.execute(db);
  return pageOf(rows.rows, wish.limit, (row) => [row.place, row.id]);
}

export async function findDelivery(db: Connection, id: string): Promise<DeliveryRow | null> {
  const rows = await sql<DeliveryRow>`
    select d.*, d.created_at::text as place, k.name as connection_name
    from deliveries d join connections k on k.id = d.connection_id where d.id::text = ${id}
  `.execute(db);
  return rows.rows[0] ?? null;
}

export interface AttemptRow {
  readonly n: number;
  readonly at: Date;
  readonly fault: string | null;
  readonly message: string | null;
  readonly exchanges: Record<string, unknown>[];
}

export async function attemptsOf(db: Connection, id: string): Promise<readonly AttemptRow[]> {
  const rows =
    await sql<AttemptRow>`select n, at, fault, message, exchanges from delivery_attempts where delivery_id = ${id}::uuid order by n`.execute(
      db,
    );
  return rows.rows;
}

export interface HoldRow {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly asset_id: string | null;
  readonly scan_id: string | null;
  readonly connection_id: string | null;
  readonly link_id: string | null;
  readonly vulnerability_id: string | null;
  readonly summary: string;
  readonly detail: Record<string, unknown>;
  readonly created_at: Date;
  readonly decided_at: Date | null;
  readonly decided_by: string | null;
  readonly note: string | null;
  readonly place: string;
}

export async function listHolds(db: Connection, wish: Page & { readonly state: string }) {
  const after = cursorOf(wish.cursor, 2);
  const rows = await sql<HoldRow>`
    select *, created_at::text as place from holds where state = ${wish.state}
      and (${after === null} or (created_at, id) < (${after?.[0] ?? null}::timestamptz, ${after?.[1] ?? null}::uuid))
    order by created_at desc, id desc limit ${wish.limit + 1}
  `.execute(db);
  return pageOf(rows.rows, wish.limit, (row) => [row.place, row.id]);
}

export async function findHold(db: Connection, id: string): Promise<HoldRow | null> {
  const rows =
    await sql<HoldRow>`select *, created_at::text as place from holds where id::text = ${id}`.execute(db);
  return rows.rows[0] ?? null;
}

interface SummaryRow {
  readonly open: Record<string, number> | null;
  readonly statuses: Record<string, number> | null;
  readonly deliveries: Record<string, number> | null;
  readonly links: Record<string, number> | null;
  readonly holds: number;
}

/** Everything on the overview, in one query. */
export async function summary(db: Connection) {
  const rows = await sql<SummaryRow>`
    select
      (select jsonb_object_agg(severity, n) from (select severity, count(*) as n from vulnerabilities
        where status in ('identified', 'in_progress', 'awaiting_validation') group by severity) s) as open,
      (select jsonb_object_agg(status, n) from (select status, count(*) as n from vulnerabilities group by status) s) as statuses,
      (select jsonb_object_agg(outcome, n) from (select outcome, count(*) as n from deliveries group by outcome) s) as deliveries,
      (select jsonb_object_agg(state, n) from (select state, count(*) as n from links group by state) s) as links,
      (select count(*)::integer from holds where state = 'open') as holds
  `.execute(db);
  const row = rows.rows[0];
  return {
    openBySeverity: row?.open ?? {},
    byStatus: row?.statuses ?? {},
    deliveries: row?.deliveries ?? {},
    linksByState: row?.links ?? {},
    holds: row?.holds ?? 0,
  };
}
