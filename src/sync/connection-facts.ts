import { sql } from 'kysely';
import type { Target } from '../contracts/tracker.ts';
import type { SealKey } from '../lib/seal.ts';
import { unseal } from '../lib/seal.ts';
import type { Connection } from '../store/open.ts';
import type { VisitRow } from '../store/sync/load-visit.ts';
import type { ConnectionFacts } from './ports.ts';

/** A connection with its opened credentials; null: there is none. */
export async function loadConnection(
  db: Connection,
  sealKey: SealKey,
  id: string,
): Promise<ConnectionFacts | null> {
  type Row = Pick<
    VisitRow,
    'connection_id' | 'tracker' | 'settings' | 'origin' | 'credentials' | 'connection_state'
  >;
  const rows = await sql<Row>`
    select id as connection_id, tracker, settings, origin, credentials, state as connection_state
    from connections where id::text = ${id} and state <> 'deleted'
  `.execute(db);
  const [row] = rows.rows;
  return row === undefined ? null : connectionOf(row, sealKey);
}

export interface ConfiguredTarget {
  readonly id: string;
  readonly name: string;
  readonly target: Target;
  readonly remoteStates: readonly string[];
  readonly fieldDefaults: Readonly<Record<string, unknown>>;
}

/** The targets of a connection's configurations. */
export async function configuredTargets(
  db: Connection,
  connectionId: string,
): Promise<readonly ConfiguredTarget[]> {
  const rows = await sql<{
    id: string;
    scope: string;
    target: Target;
    status_mapping: Record<string, string>;
    field_defaults: Record<string, unknown>;
    names: string | null;
  }>`
    select c.id, c.scope, c.target, c.status_mapping, c.field_defaults,
      (select string_agg(a.name, ', ' order by a.name) from configuration_assets ca join assets a on a.id = ca.asset_id
       where ca.configuration_id = c.id) as names
    from configurations c where c.connection_id = ${connectionId}::uuid and c.deleted_at is null
    order by c.created_at
  `.execute(db);
  return rows.rows.map((row) => ({
    id: row.id,
    name: row.scope === 'default' ? 'the default configuration' : (row.names ?? 'a custom configuration'),
    target: row.target,
    remoteStates: [...new Set(Object.values(row.status_mapping))],
    fieldDefaults: row.field_defaults,
  }));
}

/** Opens the sealed credentials: bound to the connection and to the origin they may be sent to. */
export function connectionOf(
  row: Pick<
    VisitRow,
    'connection_id' | 'tracker' | 'settings' | 'origin' | 'credentials' | 'connection_state'
  >,
  sealKey: SealKey,
): ConnectionFacts {
  const belonging = { connectionId: row.connection_id, purpose: 'credentials', origin: row.origin } as const;
  const credentials =
    row.credentials === null ? {} : (JSON.parse(unseal(sealKey, row.credentials, belonging)) as object);
  return {
    id: row.connection_id,
    tracker: row.tracker,
    settings: row.settings,
    credentials: { ...credentials },
    state: row.connection_state,
  };
}
