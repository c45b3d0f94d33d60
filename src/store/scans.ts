import { sql } from 'kysely';
import type { Connection } from './open.ts';

export interface ScanRow {
  readonly id: string;
  readonly asset_id: string;
  readonly kind: 'report' | 'retest' | 'entry' | 'assessment';
  readonly status: 'planned' | 'running' | 'queued' | 'processing' | 'completed' | 'held' | 'failed';
  readonly trigger: 'ci' | 'scheduled' | 'manual';
  readonly coverage: 'complete' | 'partial';
  readonly format: string | null;
  readonly tool: string | null;
  readonly branch: string;
  readonly category: string;
  readonly commit: string | null;
  readonly author: string | null;
  readonly evidence: string | null;
  readonly started_at: Date;
  readonly started_at_given: boolean;
  readonly received_at: Date;
  readonly finished_at: Date | null;
  readonly report_bytes: string | null;
  readonly progress: { readonly findings: number };
  readonly summary: ScanSummary | null;
  readonly error: { readonly message: string; readonly where: string | null; readonly hint: string | null } | null;
}

export interface ScanSummary {
  readonly findings: number;
  readonly created: number;
  readonly matched: number;
  readonly reappeared: number;
  readonly fixed: number;
  readonly held: number;
  readonly unchanged: number;
  readonly complaints: readonly { readonly message: string; readonly where?: string }[];
}

export async function findScan(db: Connection, id: string): Promise<ScanRow | null> {
  const rows = await sql<ScanRow>`select * from scans where id::text = ${id}`.execute(db);
  return rows.rows[0] ?? null;
}

/** The waiting scan of an asset that started first; what a killed worker left half done is taken up again. */
export async function nextScan(db: Connection, assetId: string): Promise<ScanRow | null> {
  const rows = await sql<ScanRow>`
    update scans set status = 'processing'
    where id = (
      select id from scans
      where asset_id = ${assetId}::uuid and status in ('queued', 'processing') and kind = 'report' and report_complete
      order by started_at, received_at limit 1
    )
    returning *
  `.execute(db);
  return rows.rows[0] ?? null;
}

export async function noteProgress(db: Connection, scanId: string, findings: number): Promise<void> {
  await sql`update scans set progress = ${JSON.stringify({ findings })}::jsonb where id = ${scanId}::uuid`.execute(db);
}

export async function finishScan(
  db: Connection,
  scanId: string,
  done: { readonly status: 'completed' | 'held' | 'failed'; readonly summary: ScanSummary | null; readonly error: ScanRow['error'] },
): Promise<void> {
  await sql`
    update scans
    set status = ${done.status}, summary = ${done.summary === null ? null : JSON.stringify(done.summary)}::jsonb,
      error = ${done.error === null ? null : JSON.stringify(done.error)}::jsonb, finished_at = clock_timestamp(),
      progress = jsonb_build_object('findings', ${done.summary?.findings ?? 0}::integer)
    where id = ${scanId}::uuid
  `.execute(db);
  await sql`delete from report_chunks where scan_id = ${scanId}::uuid`.execute(db);
}
