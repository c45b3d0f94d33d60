import { sql } from 'kysely';
import type { Complaint, Format } from '../contracts/format.ts';
import { firstOfScope } from '../core/lifecycle/closure.ts';
import { ReportError, readLimits } from '../contracts/format.ts';
import { noteSeen } from '../store/findings.ts';
import { ensureScope } from '../store/ingest-rows.ts';
import type { Connection, Store, Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import { readReport } from '../store/report-chunks.ts';
import type { ScanRow, ScanSummary } from '../store/scans.ts';
import { finishScan, noteProgress } from '../store/scans.ts';
import { decideAbsence } from './decide-absence.ts';
import type { ReadScan, ScopeRun } from './read-scan.ts';
import { readScan } from './read-scan.ts';
import { recordScope } from './record-scope.ts';
import { SeenIds } from './seen-ids.ts';
import { StagedFindings } from './staged-findings.ts';
import { upgradeFeatures } from './upgrade-features.ts';

/** So much of a report is held while it is read again and again: what it is, what stands around its findings, the findings. */
const keptBytesMax = 1024 * 1024;

export interface ProcessOptions {
  readonly store: Store;
  readonly formats: readonly Format[];
  readonly digestKey: Uint8Array;
  /** As many findings are matched at once; default: what memory allows. */
  readonly findingsAtOnce?: number;
}

export type Processed =
  | { readonly kind: 'recorded'; readonly summary: ScanSummary }
  | { readonly kind: 'broken'; readonly message: string; readonly where: string | null };

/** One scan from its stored report to its outcome. A report that cannot be read fails its scan and changes nothing else. */
export async function processScan(options: ProcessOptions, scan: ScanRow): Promise<Processed> {
  const { store } = options;
  const staged = new StagedFindings(store, { id: scan.id, assetId: scan.asset_id, branch: scan.branch, reportBytes: Number(scan.report_bytes ?? 0) }, options.digestKey);
  await staged.begin();
  try {
    const read = await readScan({
      open: reportOf(store, scan),
      formats: options.formats,
      format: scan.format,
      tool: scan.tool,
      category: scan.category === '' ? null : scan.category,
      limits: readLimits,
      digestKey: options.digestKey,
      staged,
      onFindings: (count) => void noteProgress(store.db, scan.id, count).catch(() => {}),
    });
    return { kind: 'recorded', summary: await inTransaction(store, (tx) => record(tx, { scan, read, staged, beside: store.db, findingsAtOnce: options.findingsAtOnce })) };
  } catch (error) {
    await staged.drop().catch(() => {});
    if (!(error instanceof ReportError)) {
      throw error;
    }
    const { message, where, hint } = error;
    await finishScan(store.db, scan.id, { status: 'failed', summary: null, error: { message, where, hint } });
    return { kind: 'broken', message, where };
  }
}

/** The report's bytes, as often as they are wanted. A short one is asked for once. */
function reportOf(store: Store, { id, report_bytes: length }: ScanRow): () => AsyncIterable<Uint8Array> {
  const bytes = Number(length ?? 0);
  if (bytes > keptBytesMax) {
    return () => readReport(store, id, bytes);
  }
  let kept: Promise<readonly Uint8Array[]> | null = null;
  return async function* () {
    yield* await (kept ??= allOf(readReport(store, id, bytes)));
  };
}

async function allOf(chunks: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) {
    all.push(chunk);
  }
  return all;
}

interface Recording {
  readonly scan: ScanRow;
  readonly read: ReadScan;
  readonly staged: StagedFindings;
  readonly beside: Connection;
  readonly findingsAtOnce?: number | undefined;
  /** Nothing of it stays. */
  readonly isRehearsal?: boolean;
}

