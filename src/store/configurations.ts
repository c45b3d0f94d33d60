import { sql } from 'kysely';
import type { StatusMapping } from '../core/mapping/status-mapping.ts';
import type { Severity } from '../core/vocabulary.ts';
import type { Connection } from './open.ts';

export interface ConfigurationRow {
  readonly id: string;
  readonly connection_id: string;
  readonly scope: 'default' | 'custom';
  readonly asset_ids: string[];
  readonly target: Record<string, string>;
  readonly target_labels: Record<string, string>;
  readonly status_mapping: StatusMapping;
  readonly remote_labels: Record<string, string>;
  readonly severity_mapping: Record<Severity, string | null> | null;
  readonly field_defaults: Record<string, unknown>;
  readonly create_on: 'identified' | 'assessment_completed';
  readonly minimum_severity: Severity | null;
  readonly board_decisions: 'apply' | 'ask';
  readonly due_dates: boolean;
  readonly attention: { message: string }[] | null;
  readonly created_at: Date;
  readonly cards: number;
  readonly drifting: number;
}

/** One of them, or all of a connection, the default first. */
export async function listConfigurations(
  db: Connection,
  where: { readonly id: string } | { readonly connectionId: string },
): Promise<readonly ConfigurationRow[]> {
  const one =
    'id' in where ? sql`c.id::text = ${where.id}` : sql`c.connection_id::text = ${where.connectionId}`;
  const rows = await sql<ConfigurationRow>`
    select c.*, coalesce(
      (select array_agg(ca.asset_id::text) from configuration_assets ca where ca.configuration_id = c.id), '{}'
    ) as asset_ids,
    (select count(*)::integer from links l where l.configuration_id = c.id and l.card_ref is not null and l.state <> 'detached') as cards,
    (select count(*)::integer from links l where l.configuration_id = c.id and l.drift is not null and l.state = 'linked') as drifting
    from configurations c
    where c.deleted_at is null and ${one}
    order by c.scope desc, c.created_at
  `.execute(db);
  return rows.rows;
}

export interface AppliedRow {
  readonly id: string;
  readonly scope: 'default' | 'custom';
}

/** The configuration that applies to an asset on a connection; null: none. */
export async function appliedConfiguration(
  db: Connection,
  of: { readonly assetId: string; readonly connectionId: string },
): Promise<AppliedRow | null> {
  const rows = await sql<AppliedRow>`
    select id, scope from effective_configurations(${of.assetId}::uuid) where connection_id = ${of.connectionId}::uuid
  `.execute(db);
  return rows.rows[0] ?? null;
}
