import { sql } from 'kysely';
import type { Connection } from '../open.ts';
import { figures, readFigure } from './figures.ts';

export async function databaseVersion(db: Connection): Promise<string> {
  const rows = await sql<{ version: string }>`select current_setting('server_version') as version`.execute(db);
  return rows.rows[0]?.version ?? 'unknown';
}

/** Everything that helps to find a fault, and nothing that is secret: no address, no name, no text of a vulnerability. */
export async function diagnosticsOf(db: Connection): Promise<object> {
  const [counted, migrations, connections, faults, sizes] = await Promise.all([
    Promise.all(figures.map(async (figure) => [figure.name, await readFigure(db, figure)] as const)),
    sql<{ name: string; run_at: Date }>`select name, run_at from migrations order by name`.execute(db),
    sql`
      select id, tracker, state, state_changed_at, last_pull_at, last_push_at, last_event_at, swept_at, throttled_until,
        last_fault ->> 'kind' as last_fault
      from connections where state <> 'deleted' order by created_at
    `.execute(db),
    sql`
      select error_class, outcome, direction, act, count(*)::integer as count, max(created_at) as latest
      from deliveries where outcome in ('failed', 'held', 'waiting') group by error_class, outcome, direction, act order by count desc limit 100
    `.execute(db),
    sql`
      select relname as table, n_live_tup as rows, pg_total_relation_size(relid) as bytes
      from pg_stat_user_tables order by pg_total_relation_size(relid) desc
    `.execute(db),
  ]);
  return { figures: Object.fromEntries(counted), migrations: migrations.rows, connections: connections.rows, deliveries: faults.rows, tables: sizes.rows };
}