/** All of a report in one transaction: as seen from outside, all or nothing. */
export async function record(tx: Transaction, { scan, read, staged, beside, findingsAtOnce, isRehearsal = false }: Recording): Promise<ScanSummary> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${scan.asset_id}, 1))`.execute(tx);
  // Nobody deletes the scan, or its asset, while its rows are written.
  await sql`select id from scans where id = ${scan.id}::uuid for update`.execute(tx);
  const startedAt = startOf(scan, read);
  const branches = await sql<{ default_branch: string }>`
    select default_branch from assets where id = ${scan.asset_id}::uuid
  `.execute(tx);
  const defaultBranch = branches.rows[0]?.default_branch === scan.branch;
  const mayBeBeside = (await upgradeFeatures(tx, scan.asset_id)) === 0;
  const totals = { findings: 0, created: 0, matched: 0, reappeared: 0, fixed: 0, held: 0, unchanged: 0 };
  const words: Complaint[] = [];
  const heads = new Set<string>();
  const seen = new SeenIds();
  for (const run of read.runs) {
    const counts = await recordRun(tx, { scan, run, staged, beside, mayBeBeside, seen, findingsAtOnce, isRehearsal, startedAt, defaultBranch });
    totals.findings += run.index.length;
    for (const name of ['created', 'matched', 'reappeared', 'fixed', 'held', 'unchanged'] as const) {
      totals[name] += counts[name];
    }
    counts.heads.forEach((id) => heads.add(id));
    words.push(...wordsOn(run, { ...counts, defaultBranch }));
  }
  if (defaultBranch) {
    await noteSeen(tx, { startedAt, seen, heads: [...heads] });
  }
  const summary = { ...totals, complaints: [...read.complaints, ...words] };
  await sql`
    update scans set format = ${read.format}, started_at = ${startedAt.toISOString()}::timestamptz,
      tool = coalesce(tool, ${read.runs[0]?.tool ?? null}),
      category = case when category = '' then ${read.runs[0]?.category ?? ''} else category end
    where id = ${scan.id}::uuid
  `.execute(tx);
  await finishScan(tx, scan.id, { status: totals.held > 0 ? 'held' : 'completed', summary, error: null });
  return summary;
}

/** Why a run closed nothing, where somebody may have thought that it would. */
function wordsOn(run: ScopeRun, { because, defaultBranch }: { readonly because: string | null; readonly defaultBranch: boolean }): readonly Complaint[] {
  if (run.outcome === 'failed') {
    return [{ message: `${run.tool}: ${run.because ?? 'the scan failed'} Nothing was closed.` }];
  }
  const isPlain = because === null || !defaultBranch || (because === firstOfScope && run.index.length > 0);
  return isPlain ? [] : [{ message: `${run.tool}: ${because}` }];
}

/** What the uploader says, else what the report says (never later than its arrival), else its arrival. */
function startOf(scan: ScanRow, read: ReadScan): Date {
  const said = scan.started_at_given || read.startedAt === null ? Number.NaN : Date.parse(read.startedAt);
  return Number.isNaN(said) || said > scan.received_at.getTime() ? scan.started_at : new Date(said);
}

interface RunWish {
  readonly scan: ScanRow;
  readonly run: ScopeRun;
  readonly staged: StagedFindings;
  readonly beside: Connection;
  readonly mayBeBeside: boolean;
  readonly seen: SeenIds;
  readonly findingsAtOnce: number | undefined;
  readonly isRehearsal: boolean;
  readonly startedAt: Date;
  readonly defaultBranch: boolean;
}

async function recordRun(tx: Transaction, { scan, run, staged, beside, mayBeBeside, seen, findingsAtOnce, isRehearsal, startedAt, defaultBranch }: RunWish) {
  const place = { assetId: scan.asset_id, tool: run.tool, branch: scan.branch, category: run.category };
  const scope = await ensureScope(tx, place);
  const late = scope.last_complete_at !== null && scope.last_complete_at >= startedAt;
  const coverage = run.partial ? 'partial' : scan.coverage;
  const complete = run.outcome === 'succeeded' && coverage === 'complete';
  const common = { scanId: scan.id, assetId: scan.asset_id, scopeId: scope.id, lastScanAt: scope.last_scan_at, tool: run.tool, category: run.category, startedAt, defaultBranch, late, isRehearsal };
  const counts = await recordScope(tx, { ...common, staged, beside, mayBeBeside, seen, index: run.index, manifests: run.manifests, whole: complete }, findingsAtOnce);
  const findings = run.index.length;
  const decided = await decideAbsence(tx, { ...common, outcome: run.outcome, coverage, findings, scope });
  await sql`
    insert into scan_scopes (scan_id, scope_id, outcome, complete, findings)
    values (${scan.id}::uuid, ${scope.id}::uuid, ${run.outcome}, ${complete}, ${findings})
  `.execute(tx);
  await sql`
    update scopes
    set last_scan_at = greatest(last_scan_at, ${startedAt.toISOString()}::timestamptz),
      last_complete_scan_id = case when ${complete && !late} then ${scan.id}::uuid else last_complete_scan_id end,
      last_findings = case when ${complete && !late && decided.held === 0} then ${findings} else last_findings end,
      last_complete_at = case when ${complete && !late} then ${startedAt.toISOString()}::timestamptz else last_complete_at end
    where id = ${scope.id}::uuid
  `.execute(tx);
  return { ...counts, ...decided };
}
