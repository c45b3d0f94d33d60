import { sql } from 'kysely';
import { leaveAssetCards } from './farewells.ts';
import { cursorOf, pageOf } from './paging.ts';
import type { Connection, Store } from './open.ts';
import { inTransaction } from './open.ts';

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

/** From the counts that are kept: each upload asks for its asset, however much is known of it. */
const openOf = sql`(
  select coalesce(sum(c.n), 0)::integer from vulnerability_counts c
  where c.asset_id = a.id and c.status in ('identified', 'in_progress', 'awaiting_validation')
)`;

/** By id, or as `key:<key>`. */
export async function assetByName(db: Connection, name: string): Promise<AssetRow | null> {
  const key = name.startsWith('key:') ? name.slice(4) : null;
  const rows = await sql<AssetRow>`
    select a.*, ${openOf} as open_vulnerabilities
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
    select a.*, ${openOf} as open_vulnerabilities
    from assets a
    where (${after === null} or (a.name, a.id::text) > (${after?.[0] ?? ''}, ${after?.[1] ?? ''}))
      and (${wish.q === undefined} or a.name ilike '%' || ${wish.q ?? ''} || '%' or a.key ilike '%' || ${wish.q ?? ''} || '%')
    order by a.name, a.id::text limit ${wish.limit + 1}
  `.execute(db);
  return pageOf(rows.rows, wish.limit, (row) => [row.name, row.id]);
}

export type AssetFields = Pick<
  AssetRow,
  'name' | 'key' | 'repository_url' | 'default_branch' | 'criticality' | 'tags'
>;

/** False: the key is taken. */
export async function insertAsset(db: Connection, id: string, fields: AssetFields): Promise<boolean> {
  const made = await sql`
    insert into assets (id, name, key, repository_url, default_branch, criticality, tags)
    values (${id}::uuid, ${fields.name}, ${fields.key}, ${fields.repository_url}, ${fields.default_branch},
      ${fields.criticality}, ${fields.tags}::text[])
    on conflict (key) do nothing
  `.execute(db);
  return (made.numAffectedRows ?? 0n) > 0n;
}

/** False: the key is taken. */
export async function updateAsset(db: Connection, id: string, fields: AssetFields): Promise<boolean> {
  try {
    await sql`
      update assets
      set name = ${fields.name}, key = ${fields.key}, repository_url = ${fields.repository_url},
        default_branch = ${fields.default_branch}, criticality = ${fields.criticality}, tags = ${fields.tags}::text[],
        updated_at = clock_timestamp()
      where id = ${id}::uuid
    `.execute(db);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === '23505') {
      return false;
    }
    throw error;
  }
}

/** With all that belongs to it. Its cards stay where they are, are listed, and are told that nobody updates them any more; answers how many. */
export async function deleteAsset(store: Store, id: string): Promise<number> {
  return inTransaction(store, async (tx) => {
    const cards = await leaveAssetCards(tx, id);
    await sql`
      delete from work
      where kind = 'link' and key in (
        select l.id::text from links l join vulnerabilities v on v.id = l.vulnerability_id where v.asset_id = ${id}::uuid
      )
    `.execute(tx);
    await sql`delete from work where kind = 'scan' and key = ${id}`.execute(tx);
    await sql`delete from assets where id = ${id}::uuid`.execute(tx);
    return cards;
  });
}
