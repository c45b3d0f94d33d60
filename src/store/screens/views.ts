import { sql } from 'kysely';
import type { Connection } from '../open.ts';

export interface ViewRow {
  readonly id: string;
  readonly owner_id: string;
  readonly name: string;
  readonly query: string;
  readonly shared: boolean;
  readonly created_at: Date;
}

/** Own and shared ones. */
export async function listViews(db: Connection, userId: string): Promise<readonly ViewRow[]> {
  const rows = await sql<ViewRow>`
    select * from saved_views where owner_id::text = ${userId} or shared order by lower(name), id limit 200
  `.execute(db);
  return rows.rows;
}

const viewsMax = 100;

/** Null: this person has as many as one may have. */
export async function insertView(db: Connection, userId: string, view: Pick<ViewRow, 'name' | 'query' | 'shared'>): Promise<ViewRow | null> {
  const rows = await sql<ViewRow>`
    insert into saved_views (id, owner_id, name, query, shared)
    select gen_random_uuid(), ${userId}::uuid, ${view.name}, ${view.query}, ${view.shared}
    where (select count(*) from saved_views where owner_id = ${userId}::uuid) < ${viewsMax}
    returning *
  `.execute(db);
  return rows.rows[0] ?? null;
}

export async function deleteView(db: Connection, id: string, userId: string): Promise<boolean> {
  const deleted = await sql`delete from saved_views where id::text = ${id} and owner_id::text = ${userId}`.execute(db);
  return (deleted.numAffectedRows ?? 0n) > 0n;
}
