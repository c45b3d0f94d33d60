import { sql } from 'kysely';
import type { Connection } from '../open.ts';
import { cursorOf, pageOf } from '../paging.ts';

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

export async function listHolds(db: Connection, wish: { readonly state: string; readonly limit: number; readonly cursor?: string }) {
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
