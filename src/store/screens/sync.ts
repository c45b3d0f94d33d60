import { sql } from 'kysely';
import type { Connection } from '../open.ts';

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
