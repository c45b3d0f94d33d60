import { sql } from 'kysely';
import type { Features } from '../core/matching/features.ts';
import { featureVersion } from '../core/matching/features.ts';
import type { Severity, Status } from '../core/vocabulary.ts';
import type { Connection, Transaction } from './open.ts';

export interface ScopeRow {
  readonly id: string;
  readonly last_complete_at: Date | null;
  readonly last_findings: number | null;
}

export async function ensureScope(
  tx: Transaction,
  scope: { readonly assetId: string; readonly tool: string; readonly branch: string; readonly category: string },
): Promise<ScopeRow> {
  const rows = await sql<ScopeRow>`
    insert into scopes (id, asset_id, tool, branch, category, feature_version)
    values (gen_random_uuid(), ${scope.assetId}::uuid, ${scope.tool}, ${scope.branch}, ${scope.category}, ${featureVersion})
    on conflict (asset_id, tool, branch, category) do update set retired_at = null, retired_because = null
    returning id, last_complete_at, last_findings
  `.execute(tx);
  const [row] = rows.rows;
  if (row === undefined) {
    throw new Error('A scope was made or found.');
  }
  return row;
}

export interface CandidateRow {
  readonly id: string;
  readonly features: Features;
  readonly state: 'detected' | 'not_detected' | 'unknown';
  /** Remembered by this very scope, not by another of the same tool. */
  readonly own: boolean;
}

/**
 * Known vulnerabilities that share a key with the scan: of the same tool and category on any branch, or an advisory of any
 * tool. Those merged into others are known by themselves; what a person keeps apart from one that this scope knows is not.
 */
export async function candidates(
  tx: Transaction,
  scope: { readonly assetId: string; readonly scopeId: string; readonly tool: string; readonly category: string },
  keys: readonly string[],
): Promise<readonly CandidateRow[]> {
  const rows = await sql<CandidateRow>`
    select distinct on (d.vulnerability_id) d.vulnerability_id as id, d.features, d.state,
      d.scope_id = ${scope.scopeId}::uuid as own
    from match_keys m
    join scopes s on s.id = m.scope_id and s.asset_id = ${scope.assetId}::uuid
    join detections d on d.scope_id = m.scope_id and d.vulnerability_id = m.vulnerability_id
    where m.key in (select jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb))
      and ((s.tool = ${scope.tool} and s.category = ${scope.category}) or m.key like 'a|%')
      and not exists (
        select from kept_apart k join detections o on o.vulnerability_id = k.from_id and o.scope_id = ${scope.scopeId}::uuid
        where k.vulnerability_id = m.vulnerability_id and m.scope_id <> ${scope.scopeId}::uuid
      )
    order by d.vulnerability_id, (d.scope_id = ${scope.scopeId}::uuid) desc, d.last_seen_at desc
  `.execute(tx);
  return rows.rows;
}

export interface NewVulnerability {
  readonly index: number;
  readonly title: string;
  readonly description: string;
  readonly description_format: string;
  readonly severity: Severity;
  readonly finding_kind: string;
  readonly tool: string;
  readonly rule_id: string;
  readonly cwe: readonly number[];
  readonly cve: readonly string[];
  readonly advisories: readonly string[];
  readonly location: object;
  readonly snippet: string | null;
  readonly impact: string | null;
  readonly remediation: string | null;
  readonly reference_urls: readonly string[];
}

