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
  readonly asset_name: string | null;
  readonly connection_name: string | null;
  readonly vulnerability_title: string | null;
  readonly card: { readonly key: string; readonly url: string } | null;
  readonly place: string;
}

const rows = sql`
  select h.*, a.name as asset_name, k.name as connection_name, v.title as vulnerability_title, h.created_at::text as place,
    case when l.card is not null then jsonb_build_object('key', l.card ->> 'key', 'url', l.card ->> 'url') end as card
  from holds h
  left join assets a on a.id = h.asset_id
  left join connections k on k.id = h.connection_id
  left join vulnerabilities v on v.id = h.vulnerability_id
  left join links l on l.id = h.link_id
`;

/** Latest first. */
export async function listHolds(
  db: Connection,
  wish: { readonly state: string; readonly kind?: string; readonly limit: number; readonly cursor?: string },
) {
  const after = cursorOf(wish.cursor, 2);
  const found = await sql<HoldRow>`
    ${rows}
    where h.state = ${wish.state}
      and ${wish.kind === undefined ? sql`true` : sql`h.kind = ${wish.kind}`}
      and ${after === null ? sql`true` : sql`(h.created_at, h.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`}
    order by h.created_at desc, h.id desc limit ${wish.limit + 1}
  `.execute(db);
  return pageOf(found.rows, wish.limit, (row) => [row.place, row.id]);
}

export async function findHold(db: Connection, id: string): Promise<HoldRow | null> {
  const found = await sql<HoldRow>`${rows} where h.id::text = ${id}`.execute(db);
  return found.rows[0] ?? null;
}
