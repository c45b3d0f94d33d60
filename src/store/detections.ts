import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Occurrence } from './findings.ts';
import { insertOccurrences } from './findings.ts';
import type { Merged } from './ingest-rows.ts';
import { headsOf, mergedAmong } from './ingest-rows.ts';
import { listed } from './long-lists.ts';
import type { Connection, Transaction } from './open.ts';

export interface Sighting {
  readonly vulnerability: string;
  readonly occurrences: number;
}

interface SightedBy {
  readonly id: string;
  readonly startedAt: Date;
}

/** What the scope saw. */
export async function recordSightings(tx: Transaction, scopeId: string, scan: SightedBy, sightings: readonly Sighting[]): Promise<void> {
  await insertSightings(scopeId, scan, sightings).execute(tx);
}

/** An older scan never overwrites what a newer one said. */
function insertSightings(scopeId: string, scan: SightedBy, sightings: readonly Sighting[]) {
  return sql`
    insert into detections (vulnerability_id, scope_id, state, first_seen_at, last_seen_at, last_seen_scan_id, occurrences)
    select s.vulnerability, ${scopeId}::uuid, 'detected', ${scan.startedAt.toISOString()}::timestamptz,
      ${scan.startedAt.toISOString()}::timestamptz, ${scan.id}::uuid, s.occurrences
    from unnest(${listed(sightings.map((one) => one.vulnerability))}::bigint[], ${listed(sightings.map((one) => one.occurrences))}::integer[]) as s (vulnerability, occurrences)
    on conflict (vulnerability_id, scope_id) do update
    set last_seen_at = greatest(detections.last_seen_at, excluded.last_seen_at),
      first_seen_at = least(detections.first_seen_at, excluded.first_seen_at),
      state = case when detections.missed_at >= excluded.last_seen_at then detections.state else 'detected' end,
      missed_at = case when detections.missed_at >= excluded.last_seen_at then detections.missed_at end,
      missed_scan_id = case when detections.missed_at >= excluded.last_seen_at then detections.missed_scan_id end,
      last_seen_scan_id = case when excluded.last_seen_at >= detections.last_seen_at then excluded.last_seen_scan_id else detections.last_seen_scan_id end,
      occurrences = case when excluded.last_seen_at >= detections.last_seen_at then excluded.occurrences else detections.occurrences end
  `;
}

export interface SightingsTold {
  readonly scopeId: string;
  readonly scan: SightedBy;
  readonly sightings: readonly Sighting[];
  readonly occurrences: readonly Occurrence[];
  /** Of these it is asked which were merged into another. */
  readonly again: readonly string[];
}

export type Telling = RawBuilder<Merged>;

/**
 * What the scope saw, by which findings, and what of it was merged into another: one statement, made before its turn comes. Between two of
 * them the database would wait until the thread that matches looks up from it.
 */
export function telling({ scopeId, scan, sightings, occurrences, again }: SightingsTold): Telling {
  return sql`
    with seen as (${insertSightings(scopeId, scan, sightings)}), found as (${insertOccurrences(scan.id, scopeId, occurrences)})
    ${mergedAmong(again)}
  `;
}

/** Detected by the scope until now, and not seen since before the scan: how many there are, and how many the scope has in all. */
export async function missingOf(tx: Transaction, scopeId: string, startedAt: Date): Promise<{ open: number; missing: readonly string[] }> {
  const rows = await sql<{ open: number; missing: string[] | null }>`
    select count(*)::integer as open,
      array_agg(d.vulnerability_id::text order by d.vulnerability_id) filter (where d.last_seen_at < ${startedAt.toISOString()}::timestamptz) as missing
    from detections d
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
      and vulnerability_id = any (${[...ids]}::bigint[])
  `.execute(tx);
}

/**
 * Of these (of what was merged, of the ones they were merged into), those that every scope of the default branch which ever
 * detected them, or anything merged into them, has since not seen.
 */
export async function absentEverywhere(tx: Connection, ids: readonly string[]): Promise<readonly string[]> {
  const heads = await headsOf(tx, ids);
  // Id by id (lateral): asked of all at once, it would read whatever the scopes detect to the end.
  const rows = await sql<{ id: string }>`
    with head as materialized (select id from unnest(${[...heads]}::bigint[]) as h (id)),
    member as materialized (
      select id as head, id from head
      union all
      select h.id, m.id from head h cross join lateral (select id from vulnerabilities where merged_into = h.id offset 0) m
    )
    select m.head as id
    from member m
    cross join lateral (select scope_id, state from detections where vulnerability_id = m.id offset 0) d
    join scopes s on s.id = d.scope_id
    join assets a on a.id = s.asset_id and a.default_branch = s.branch
    group by m.head
    having bool_or(d.state = 'not_detected' and m.id = m.head) and not bool_or(d.state <> 'not_detected' and s.retired_at is null)
  `.execute(tx);
  return rows.rows.map((row) => row.id);
}