/** Rows and their first timeline entries; answers the ids by the caller's index. */
export async function insertVulnerabilities(
  tx: Transaction,
  news: readonly NewVulnerability[],
  facts: {
    readonly assetId: string;
    readonly at: Date;
    readonly startedAt: Date;
    readonly actor: { readonly kind: 'scan' | 'person'; readonly name: string };
    readonly cause: { readonly kind: 'scan' | 'person' } & Readonly<Record<string, unknown>>;
    readonly note: string;
  },
): Promise<ReadonlyMap<number, string>> {
  if (news.length === 0) {
    return new Map();
  }
  const rows = await sql<{ index: number; id: string }>`
    with given as (
      select gen_random_uuid() as entry, nextval(pg_get_serial_sequence('vulnerabilities', 'id')) as id, g.*
      from (select * from jsonb_to_recordset(${JSON.stringify(news)}::jsonb) as r (
        index integer, title text, description text, description_format text, severity text, finding_kind text, tool text,
        rule_id text, cwe integer[], cve text[], advisories text[], location jsonb, snippet text, impact text,
        remediation text, reference_urls text[]
      ) order by r.index) g
    ),
    made as (
      insert into vulnerabilities (
        id, asset_id, title, description, description_format, severity, status, status_changed_at, status_as_of, status_entry_id,
        finding_kind, tool, rule_id, cwe, cve, advisories, location, snippet, impact, remediation, reference_urls,
        first_seen_at, last_seen_at
      )
      select g.id, ${facts.assetId}::uuid, g.title, g.description, g.description_format, g.severity, 'identified',
        ${facts.at.toISOString()}::timestamptz, ${facts.startedAt.toISOString()}::timestamptz, g.entry,
        g.finding_kind, g.tool, g.rule_id, g.cwe, g.cve, g.advisories, g.location, g.snippet, g.impact, g.remediation,
        g.reference_urls, ${facts.startedAt.toISOString()}::timestamptz, ${facts.startedAt.toISOString()}::timestamptz
      from given g
    ),
    entries as (
      insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, to_status, cause_kind, cause, note)
      select g.entry, g.id, ${facts.at.toISOString()}::timestamptz, 'status', ${facts.actor.kind}, ${facts.actor.name}, 'identified',
        ${facts.cause.kind}, ${JSON.stringify(facts.cause)}::jsonb, ${facts.note}
      from given g
    )
    select index, id from given
  `.execute(tx);
  return new Map(rows.rows.map((row) => [row.index, row.id]));
}

export interface Sighting {
  readonly vulnerability: string;
  readonly features: Features;
  readonly occurrences: number;
}

/** The scope's memory of what it saw; an older scan never overwrites what a newer one said. */
export async function recordSightings(
  tx: Transaction,
  scopeId: string,
  scan: { readonly id: string; readonly startedAt: Date },
  sightings: readonly Sighting[],
): Promise<void> {
  await sql`
    insert into detections (
      vulnerability_id, scope_id, state, first_seen_at, last_seen_at, last_seen_scan_id, occurrences, features, feature_version
    )
    select s.vulnerability, ${scopeId}::uuid, 'detected', ${scan.startedAt.toISOString()}::timestamptz,
      ${scan.startedAt.toISOString()}::timestamptz, ${scan.id}::uuid, s.occurrences, s.features, ${featureVersion}
    from jsonb_to_recordset(${JSON.stringify(sightings)}::jsonb) as s (vulnerability bigint, features jsonb, occurrences integer)
    on conflict (vulnerability_id, scope_id) do update
    set last_seen_at = greatest(detections.last_seen_at, excluded.last_seen_at),
      first_seen_at = least(detections.first_seen_at, excluded.first_seen_at),
      state = case when detections.missed_at >= excluded.last_seen_at then detections.state else 'detected' end,
      missed_at = case when detections.missed_at >= excluded.last_seen_at then detections.missed_at end,
      missed_scan_id = case when detections.missed_at >= excluded.last_seen_at then detections.missed_scan_id end,
      last_seen_scan_id = case when excluded.last_seen_at >= detections.last_seen_at then excluded.last_seen_scan_id else detections.last_seen_scan_id end,
      features = case when excluded.last_seen_at >= detections.last_seen_at then excluded.features else detections.features end,
      feature_version = ${featureVersion},
      occurrences = case when excluded.last_seen_at >= detections.last_seen_at then excluded.occurrences else detections.occurrences end
  `.execute(tx);
}

/** Keys of the vulnerabilities whose features are new or changed. */
export async function replaceKeys(
  tx: Transaction,
  scopeId: string,
  keys: readonly { readonly vulnerability: string; readonly keys: readonly string[] }[],
): Promise<void> {
  if (keys.length === 0) {
    return;
  }
  const ids = keys.map((one) => one.vulnerability);
  await sql`
    delete from match_keys where scope_id = ${scopeId}::uuid
      and vulnerability_id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)::bigint)
  `.execute(tx);
  await sql`
    insert into match_keys (scope_id, key, vulnerability_id)
    select ${scopeId}::uuid, key, k.vulnerability
    from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as k (vulnerability bigint, keys text[]), unnest(k.keys) as key
    on conflict do nothing
  `.execute(tx);
}

