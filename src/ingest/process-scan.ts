import { sql } from 'kysely';
import type { Format } from '../contracts/format.ts';
import { ReportError, readLimits } from '../contracts/format.ts';
import type { ScanRow, ScanSummary } from '../store/scans.ts';
import { finishScan, nextScan, noteProgress, readReport } from '../store/scans.ts';
import type { Store, Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import type { Visited, WorkKind } from '../store/work-loop.ts';
import { decideAbsence } from './decide-absence.ts';
import type { ReadScan, ScopeRun } from './read-scan.ts';
import { readScan } from './read-scan.ts';
import { recordScope } from './record-scope.ts';
import { ensureScope } from '../store/ingest-rows.ts';

export interface IngestOptions {
  readonly store: Store;
  readonly formats: readonly Format[];
  readonly digestKey: Uint8Array;
  readonly log: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}

const scanLeaseMs = 120_000;

/** Uploads of one asset one at a time, the one that started first before the others. */
export function ingestWork(options: IngestOptions): Readonly<Record<string, WorkKind>> {
  return { scan: { leaseMs: scanLeaseMs, handle: (claim) => processNext(options, claim.key) } };
}

async function processNext(options: IngestOptions, assetId: string): Promise<Visited> {
  const { store, log } = options;
  const scan = await nextScan(store.db, assetId);
  if (scan === null) {
    return { nextAt: null, because: 'No scan waits.' };
  }
  try {
    const read = await readScan({
      open: () => readReport(store.db, scan.id),
      formats: options.formats,
      format: scan.format,
      tool: scan.tool,
      category: scan.category === '' ? null : scan.category,
      limits: readLimits,
      digestKey: options.digestKey,
      onFindings: (count) => void noteProgress(store.db, scan.id, count).catch(() => {}),
    });
    const summary = await inTransaction(store, (tx) => record(tx, scan, read));
    log('scan processed', { scan: scan.id, ...summary, complaints: summary.complaints.length });
  } catch (error) {
    if (!(error instanceof ReportError)) {
      throw error;
    }
    const { message, where, hint } = error;
    await finishScan(store.db, scan.id, { status: 'failed', summary: null, error: { message, where, hint } });
    log('scan failed', { scan: scan.id, message, where });
  }
  // Another of the asset may wait.
  return { nextAt: new Date(), because: 'Looking for the asset’s next scan.' };
}

/** All of a report in one transaction: as seen from outside, all or nothing. */
async function record(tx: Transaction, scan: ScanRow, read: ReadScan): Promise<ScanSummary> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${scan.asset_id}, 1))`.execute(tx);
  const startedAt = startOf(scan, read);
  const branches = await sql<{ default_branch: string }>`
    select default_branch from assets where id = ${scan.asset_id}::uuid
  `.execute(tx);
  const defaultBranch = branches.rows[0]?.default_branch === scan.branch;
  const totals = { findings: 0, created: 0, matched: 0, reappeared: 0, fixed: 0, held: 0, unchanged: 0 };
  for (const run of read.runs) {
    const counts = await recordRun(tx, { scan, run, startedAt, defaultBranch, firstOrdinal: totals.findings });
    totals.findings += run.findings.length;
    for (const name of ['created', 'matched', 'reappeared', 'fixed', 'held', 'unchanged'] as const) {
      totals[name] += counts[name];
    }
  }
  const failed = read.runs.filter((run) => run.outcome === 'failed').map((run) => ({ message: `${run.tool}: ${run.because ?? 'the scan failed'} Nothing was closed.` }));
  const summary = { ...totals, complaints: [...read.complaints, ...failed] };
  await sql`
    update scans set format = ${read.format}, started_at = ${startedAt.toISOString()}::timestamptz,
      tool = coalesce(tool, ${read.runs[0]?.tool ?? null}),
      category = case when category = '' then ${read.runs[0]?.category ?? ''} else category end
    where id = ${scan.id}::uuid
  `.execute(tx);
  await finishScan(tx, scan.id, { status: totals.held > 0 ? 'held' : 'completed', summary, error: null });
  return summary;
}

/** What the uploader says, else what the report says (never later than its arrival), else its arrival. */
function startOf(scan: ScanRow, read: ReadScan): Date {
  const said = scan.started_at_given || read.startedAt === null ? Number.NaN : Date.parse(read.startedAt);
  return Number.isNaN(said) || said > scan.received_at.getTime() ? scan.started_at : new Date(said);
}

interface RunWish {
  readonly scan: ScanRow;
  readonly run: ScopeRun;
  readonly startedAt: Date;
  readonly defaultBranch: boolean;
  readonly firstOrdinal: number;
}

async function recordRun(tx: Transaction, wish: RunWish) {
  const { scan, run, startedAt, defaultBranch } = wish;
  const place = { assetId: scan.asset_id, tool: run.tool, branch: scan.branch, category: run.category };
  const scope = await ensureScope(tx, place);
  const late = scope.last_complete_at !== null && scope.last_complete_at >= startedAt;
  const common = { scanId: scan.id, assetId: scan.asset_id, scopeId: scope.id, tool: run.tool, category: run.category, startedAt, defaultBranch, late };
  const counts = await recordScope(tx, { ...common, findings: run.findings, firstOrdinal: wish.firstOrdinal });
  const coverage = run.partial ? 'partial' : scan.coverage;
  const decided = await decideAbsence(tx, { ...common, outcome: run.outcome, coverage, findings: run.findings.length, seen: counts.seen, scope });
  const complete = run.outcome === 'succeeded' && coverage === 'complete';
  await sql`
    insert into scan_scopes (scan_id, scope_id, outcome, complete, findings)
    values (${scan.id}::uuid, ${scope.id}::uuid, ${run.outcome}, ${complete}, ${run.findings.length})
  `.execute(tx);
  await sql`
    update scopes
    set last_scan_at = greatest(last_scan_at, ${startedAt.toISOString()}::timestamptz),
      last_complete_scan_id = case when ${complete && !late} then ${scan.id}::uuid else last_complete_scan_id end,
      last_findings = case when ${complete && !late && decided.held === 0} then ${run.findings.length} else last_findings end,
      last_complete_at = case when ${complete && !late} then ${startedAt.toISOString()}::timestamptz else last_complete_at end
    where id = ${scope.id}::uuid
  `.execute(tx);
  return { ...counts, ...decided };
}
