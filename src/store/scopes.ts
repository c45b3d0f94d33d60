import { sql } from 'kysely';
import type { Connection, Transaction } from './open.ts';

export interface ScopeState {
  readonly id: string;
  readonly asset_id: string;
  readonly tool: string;
  readonly branch: string;
  readonly category: string;
  readonly retired_at: Date | null;
}

export interface ScopeName {
  readonly assetId: string;
  readonly tool: string;
  readonly branch: string;
  readonly category: string;
}

export interface FoundScope {
  readonly id: string;
  readonly last_scan_at: Date | null;
}

/** Null: it never scanned anything. */
export async function findScope(db: Connection, { assetId, tool, branch, category }: ScopeName): Promise<FoundScope | null> {
  const rows = await sql<FoundScope>`
    select id, last_scan_at from scopes where asset_id = ${assetId}::uuid and tool = ${tool} and branch = ${branch} and category = ${category}
  `.execute(db);
  return rows.rows[0] ?? null;
}

export async function assetOfScope(tx: Transaction, id: string): Promise<string | null> {
  const rows = await sql<{ asset_id: string }>`select asset_id from scopes where id::text = ${id}`.execute(tx);
  return rows.rows[0]?.asset_id ?? null;
}

/** Locks them in one order. */
export async function lockScopes(tx: Transaction, ids: readonly string[]): Promise<readonly ScopeState[]> {
  const rows = await sql<ScopeState>`
    select id, asset_id, tool, branch, category, retired_at from scopes where id::text = any (${[...ids]}::text[]) order by id for update
  `.execute(tx);
  return rows.rows;
}

/** It vouches for nothing any more; a new scan of it brings it back. */
export async function retireScope(tx: Transaction, id: string, because: string): Promise<void> {
  await sql`update scopes set retired_at = clock_timestamp(), retired_because = ${because} where id = ${id}::uuid`.execute(tx);
}

/** What the scope saw last time. */
export async function detectedBy(tx: Transaction, scopeId: string): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>`
    select vulnerability_id as id from detections where scope_id = ${scopeId}::uuid and state = 'detected' order by vulnerability_id
  `.execute(tx);
  return rows.rows.map((row) => row.id);
}

export interface LastMiss {
  readonly id: string;
  readonly scope_id: string;
  readonly scan_id: string;
  readonly tool: string;
  readonly at: Date;
}

/** By which scan each of these, or what was merged into it, was missed last. */
export async function lastMisses(tx: Transaction, ids: readonly string[]): Promise<readonly LastMiss[]> {
  const rows = await sql<LastMiss>`
    select distinct on (coalesce(v.merged_into, v.id)) d.vulnerability_id as id, d.scope_id, d.missed_scan_id as scan_id, s.tool, d.missed_at as at
    from vulnerabilities v join detections d on d.vulnerability_id = v.id join scopes s on s.id = d.scope_id
    where (v.id = any (${[...ids]}::bigint[]) or v.merged_into = any (${[...ids]}::bigint[]))
      and s.retired_at is null and d.state = 'not_detected' and d.missed_scan_id is not null
    order by coalesce(v.merged_into, v.id), d.missed_at desc
  `.execute(tx);
  return rows.rows;
}

/**
 * All that one scope knows becomes known by another: how things look, what it detects, and its evidence. What both know stays as
 * the other knows it. Answers the vulnerabilities that are new to the other.
 */
export async function giveKnowledge(tx: Transaction, from: string, to: string): Promise<readonly string[]> {
  const moved = await sql<{ id: string }>`
    update detections d set scope_id = ${to}::uuid
    where d.scope_id = ${from}::uuid
      and not exists (select from detections o where o.scope_id = ${to}::uuid and o.vulnerability_id = d.vulnerability_id)
    returning d.vulnerability_id as id
  `.execute(tx);
  const ids = moved.rows.map((row) => row.id);
  for (const table of ['scope_memory', 'scope_looks', 'match_keys']) {
    await sql`
      update ${sql.table(table)} set scope_id = ${to}::uuid where scope_id = ${from}::uuid and vulnerability_id = any (${ids}::bigint[])
    `.execute(tx);
    await sql`delete from ${sql.table(table)} where scope_id = ${from}::uuid`.execute(tx);
  }
  await sql`delete from detections where scope_id = ${from}::uuid`.execute(tx);
  await sql`
    update occurrences o set scope_id = ${to}::uuid from scan_scopes s
    where s.scope_id = ${from}::uuid and o.scan_id = s.scan_id and o.scope_id = ${from}::uuid
  `.execute(tx);
  await sql`
    update scopes t set last_complete_at = greatest(t.last_complete_at, f.last_complete_at), last_scan_at = greatest(t.last_scan_at, f.last_scan_at),
      last_findings = coalesce(t.last_findings, f.last_findings), feature_version = least(t.feature_version, f.feature_version)
    from scopes f where t.id = ${to}::uuid and f.id = ${from}::uuid
  `.execute(tx);
  // Scanned again, it begins anew.
  await sql`update scopes set last_complete_at = null, last_complete_scan_id = null, last_findings = null where id = ${from}::uuid`.execute(tx);
  return ids;
}

/** One timeline entry each. */
export async function tellOfScope(
  tx: Transaction,
  ids: readonly string[],
  entry: { readonly by: string; readonly note: string; readonly cause: object; readonly correlationId: string },
): Promise<void> {
  await sql`
    insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, cause_kind, cause, note, correlation_id)
    select gen_random_uuid(), v.id, clock_timestamp(), 'detection', 'person', ${entry.by}, 'person',
      ${JSON.stringify({ kind: 'person', ...entry.cause })}::jsonb, ${entry.note}, ${entry.correlationId}
    from unnest(${[...ids]}::bigint[]) as v (id)
  `.execute(tx);
}
