import { sql } from 'kysely';
import type { StatusMapping } from '../core/mapping/status-mapping.ts';
import type { Severity } from '../core/vocabulary.ts';
import type { Connection } from '../store/open.ts';

export interface StoredConfiguration {
  readonly id: string;
  readonly connection_id: string;
  readonly tracker: string;
  readonly target: Readonly<Record<string, string>>;
  readonly status_mapping: StatusMapping;
  readonly remote_labels: Readonly<Record<string, string>>;
  readonly severity_mapping: Readonly<Record<Severity, string | null>>;
  readonly field_defaults: Readonly<Record<string, unknown>>;
}

export async function configurationOf(db: Connection, id: string): Promise<StoredConfiguration | null> {
  const rows = await sql<StoredConfiguration>`
    select c.id, c.connection_id, k.tracker, c.target, c.status_mapping, c.remote_labels, c.field_defaults,
      coalesce(c.severity_mapping, k.severity_mapping) as severity_mapping
    from configurations c join connections k on k.id = c.connection_id
    where c.id::text = ${id} and c.deleted_at is null
  `.execute(db);
  return rows.rows[0] ?? null;
}
