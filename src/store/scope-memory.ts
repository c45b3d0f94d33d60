import { sql } from 'kysely';
import type { Features } from '../core/matching/features.ts';
import type { Transaction } from './open.ts';

export interface CandidateRow {
  readonly id: string;
  readonly features: string;
  readonly content: string;
  /** See migration 0052. */
  readonly look: string;
  readonly state: 'detected' | 'not_detected' | 'unknown';
  /** Remembered by this very scope, not by another of the same tool. */
  readonly own: boolean;
  /** No newer scan of that scope saw it. */
  readonly newest: boolean;
}

export interface CandidateWish {
  readonly assetId: string;
  readonly scopeId: string;
  readonly tool: string;
  readonly category: string;
  readonly startedAt: Date;
  /** Known ones which this scan was seen to have already are left out. */
  readonly exceptOfScan: string | null;
}

/** Keys that begin so name an advisory: those hold across tools. */
const acrossTools = 'a|';

/**
 * Known vulnerabilities that share a key with the findings: of the same tool and category on any branch, or an advisory of
 * any tool. Those merged into others are known by themselves; what a person keeps apart from one that this scope knows is
 * not. Reads what it answers and no more, however much is known.
 */
export async function candidates(tx: Transaction, wish: CandidateWish, keys: readonly string[]): Promise<readonly CandidateRow[]> {
  const scopes = await sql<{ id: string; same: boolean }>`
    select id, tool = ${wish.tool} and category = ${wish.category} as same from scopes where asset_id = ${wish.assetId}::uuid
  `.execute(tx);
  const own = keys.filter((key) => !key.startsWith(acrossTools));
  const across = keys.filter((key) => key.startsWith(acrossTools));
  const rows = await sql<CandidateRow>`
    with met as (
      select m.scope_id, m.vulnerability_id from match_keys m
      where m.scope_id = any (${scopes.rows.filter((scope) => scope.same).map((scope) => scope.id)}::uuid[])
        and m.key = any (array(select hashtextextended(k, 0) from unnest(${own}::text[]) k))
      union
      select m.scope_id, m.vulnerability_id from match_keys m
      where m.scope_id = any (${across.length === 0 ? [] : scopes.rows.map((scope) => scope.id)}::uuid[])
        and m.key = any (array(select hashtextextended(k, 0) from unnest(${across}::text[]) k))
    )
    select distinct on (m.vulnerability_id) m.vulnerability_id as id, s.features, s.content, s.look, d.state, m.scope_id = ${wish.scopeId}::uuid as own,
      d.last_seen_at <= ${wish.startedAt.toISOString()}::timestamptz as newest
    from met m
    join scope_memory s on s.scope_id = m.scope_id and s.vulnerability_id = m.vulnerability_id
    join detections d on d.scope_id = m.scope_id and d.vulnerability_id = m.vulnerability_id
    where not exists (
        select from kept_apart k join detections o on o.vulnerability_id = k.from_id and o.scope_id = ${wish.scopeId}::uuid
        where k.vulnerability_id = m.vulnerability_id and m.scope_id <> ${wish.scopeId}::uuid
      )
      and ${
      wish.exceptOfScan === null
        ? sql`true`
        : sql`not exists (select from occurrences o where o.vulnerability_id = m.vulnerability_id and o.scan_id = ${wish.exceptOfScan}::uuid)`
    }
    order by m.vulnerability_id, (m.scope_id = ${wish.scopeId}::uuid) desc, d.last_seen_at desc
  `.execute(tx);
  return rows.rows;
}

export interface Memory {
  readonly vulnerability: string;
  readonly features: string;
  readonly content: string;
  readonly look: number;
  readonly keys: readonly string[];
  /** Of the look before, if this scope knows one. */
  readonly keysBefore: readonly string[];
}

/** How vulnerabilities look to the scope from now on; only what is new or changed needs to be said. */
export async function remember(tx: Transaction, scopeId: string, memories: readonly Memory[]): Promise<void> {
  if (memories.length === 0) {
    return;
  }
  await sql`
    insert into scope_memory (scope_id, vulnerability_id, features, content, look)
    select ${scopeId}::uuid, m.vulnerability, m.features, m.content, m.look
    from unnest(
      ${memories.map((one) => one.vulnerability)}::bigint[], ${memories.map((one) => one.features)}::text[], ${memories.map((one) => one.content)}::text[],
      ${memories.map((one) => one.look)}::bigint[]
    ) as m (vulnerability, features, content, look)
    on conflict (scope_id, vulnerability_id) do update set features = excluded.features, content = excluded.content, look = excluded.look
  `.execute(tx);
  const gone = pairsOf(memories, ({ keys, keysBefore }) => keysBefore.filter((key) => !keys.includes(key)));
  const fresh = pairsOf(memories, ({ keys, keysBefore }) => keys.filter((key) => !keysBefore.includes(key)));
  if (gone.ids.length > 0) {
    await sql`
      delete from match_keys m using unnest(${gone.ids}::bigint[], ${gone.keys}::text[]) as k (vulnerability, key)
      where m.scope_id = ${scopeId}::uuid and m.key = hashtextextended(k.key, 0) and m.vulnerability_id = k.vulnerability
    `.execute(tx);
  }
  await insertKeys(tx, scopeId, fresh);
}

/** Keys of ones whose features were made again; those before are forgotten first. */
export async function addKeys(tx: Transaction, scopeId: string, made: readonly { readonly vulnerability: string; readonly keys: readonly string[] }[]): Promise<void> {
  await insertKeys(tx, scopeId, pairsOf(made, ({ keys }) => keys));
}

export async function forgetKeys(tx: Transaction, scopeId: string): Promise<void> {
  await sql`delete from match_keys where scope_id = ${scopeId}::uuid`.execute(tx);
}

interface KeyPairs {
  readonly ids: string[];
  readonly keys: string[];
}

async function insertKeys(tx: Transaction, scopeId: string, { ids, keys }: KeyPairs): Promise<void> {
  if (ids.length > 0) {
    await sql`
      insert into match_keys (scope_id, key, vulnerability_id)
      select ${scopeId}::uuid, hashtextextended(k.key, 0), k.vulnerability
      from unnest(${ids}::bigint[], ${keys}::text[]) as k (vulnerability, key)
      on conflict do nothing
    `.execute(tx);
  }
}

function pairsOf<One extends { readonly vulnerability: string }>(all: readonly One[], keysOf: (one: One) => readonly string[]): KeyPairs {
  const ids: string[] = [];
  const keys: string[] = [];
  for (const one of all) {
    for (const key of keysOf(one)) {
      ids.push(one.vulnerability);
      keys.push(key);
    }
  }
  return { ids, keys };
}

export function featuresIn(row: Pick<CandidateRow, 'features'>): Features {
  return JSON.parse(row.features) as Features;
}
