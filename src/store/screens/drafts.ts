import { sql } from 'kysely';
import type { Connection } from '../open.ts';

export interface DraftRow {
  readonly id: string;
  readonly connection_id: string;
  readonly configuration_id: string | null;
  readonly body: Record<string, unknown>;
  readonly created_by: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const draftsMax = 100;

export async function listDrafts(db: Connection, connectionId: string): Promise<readonly DraftRow[]> {
  const rows = await sql<DraftRow>`
    select * from configuration_drafts where connection_id::text = ${connectionId} order by updated_at desc limit ${draftsMax}
  `.execute(db);
  return rows.rows;
}

export async function findDraft(db: Connection, id: string): Promise<DraftRow | null> {
  const rows = await sql<DraftRow>`select * from configuration_drafts where id::text = ${id}`.execute(db);
  return rows.rows[0] ?? null;
}

/** Null: the connection, or its configuration, is not there. */
export async function insertDraft(
  db: Connection,
  draft: { readonly connectionId: string; readonly configurationId: string | null; readonly body: object; readonly by: string },
): Promise<string | null> {
  const rows = await sql<{ id: string }>`
    insert into configuration_drafts (id, connection_id, configuration_id, body, created_by)
    select gen_random_uuid(), k.id, c.id, ${JSON.stringify(draft.body)}::jsonb, ${draft.by}
    from connections k
    left join configurations c on c.connection_id = k.id and c.id::text = ${draft.configurationId} and c.deleted_at is null
    where k.id::text = ${draft.connectionId} and k.state <> 'deleted' and (${draft.configurationId}::text is null or c.id is not null)
    returning id
  `.execute(db);
  return rows.rows[0]?.id ?? null;
}

export async function changeDraft(db: Connection, id: string, body: object): Promise<void> {
  await sql`
    update configuration_drafts set body = ${JSON.stringify(body)}::jsonb, updated_at = clock_timestamp() where id::text = ${id}
  `.execute(db);
}

export async function deleteDraft(db: Connection, id: string): Promise<boolean> {
  const deleted = await sql`delete from configuration_drafts where id::text = ${id}`.execute(db);
  return (deleted.numAffectedRows ?? 0n) > 0n;
}