export interface Standing {
  readonly id: string;
  readonly status: Status;
  readonly as_of: Date;
  readonly accepted_until: Date | null;
}

/** Locks the rows, in one order, so that two processes never wait for each other. */
export async function lockStandings(tx: Transaction, ids: readonly string[]): Promise<readonly Standing[]> {
  const rows = await sql<Standing>`
    select id, status, status_as_of as as_of, accepted_until
    from vulnerabilities
    where id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)::bigint)
    order by id for no key update
  `.execute(tx);
  return rows.rows;
}

/** Detected by the scope until now and not among the seen: how many there are, and how many the scope has in all. */
export async function missingOf(tx: Transaction, scopeId: string, startedAt: Date, seen: readonly string[]): Promise<{ open: number; missing: readonly string[] }> {
  const rows = await sql<{ open: number; missing: string[] | null }>`
    select count(*)::integer as open,
      array_agg(d.vulnerability_id::text order by d.vulnerability_id) filter (
        where s.id is null and d.last_seen_at < ${startedAt.toISOString()}::timestamptz
      ) as missing
    from detections d
    left join (select jsonb_array_elements_text(${JSON.stringify(seen)}::jsonb)::bigint as id) s on s.id = d.vulnerability_id
    where d.scope_id = ${scopeId}::uuid and d.state = 'detected'
  `.execute(tx);
  const [row] = rows.rows;
  return { open: row?.open ?? 0, missing: row?.missing ?? [] };
}

export async function recordMissing(tx: Transaction, scopeId: string, scan: { readonly id: string; readonly startedAt: Date }, ids: readonly string[]): Promise<void> {
  await sql`
    update detections
    set state = 'not_detected', missed_scan_id = ${scan.id}::uuid, missed_at = ${scan.startedAt.toISOString()}::timestamptz
    where scope_id = ${scopeId}::uuid and state = 'detected' and last_seen_at < ${scan.startedAt.toISOString()}::timestamptz
      and vulnerability_id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)::bigint)
  `.execute(tx);
}

/**
 * Of these (of what was merged, of the ones they were merged into), those that every scope of the default branch which ever
 * detected them, or anything merged into them, has since not seen.
 */
export async function absentEverywhere(tx: Connection, ids: readonly string[]): Promise<readonly string[]> {
  const heads = await headsOf(tx, ids);
  const rows = await sql<{ id: string }>`
    select v.id
    from vulnerabilities v join assets a on a.id = v.asset_id
    where v.id in (select jsonb_array_elements_text(${JSON.stringify(heads)}::jsonb)::bigint)
      and not exists (
        select 1 from vulnerabilities m join detections d on d.vulnerability_id = m.id join scopes s on s.id = d.scope_id
        where m.merged_into = v.id and s.branch = a.default_branch and s.retired_at is null and d.state <> 'not_detected'
      )
      and not exists (
        select 1 from detections d join scopes s on s.id = d.scope_id
        where d.vulnerability_id = v.id and s.branch = a.default_branch and s.retired_at is null and d.state <> 'not_detected'
      )
      and exists (
        select 1 from detections d join scopes s on s.id = d.scope_id
        where d.vulnerability_id = v.id and s.branch = a.default_branch and d.state = 'not_detected'
      )
  `.execute(tx);
  return rows.rows.map((row) => row.id);
}

/** Each of these, or the one that it was merged into. */
export async function headsOf(tx: Connection, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await sql<{ id: string; head: string }>`
    select id, merged_into as head from vulnerabilities where merged_into is not null and id = any (${[...ids]}::bigint[])
  `.execute(tx);
  const heads = new Map(rows.rows.map((row) => [row.id, row.head]));
  return heads.size === 0 ? ids : [...new Set(ids.map((id) => heads.get(id) ?? id))];
}

/** Each of these, with whatever was merged into it. */
export async function membersOf(tx: Connection, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>`select id from vulnerabilities where merged_into = any (${[...ids]}::bigint[])`.execute(tx);
  return [...ids, ...rows.rows.map((row) => row.id)];
}

/** Seen again by what was merged into them. */
export async function touchHeads(tx: Transaction, heads: readonly string[], at: Date): Promise<void> {
  await sql`
    update vulnerabilities set last_seen_at = greatest(last_seen_at, ${at.toISOString()}::timestamptz) where id = any (${[...heads]}::bigint[])
  `.execute(tx);
}
