import { sql } from 'kysely';
import type { Card } from '../../contracts/tracker.ts';
import type { Connection } from '../open.ts';
import { cursorOf, pageOf } from '../paging.ts';
import { uuidOf } from './as-typed.ts';

export interface OrphanRow {
  readonly id: string;
  readonly connection_id: string;
  readonly connection_name: string;
  readonly tracker: string;
  readonly card_ref: string;
  readonly card: Card | null;
  readonly kind: 'duplicate' | 'unknown' | 'late' | 'replaced' | 'left' | 'merged';
  readonly because: string | null;
  readonly link_id: string | null;
  readonly vulnerability_id: string | null;
  readonly vulnerability_title: string | null;
  readonly linked_key: string | null;
  readonly seen_at: Date;
  readonly resolved_at: Date | null;
  readonly resolved_by: string | null;
  readonly resolved_because: string | null;
  readonly place: string;
}

const rows = sql`
  select o.*, k.name as connection_name, k.tracker, l.vulnerability_id, v.title as vulnerability_title,
    case when v.merged_into is null then l.card ->> 'key' else (
      select s.card ->> 'key' from links s where s.connection_id = o.connection_id and s.vulnerability_id = v.merged_into
    ) end as linked_key,
    o.seen_at::text as place
  from orphan_cards o
  join connections k on k.id = o.connection_id
  left join links l on l.id = o.link_id
  left join vulnerabilities v on v.id = l.vulnerability_id
`;

export interface OrphanFilter {
  readonly connectionId?: string;
  readonly kind?: string;
  readonly resolved: boolean;
}

/** Latest first. */
export async function listOrphans(db: Connection, wish: OrphanFilter & { readonly limit: number; readonly cursor?: string }) {
  const after = cursorOf(wish.cursor, 2);
  const found = await sql<OrphanRow>`
    ${rows}
    where ${wish.resolved ? sql`o.resolved_at is not null` : sql`o.resolved_at is null`}
      and ${wish.connectionId === undefined ? sql`true` : sql`o.connection_id = ${uuidOf(wish.connectionId)}`}
      and ${wish.kind === undefined ? sql`true` : sql`o.kind = ${wish.kind}`}
      and ${after === null ? sql`true` : sql`(o.seen_at, o.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`}
    order by o.seen_at desc, o.id desc limit ${wish.limit + 1}
  `.execute(db);
  return pageOf(found.rows, wish.limit, (row) => [row.place, row.id]);
}

export async function findOrphan(db: Connection, id: string): Promise<OrphanRow | null> {
  const found = await sql<OrphanRow>`${rows} where o.id = ${uuidOf(id)}`.execute(db);
  return found.rows[0] ?? null;
}

/** False: somebody was faster. */
export async function resolveOrphan(db: Connection, wish: { readonly id: string; readonly by: string; readonly because: string }): Promise<boolean> {
  const resolved = await sql`
    update orphan_cards set resolved_at = clock_timestamp(), resolved_by = ${wish.by}, resolved_because = ${wish.because}
    where id = ${wish.id}::uuid and resolved_at is null
  `.execute(db);
  return (resolved.numAffectedRows ?? 0n) > 0n;
}
