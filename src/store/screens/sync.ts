import { sql } from 'kysely';
import type { Connection } from '../open.ts';
import { countsOf } from './counts.ts';

interface SummaryRow {
  readonly deliveries: Record<string, number> | null;
  readonly links: Record<string, number> | null;
  readonly holds: number;
}

/** Everything on the overview, in one query. */
export async function summary(db: Connection) {
  const counts = countsOf(db, {});
  const rows = await sql<SummaryRow>`
    select
      (select jsonb_object_agg(outcome, n) from (select outcome, count(*) as n from deliveries group by outcome) s) as deliveries,
      (select jsonb_object_agg(state, n) from (select state, count(*) as n from links group by state) s) as links,
      (select count(*)::integer from holds where state = 'open') as holds
  `.execute(db);
  const { bySeverity, byStatus } = await counts;
  const row = rows.rows[0];
  return {
    openBySeverity: bySeverity,
    byStatus,
    deliveries: row?.deliveries ?? {},
    linksByState: row?.links ?? {},
    holds: row?.holds ?? 0,
  };
}
