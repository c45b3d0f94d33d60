import { sql } from 'kysely';
import { cursorOf, pageOf } from './paging.ts';
import type { Connection } from './open.ts';

export interface AssetRow {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly repository_url: string | null;
  readonly default_branch: string;
  readonly criticality: 'critical' | 'high' | 'medium' | 'low' | null;
  readonly tags: string[];
  readonly created_at: Date;
  readonly open_vulnerabilities?: number;
}

/** By id, or as `key:<key>`. */
export async function assetByName(db: Connection, name: string): Promise<AssetRow | null> {
  const key = name.startsWith('key:') ? name.slice(4) : null;
  const rows = await sql<AssetRow>`
    select a.*, (select count(*)::integer from vulnerabilities v where v.asset_id = a.id
      and v.status in ('identified', 'in_progress', 'awaiting_validation')) as open_vulnerabilities
    from assets a where ${key === null ? sql`a.id::text = ${name}` : sql`a.key = ${key}`}
  `.execute(db);
  return rows.rows[0] ?? null;
}

export async function listAssets(
  db: Connection,
  wish: { readonly limit: number; readonly cursor?: string; readonly q?: string },
): Promise<{ readonly items: readonly AssetRow[]; readonly nextCursor: string | null }> {
  const after = cursorOf(wish.cursor, 2);
  const rows = await sql<AssetRow>`
    select a.*, (select count(*)::integer from vulnerabilities v where v.asset_id = a.id
      and v.status in ('identified', 'in_progress', 'awaiting_validation')) as open_vulnerabilities
    from assets a
    where (${after === null} or (a.name, a.id::text) > (${after?.[0] ?? ''}, ${after?.[1] ?? ''}))
      and (${wish.q === undefined} or a.name ilike '%' || ${wish.q ?? ''} || '%' or a.key ilike '%' || ${wish.q ?? ''} || '%')
    order by a.name, a.id::text limit ${wish.limit + 1}
  `.execute(db);
  return pageOf(rows.rows, wish.limit, (row) => [row.name, row.id]);
}
