import { sql } from 'kysely';
import type { Problem, SeverityMapping, Target } from '../contracts/tracker.ts';
import type { StatusMapping } from '../core/mapping/status-mapping.ts';
import { wakeLinksById } from './links.ts';
import type { Connection, Transaction } from './open.ts';

export interface StructureRow {
  readonly id: string;
  readonly version: string;
  readonly target: Target;
  readonly status_mapping: StatusMapping;
  readonly remote_labels: Readonly<Record<string, string>>;
  readonly severity_mapping: SeverityMapping;
  readonly field_defaults: Readonly<Record<string, unknown>>;
  readonly attention: readonly Attention[] | null;
}

/** What is wrong with a configuration today. What a visit met has no path. */
export interface Attention {
  readonly kind: Problem['kind'];
  readonly message: string;
  readonly path?: string;
  readonly hint?: string;
  /** RFC 3339. */
  readonly at?: string;
}

export async function selectStructure(
  db: Connection,
  connectionId: string,
): Promise<{ readonly asOf: number; readonly configurations: readonly StructureRow[] }> {
  const rows = await sql<StructureRow>`
    select c.id, c.version, c.target, c.status_mapping, c.remote_labels, c.field_defaults, c.attention,
      coalesce(c.severity_mapping, k.severity_mapping) as severity_mapping
    from configurations c join connections k on k.id = c.connection_id
    where c.connection_id = ${connectionId}::uuid and c.deleted_at is null
    order by c.created_at
  `.execute(db);
  const clock = await sql<{ ms: number }>`select (extract(epoch from clock_timestamp()) * 1000)::double precision as ms`.execute(db);
  return { asOf: clock.rows[0]?.ms ?? 0, configurations: rows.rows };
}

/**
 * What the target is today. Nothing is recorded over an edit that came meanwhile. A configuration that is mended wakes the
 * links which failed by it.
 */
export async function recordStructure(
  tx: Transaction,
  configuration: Pick<StructureRow, 'id' | 'version'>,
  found: { readonly remoteLabels: Readonly<Record<string, string>>; readonly targetLabels: Readonly<Record<string, string>>; readonly attention: readonly Attention[] | null },
): Promise<'unchanged' | 'flagged' | 'mended'> {
  const before = await sql<{ was: boolean }>`
    select attention is not null as was from configurations
    where id = ${configuration.id}::uuid and version = ${configuration.version}::bigint and deleted_at is null for update
  `.execute(tx);
  const [row] = before.rows;
  if (row === undefined) {
    return 'unchanged';
  }
  const { remoteLabels, targetLabels, attention } = found;
  await sql`
    update configurations
    set remote_labels = ${JSON.stringify(remoteLabels)}::jsonb,
      -- What is gone keeps the name it had.
      target_labels = target_labels || ${JSON.stringify(targetLabels)}::jsonb,
      attention = ${attention === null ? null : JSON.stringify(attention)}::jsonb
    where id = ${configuration.id}::uuid
  `.execute(tx);
  if (attention !== null) {
    return row.was ? 'unchanged' : 'flagged';
  }
  if (!row.was) {
    return 'unchanged';
  }
  const links = await sql<{ id: string }>`
    select l.id from links l
    where l.configuration_id = ${configuration.id}::uuid and l.state in ('pending', 'linked', 'lost', 'inaccessible')
      and (l.card_ref is null or (
        select d.outcome from deliveries d where d.link_id = l.id and d.direction = 'outbound' order by d.created_at desc limit 1
      ) = 'failed')
  `.execute(tx);
  await wakeLinksById(tx, links.rows.map((link) => link.id), 'The configuration works again.');
  return 'mended';
}

/** Every living connection has its regular look at the structure. */
export async function connectionsAlive(db: Connection): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>`select id from connections where state <> 'deleted'`.execute(db);
  return rows.rows.map((row) => row.id);
}
