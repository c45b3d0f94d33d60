import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Features } from '../core/matching/features.ts';
import type { Refreshed } from './findings.ts';
import { ofScan, refreshing } from './findings.ts';
import type { SeenAs } from './looks.ts';
import { forgetLooks, rememberLooks } from './looks.ts';
import { lined, listed } from './long-lists.ts';
import type { Connection, Transaction } from './open.ts';

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
 * not. Reads what it answers and no more, however much is known: step by step (lateral, bounded), since a plan for the few rows that
 * a table had when it was last counted took minutes.
 */
export async function candidates(tx: Connection, wish: CandidateWish, keys: readonly string[]): Promise<readonly CandidateRow[]> {
  const scopes = await sql<{ id: string; same: boolean }>`
    select id, tool = ${wish.tool} and category = ${wish.category} as same from scopes where asset_id = ${wish.assetId}::uuid
  `.execute(tx);
  const own = keys.filter((key) => !key.startsWith(acrossTools));
  const across = keys.filter((key) => key.startsWith(acrossTools));
  const rows = await sql<CandidateRow>`
    with met as (
      select m.scope_id, m.vulnerability_id from match_keys m
      where m.scope_id = any (${scopes.rows.filter((scope) => scope.same).map((scope) => scope.id)}::uuid[])
        and m.key = any (array(select hashtextextended(k, 0) from unnest(${lined(own)}) k))
      union
      select m.scope_id, m.vulnerability_id from match_keys m
      where m.scope_id = any (${across.length === 0 ? [] : scopes.rows.map((scope) => scope.id)}::uuid[])
        and m.key = any (array(select hashtextextended(k, 0) from unnest(${lined(across)}) k))
    )
    select distinct on (m.vulnerability_id) m.vulnerability_id as id, s.features, s.content, s.look, d.state, m.scope_id = ${wish.scopeId}::uuid as own,
      d.last_seen_at <= ${wish.startedAt.toISOString()}::timestamptz as newest
    from met m
    cross join lateral (
      select features, content, look from scope_memory where scope_id = m.scope_id and vulnerability_id = m.vulnerability_id limit 1
    ) s
    cross join lateral (
      select state, last_seen_at from detections where scope_id = m.scope_id and vulnerability_id = m.vulnerability_id limit 1
    ) d
    where (m.scope_id = ${wish.scopeId}::uuid or not coalesce((
        select true from kept_apart k
        cross join lateral (select from detections o where o.vulnerability_id = k.from_id and o.scope_id = ${wish.scopeId}::uuid limit 1) o
        where k.vulnerability_id = m.vulnerability_id limit 1
      ), false))
      and ${
      wish.exceptOfScan === null
        ? sql`true`
        : sql`not coalesce((
            select case when own.last_seen_at > ${wish.startedAt.toISOString()}::timestamptz
              then (select true from occurrences o where ${ofScan(sql`m.vulnerability_id`, sql`${wish.exceptOfScan}::uuid`)} limit 1) is not null
              else own.last_seen_scan_id is not distinct from ${wish.exceptOfScan}::uuid end
            from detections own where own.vulnerability_id = m.vulnerability_id and own.scope_id = ${wish.scopeId}::uuid limit 1
          ), false)`
    }
    order by m.vulnerability_id, (m.scope_id = ${wish.scopeId}::uuid) desc, d.last_seen_at desc
  `.execute(tx);
  return rows.rows;
}

export interface Memory extends SeenAs {
  readonly features: string;
  readonly keys: readonly string[];
  /** Of the look before, if this scope knows one. */
  readonly keysBefore: readonly string[];
}

/** What the vulnerabilities say themselves from now on. */
export interface Refreshment {
  readonly startedAt: Date;
  readonly rows: readonly Refreshed[];
}

export type Remembering = RawBuilder<{ readonly id: string }>;

/** Answers those whose card has to change. */
export async function remember(tx: Transaction, statement: Remembering | null): Promise<readonly string[]> {
  const rows = statement === null ? [] : (await statement.execute(tx)).rows;
  return rows.map((row) => row.id);
}

/**
 * How vulnerabilities look to the scope from now on, and what they say; only what is new or changed needs to be told. One statement, made
 * before its turn comes: it is at work while the next findings are matched. Null: there is nothing to be said.
 */
export function remembering(scopeId: string, memories: readonly Memory[], refreshment: Refreshment | null = null): Remembering | null {
  const refreshed = refreshment?.rows ?? [];
  if (memories.length === 0 && refreshed.length === 0) {
    return null;
  }
  const { parts, answer } = refreshing(refreshment?.startedAt ?? new Date(0), refreshed);
  const gone = pairsOf(memories, ({ keys, keysBefore }) => keysBefore.filter((key) => !keys.includes(key)));
  const fresh = pairsOf(memories, ({ keys, keysBefore }) => keys.filter((key) => !keysBefore.includes(key)));
  return sql`
    with memories as (
      insert into scope_memory (scope_id, vulnerability_id, features, content, look)
      select ${scopeId}::uuid, m.vulnerability, m.features, m.content, m.look
      from unnest(
        ${listed(memories.map((one) => one.vulnerability))}::bigint[], ${lined(memories.map((one) => one.features))},
        ${lined(memories.map((one) => one.content))}, ${listed(memories.map((one) => one.look))}::bigint[]
      ) as m (vulnerability, features, content, look)
      on conflict (scope_id, vulnerability_id) do update set features = excluded.features, content = excluded.content, look = excluded.look
    ),
    looks_gone as (${forgetLooks(scopeId, memories)}),
    looks as (${rememberLooks(scopeId, memories)}),
    keys_gone as (
      delete from match_keys where ctid = any (array(
        select m.ctid from unnest(${listed(gone.ids)}::bigint[], ${lined(gone.keys)}) as k (vulnerability, key)
        cross join lateral (
          select ctid from match_keys where scope_id = ${scopeId}::uuid and key = hashtextextended(k.key, 0) and vulnerability_id = k.vulnerability limit 1
        ) m
      ))
    ),
    keys_fresh as (${insertKeys(scopeId, fresh)}),
    ${parts}
    ${answer}
  `;
}

/** Keys of ones whose features were made again; those before are forgotten first. */
export async function addKeys(tx: Transaction, scopeId: string, made: readonly { readonly vulnerability: string; readonly keys: readonly string[] }[]): Promise<void> {
  await insertKeys(scopeId, pairsOf(made, ({ keys }) => keys)).execute(tx);
}

export async function forgetKeys(tx: Transaction, scopeId: string): Promise<void> {
  await sql`delete from match_keys where scope_id = ${scopeId}::uuid`.execute(tx);
}

interface KeyPairs {
  readonly ids: string[];
  readonly keys: string[];
}

function insertKeys(scopeId: string, { ids, keys }: KeyPairs) {
  return sql`
    insert into match_keys (scope_id, key, vulnerability_id)
    select ${scopeId}::uuid, hashtextextended(k.key, 0), k.vulnerability
    from unnest(${listed(ids)}::bigint[], ${lined(keys)}) as k (vulnerability, key)
    on conflict do nothing
  `;
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
