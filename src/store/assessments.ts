import { sql } from 'kysely';
import type { Connection, Transaction } from './open.ts';
import { cursorOf, pageOf } from './paging.ts';
import type { ScanSummary } from './scans.ts';

export interface AssessmentRow {
  readonly id: string;
  readonly asset_id: string;
  readonly title: string;
  readonly evidence: string | null;
  readonly author: string | null;
  readonly status: 'planned' | 'running' | 'completed';
  readonly planned_for: Date | null;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly summary: ScanSummary | null;
  readonly vulnerabilities: number;
}

const columns = sql`
  s.id, s.asset_id, s.title, s.evidence, s.author, s.status, s.planned_for, s.started_at, s.finished_at, s.summary,
  (select count(*)::integer from assessment_vulnerabilities v where v.scan_id = s.id) as vulnerabilities
`;

export interface NewAssessment {
  readonly id: string;
  readonly assetId: string;
  readonly title: string;
  readonly evidence: string | null;
  readonly author: string;
  readonly plannedFor: Date | null;
  readonly by: string;
}

export async function insertAssessment(db: Connection, made: NewAssessment): Promise<void> {
  const at = (made.plannedFor ?? new Date()).toISOString();
  await sql`
    insert into scans (id, asset_id, kind, status, trigger, coverage, tool, branch, title, evidence, author, uploaded_by, planned_for, started_at)
    select ${made.id}::uuid, a.id, 'assessment', 'planned', 'manual', 'partial', 'manual', a.default_branch, ${made.title}, ${made.evidence},
      ${made.author}, ${made.by}, ${made.plannedFor?.toISOString() ?? null}::timestamptz, ${at}::timestamptz
    from assets a where a.id = ${made.assetId}::uuid
  `.execute(db);
}

export async function findAssessment(db: Connection, id: string, options: { readonly lock?: boolean } = {}): Promise<AssessmentRow | null> {
  const rows = await sql<AssessmentRow>`
    select ${columns} from scans s where s.id::text = ${id} and s.kind = 'assessment' ${options.lock === true ? sql`for update` : sql``}
  `.execute(db);
  return rows.rows[0] ?? null;
}

/** The latest first. */
export async function listAssessments(
  db: Connection,
  wish: { readonly assetId: string; readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ readonly items: readonly AssessmentRow[]; readonly nextCursor: string | null }> {
  const after = cursorOf(wish.cursor, 2);
  const rows = await sql<AssessmentRow & { place: string }>`
    select ${columns}, s.started_at::text as place from scans s
    where s.asset_id = ${wish.assetId}::uuid and s.kind = 'assessment'
      and ${after === null ? sql`true` : sql`(s.started_at, s.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`}
    order by s.started_at desc, s.id desc limit ${wish.limit + 1}
  `.execute(db);
  return pageOf(rows.rows, wish.limit, (row) => [row.place, row.id]);
}

/** Why nothing may be added to it; null: something may. */
export function whyClosed(assessment: AssessmentRow | null, assetId: string): string | null {
  if (assessment === null || assessment.asset_id !== assetId) {
    return 'The asset has no such assessment.';
  }
  return assessment.status === 'running' ? null : `The assessment is ${assessment.status}: only a running one takes findings.`;
}

export async function noteStarted(tx: Transaction, id: string, at: Date): Promise<void> {
  await sql`update scans set status = 'running', started_at = ${at.toISOString()}::timestamptz, started_at_given = true where id = ${id}::uuid`.execute(tx);
}

export async function writeEvidence(tx: Transaction, id: string, evidence: string): Promise<void> {
  await sql`update scans set evidence = ${evidence} where id = ${id}::uuid`.execute(tx);
}

/** They are part of the assessment from now on. */
export async function addToAssessment(tx: Transaction, id: string, vulnerabilityIds: readonly string[]): Promise<void> {
  await sql`
    insert into assessment_vulnerabilities (scan_id, vulnerability_id) select ${id}::uuid, unnest(${[...vulnerabilityIds]}::bigint[]) on conflict do nothing
  `.execute(tx);
}

/** Reports uploaded to it that are not recorded yet. */
export async function reportsWaiting(tx: Transaction, id: string): Promise<number> {
  const rows = await sql<{ count: number }>`
    select count(*)::integer as count from scans where assessment_id = ${id}::uuid and status in ('queued', 'processing') and report_complete
  `.execute(tx);
  return rows.rows[0]?.count ?? 0;
}

/** What the reports uploaded to it saw is part of it as well. */
export async function addReported(tx: Transaction, id: string): Promise<void> {
  await sql`
    insert into assessment_vulnerabilities (scan_id, vulnerability_id)
    select distinct ${id}::uuid, coalesce(v.merged_into, v.id)
    from scans s join occurrences o on o.scan_id = s.id join vulnerabilities v on v.id = o.vulnerability_id
    where s.assessment_id = ${id}::uuid
    on conflict do nothing
  `.execute(tx);
}

export async function partsOf(tx: Transaction, id: string): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>`
    select distinct coalesce(v.merged_into, v.id) as id from assessment_vulnerabilities a join vulnerabilities v on v.id = a.vulnerability_id
    where a.scan_id = ${id}::uuid
  `.execute(tx);
  return rows.rows.map((row) => row.id);
}
