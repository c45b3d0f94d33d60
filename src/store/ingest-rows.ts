import { sql } from 'kysely';
import { featureVersion } from '../core/matching/features.ts';
import type { Severity, Status } from '../core/vocabulary.ts';
import { listed } from './long-lists.ts';
import type { Connection, Transaction } from './open.ts';

export interface ScopeRow {
  readonly id: string;
  readonly last_scan_at: Date | null;
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
    returning id, last_scan_at, last_complete_at, last_findings
  `.execute(tx);
  const [row] = rows.rows;
  if (row === undefined) {
    throw new Error('A scope was made or found.');
  }
  return row;
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
    /** Nothing of it stays: no number is used up. */
    readonly isRehearsal?: boolean;
  },
): Promise<ReadonlyMap<number, string>> {
  if (news.length === 0) {
    return new Map();
  }
  const id = facts.isRehearsal === true ? sql`-1 - g.index` : sql`nextval(pg_get_serial_sequence('vulnerabilities', 'id'))`;
  const rows = await sql<{ index: number; id: string }>`
    with given as (
      select gen_random_uuid() as entry, ${id} as id, g.*
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
        first_seen_at
      )
      select g.id, ${facts.assetId}::uuid, g.title, g.description, g.description_format, g.severity, 'identified',
        ${facts.at.toISOString()}::timestamptz, ${facts.startedAt.toISOString()}::timestamptz, g.entry,
        g.finding_kind, g.tool, g.rule_id, g.cwe, g.cve, g.advisories, g.location, g.snippet, g.impact, g.remediation,
        g.reference_urls, ${facts.startedAt.toISOString()}::timestamptz
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
    where id = any (${[...ids]}::bigint[])
    order by id for no key update
  `.execute(tx);
  return rows.rows;
}

/** Of these, the ones in a status that a sighting may change. What nothing can happen to is not even locked. */
export async function lockStandingsIn(tx: Transaction, statuses: readonly Status[], ids: readonly string[]): Promise<readonly Standing[]> {
  const rows = await sql<Standing>`
    select id, status, status_as_of as as_of, accepted_until
    from vulnerabilities
    where id = any (${listed(ids)}::bigint[]) and status = any (${[...statuses]}::text[])
    order by id for no key update
  `.execute(tx);
  return rows.rows;
}

/** Each of these, or the one that it was merged into. */
export async function headsOf(tx: Connection, ids: readonly string[]): Promise<readonly string[]> {
  const merged = await sql<Merged>`${mergedAmong(ids)}`.execute(tx);
  return headsBy(merged.rows, ids);
}

export interface Merged {
  readonly id: string;
  readonly head: string;
}

/** Those that were merged, each with the one that it was merged into. */
export function mergedAmong(ids: readonly string[]) {
  return sql`select id, merged_into as head from vulnerabilities where merged_into is not null and id = any (${listed(ids)}::bigint[])`;
}

export function headsBy(merged: readonly Merged[], ids: readonly string[]): readonly string[] {
  const heads = new Map(merged.map((row) => [row.id, row.head]));
  return heads.size === 0 ? ids : [...new Set(ids.map((id) => heads.get(id) ?? id))];
}

/** Each of these, with whatever was merged into it. */
export async function membersOf(tx: Connection, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>`select id from vulnerabilities where merged_into = any (${[...ids]}::bigint[])`.execute(tx);
  return [...ids, ...rows.rows.map((row) => row.id)];
}
