import { sql } from 'kysely';
import { ofScan, withEvidence } from '../findings.ts';
import type { Connection } from '../open.ts';
import type { Count } from '../vulnerability-counts.ts';
import { keptCounts } from '../vulnerability-counts.ts';
import type { Filter } from './filter.ts';
import { onlyByAsset, where } from './filter.ts';

/** How many there are under the other filters: by status, and by severity of the open ones. */
export async function countsOf(db: Connection, { status: _status, severity, ...filter }: Filter) {
  const rows = onlyByAsset(filter) ? await keptCounts(db, filter.assetId) : await counted(db, filter);
  const byStatus: Record<string, number> = {};
  const bySeverity: Record<string, number> = {};
  for (const row of rows) {
    if (severity === undefined || severity.length === 0 || severity.some((one) => one === row.severity)) {
      byStatus[row.status] = (byStatus[row.status] ?? 0) + row.n;
    }
    if (row.status === 'identified' || row.status === 'in_progress' || row.status === 'awaiting_validation') {
      bySeverity[row.severity] = (bySeverity[row.severity] ?? 0) + row.n;
    }
  }
  return { byStatus, bySeverity };
}

/** One pass over all that match. */
async function counted(db: Connection, filter: Filter): Promise<readonly Count[]> {
  const rows = await sql<Count>`
    select v.status, v.severity, count(*)::integer as n from vulnerabilities v where ${where(filter)} group by v.status, v.severity
  `.execute(db);
  return rows.rows;
}

/** How many match. */
export async function countVulnerabilities(db: Connection, filter: Filter): Promise<number> {
  const { status = [], severity = [], ...rest } = filter;
  if (onlyByAsset(rest)) {
    const counts = await keptCounts(db, rest.assetId);
    const fits = (count: Count) => (status.length === 0 || status.includes(count.status)) && (severity.length === 0 || severity.includes(count.severity));
    return counts.filter(fits).reduce((sum, { n }) => sum + n, 0);
  }
  const rows = await sql<{ count: number }>`select count(*)::integer as count from vulnerabilities v where ${where(filter)}`.execute(db);
  return rows.rows[0]?.count ?? 0;
}

export const matchingMax = 10_000;

/** The ids of everything that matches, most severe first, up to a bound. */
export async function matchingIds(db: Connection, filter: Filter): Promise<{ readonly ids: string[]; readonly more: boolean }> {
  const rows = await sql<{ id: string }>`
    select v.id from vulnerabilities v where ${where(filter)} order by v.severity_rank, v.id limit ${matchingMax + 1}
  `.execute(db);
  return { ids: rows.rows.slice(0, matchingMax).map((row) => row.id), more: rows.rows.length > matchingMax };
}

export interface OccurrenceRow {
  readonly scan_id: string;
  readonly tool: string | null;
  readonly branch: string;
  readonly seen_at: Date;
  readonly location: Record<string, unknown>;
  readonly snippet: string | null;
}

const occurrencesMax = 50;

/** Where the latest scan of each scope saw it. */
export async function occurrencesOf(db: Connection, id: string): Promise<readonly OccurrenceRow[]> {
  const rows = await sql<OccurrenceRow>`
    select o.scan_id, s.tool, s.branch, s.started_at as seen_at, f.raw -> 'location' as location, f.raw ->> 'snippet' as snippet
    from detections d
    join occurrences o on ${ofScan(sql`d.vulnerability_id`, sql`d.last_seen_scan_id`)} and o.scope_id = d.scope_id
    ${withEvidence}
    join scans s on s.id = o.scan_id
    where d.vulnerability_id in (select m.id from vulnerabilities m where m.id = ${id}::bigint or m.merged_into = ${id}::bigint) and f.raw -> 'location' is not null
    order by s.started_at desc, o.ordinal limit ${occurrencesMax}
  `.execute(db);
  return rows.rows;
}
