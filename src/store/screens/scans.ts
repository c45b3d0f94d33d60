import { sql } from 'kysely';
import type { Connection } from '../open.ts';
import { cursorOf, pageOf } from '../paging.ts';
import type { ScanRow } from '../scans.ts';

/** Latest start first. */
export async function listScans(
  db: Connection,
  wish: { readonly limit: number; readonly cursor?: string; readonly assetId?: string },
) {
  const after = cursorOf(wish.cursor, 2);
  const rows = await sql<ScanRow & { readonly place: string }>`
    select *, started_at::text as place from scans
    where ${wish.assetId === undefined ? sql`true` : sql`asset_id = ${wish.assetId}::uuid`}
      and ${after === null ? sql`true` : sql`(started_at, id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`}
    order by started_at desc, id desc limit ${wish.limit + 1}
  `.execute(db);
  return pageOf(rows.rows, wish.limit, (row) => [row.place, row.id]);
}
