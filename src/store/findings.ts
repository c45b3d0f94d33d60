import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import { copyRows, copyText } from './copy-rows.ts';
import { listed } from './long-lists.ts';
import type { Connection, Store, Transaction } from './open.ts';

/** A finding as it is kept: JSON text, and its number in the report. */
export interface StagedFinding {
  readonly ordinal: number;
  readonly raw: string;
}

/** Where a finding is kept. */
export interface Evidence {
  readonly scanId: string;
  readonly ordinal: number;
}

/** Immutable evidence. Nobody sees it before its scan says whose it is. Throws where the scan was deleted meanwhile. */
export async function stageFindings(store: Pick<Store, 'pool'>, scanId: string, findings: readonly StagedFinding[]): Promise<void> {
  const lines = findings.map(({ ordinal, raw }) => `${scanId}\t${ordinal}\t${copyText(raw)}\n`).join('');
  await copyRows(store.pool, 'findings (scan_id, ordinal, raw)', lines, { hold: 'select id from scans where id = $1::uuid for key share', id: scanId });
}

/** What a failed or killed reading left. */
export async function dropFindings(db: Connection, scanId: string): Promise<void> {
  await sql`delete from findings where scan_id = ${scanId}::uuid`.execute(db);
}

/** Some findings of a scan, in the order of their numbers. */
export async function loadFindings(db: Connection, scanId: string, ordinals: readonly number[]): Promise<readonly StagedFinding[]> {
  const rows = await sql<StagedFinding>`
    select ordinal, raw::text as raw from findings
    where scan_id = ${scanId}::uuid and ordinal = any (${listed(ordinals)}::integer[]) order by ordinal
  `.execute(db);
  return rows.rows;
}

export interface Occurrence {
  readonly ordinal: number;
  readonly vulnerability: string;
  readonly stage: string | null;
  readonly evidence: Evidence;
}

/**
 * Which occurrences (`o`) a scan has of a vulnerability. Said so that only the index of the vulnerability can answer (no index serves `is not
 * distinct from`): of a scan that was never counted the planner takes its own index for as good, and reads all of the scan each time.
 */
export function ofScan(vulnerabilityId: RawBuilder<unknown>, scanId: RawBuilder<unknown>) {
  return sql`o.vulnerability_id = ${vulnerabilityId} and o.scan_id is not distinct from ${scanId}`;
}

/** With an occurrence (`o`) the finding (`f`) that it is known by: its own, or an earlier one that says the same to the letter. */
export const withEvidence = sql`join findings f on f.scan_id = coalesce(o.evidence_scan_id, o.scan_id) and f.ordinal = coalesce(o.evidence_ordinal, o.ordinal)`;

/** Whose each finding of a scope is. */
export function insertOccurrences(scanId: string, scopeId: string, found: readonly Occurrence[]) {
  // Few scans keep what all of them show, and few words say how it was known: they are sent once. (Nothing stands at 0.)
  const scans = [...new Set(found.map((one) => one.evidence.scanId))];
  const stages = [...new Set(found.flatMap((one) => one.stage ?? []))];
  return sql`
    insert into occurrences (scan_id, ordinal, vulnerability_id, scope_id, stage, evidence_scan_id, evidence_ordinal)
    select ${scanId}::uuid, o.ordinal, o.vulnerability, ${scopeId}::uuid, (${stages}::text[])[o.stage], k.id, case when k.id is not null then o.kept end
    from unnest(
      ${listed(found.map((one) => one.ordinal))}::integer[], ${listed(found.map((one) => one.vulnerability))}::bigint[],
      ${listed(found.map((one) => (one.stage === null ? 0 : stages.indexOf(one.stage) + 1)))}::integer[], ${listed(found.map((one) => scans.indexOf(one.evidence.scanId) + 1))}::integer[],
      ${listed(found.map((one) => one.evidence.ordinal))}::integer[]
    ) as o (ordinal, vulnerability, stage, scan, kept)
    cross join lateral (select nullif((${scans}::uuid[])[o.scan], ${scanId}::uuid)) as k (id)
  `;
}

export interface Refreshed {
  readonly vulnerability: string;
  readonly title: string;
  readonly description: string;
  readonly severity: string;
  readonly location: object;
  readonly snippet: string | null;
}

/** So many at once, so that no statement grows with the report. */
const seenAtOnce = 50_000;

/**
 * All of these were seen then, and `heads`, which some of them was merged into. Said last in the transaction: a person's decision on any
 * of it need not wait for the scan.
 */
export async function noteSeen(
  tx: Transaction,
  scan: { readonly startedAt: Date; readonly seen: { parts(most: number): Iterable<readonly number[]> }; readonly heads: readonly string[] },
): Promise<void> {
  const at = scan.startedAt.toISOString();
  for (const ids of [...scan.seen.parts(seenAtOnce), scan.heads]) {
    await sql`
      update last_seen l set at = ${at}::timestamptz
      from unnest(${listed(ids)}::bigint[]) as o (id)
      where l.vulnerability_id = o.id and l.at < ${at}::timestamptz
    `.execute(tx);
  }
}

/** What a list is searched for stands in the row itself, and in an index. */
const inOnePlace = sql.join(
  ['path', 'url', 'package', 'host'].map((part) => sql`r.location ->> ${sql.lit(part)} is not distinct from v.location ->> ${sql.lit(part)}`),
  sql` and `,
);

/**
 * What the newest sighting says of known vulnerabilities, as parts of a statement. A changed line is taken over silently; the ids
 * answered are those whose card has to change too: title or severity, unless a person rated it.
 */
export function refreshing(startedAt: Date, rows: readonly Refreshed[]) {
  return {
    parts: sql`
      given as (
        select r.*, v.title as old_title, v.severity as old_severity,
          case when v.severity_set_by is null then r.severity else v.severity end as new_severity,
          r.title = v.title and r.description = v.description and (r.severity = v.severity or v.severity_set_by is not null)
            and (r.snippet is null) = (v.snippet is null) and ${inOnePlace} as only_moved
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (
          vulnerability bigint, title text, description text, severity text, location jsonb, snippet text
        )
        join vulnerabilities v on v.id = r.vulnerability
        join last_seen l on l.vulnerability_id = v.id
        where l.at <= ${startedAt.toISOString()}::timestamptz
      ),
      updated as (
        update vulnerabilities v
        set title = g.title, description = g.description, severity = g.new_severity, location = g.location, snippet = g.snippet,
          version = v.version + case when g.title <> g.old_title or g.new_severity <> g.old_severity then 1 else 0 end
        from given g where v.id = g.vulnerability and not g.only_moved
      ),
      moved as (
        insert into moved_places as p (vulnerability_id, location, snippet)
        select vulnerability, location, snippet from given where only_moved
        on conflict (vulnerability_id) do update set location = excluded.location, snippet = excluded.snippet
        where (p.location, p.snippet) is distinct from (excluded.location, excluded.snippet)
      ),
      overtaken as (
        delete from moved_places where vulnerability_id = any (array(select vulnerability from given where not only_moved))
      ),
      told as (
        insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, cause_kind, cause, note)
        select gen_random_uuid(), g.vulnerability, clock_timestamp(), 'severity', 'scan', 'Scan', 'scan',
          jsonb_build_object('kind', 'scan', 'from', g.old_severity, 'to', g.new_severity),
          'The severity is ' || g.new_severity || ' now; it was ' || g.old_severity || '.'
        from given g where g.new_severity <> g.old_severity
      )
    `,
    answer: sql<{ id: string }>`select vulnerability::text as id from given g where g.title <> g.old_title or g.new_severity <> g.old_severity`,
  };
}
