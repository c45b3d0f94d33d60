import type { ScheduleCredentials } from '../../contracts/schedule.ts';
import { scheduleCredentials } from '../../contracts/schedule.ts';
import { nextTime } from '../../lib/cron.ts';
import type { SealKey } from '../../lib/seal.ts';
import { unseal } from '../../lib/seal.ts';
import type { Store } from '../../store/open.ts';
import { inTransaction } from '../../store/open.ts';
import type { RunCause, RunOutcome, ScheduleVisit } from '../../store/schedules.ts';
import { beginRun, loadScheduleVisit, recordRun } from '../../store/schedules.ts';
import type { Visited, WorkKind } from '../../store/work-loop.ts';
import { makeHttpClient } from '../../trackers/kit/http.ts';
import { storeReport } from '../store-report.ts';
import { allowedCommands, runCommand } from './command.ts';
import { originOf, trigger } from './triggers.ts';

export interface ScheduleOptions {
  readonly store: Store;
  readonly sealKey: SealKey;
  readonly allowedNetworks: readonly string[];
  readonly publicUrl: string;
  /** The operator's file of commands; null: none may run. */
  readonly commandsFile: string | null;
  /** What commands may see of, as far as the file names it. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly log: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}

const leaseMs = 60_000;
/** A start that is later than this is not caught up on: the next one comes anyway. */
const missedAfterMs = 30 * 60_000;
/** Several cards that are moved together are one reason to scan. */
const gatherMs = 5 * 60_000;
const triesAfterMs = [60_000, 5 * 60_000, 15 * 60_000];

export function scheduleWork(options: ScheduleOptions): Readonly<Record<string, WorkKind>> {
  return { schedule: { leaseMs, handle: (claim, signal) => visit(options, claim.key, signal) } };
}

/** One schedule: what is due starts, what broke off is told, and the next time is set. */
async function visit(options: ScheduleOptions, id: string, signal: AbortSignal): Promise<Visited> {
  const { store } = options;
  const seen = await loadScheduleVisit(store.db, id);
  if (seen === null) {
    return { nextAt: null };
  }
  const runId = await runToStart(store, seen);
  if (runId !== null) {
    const outcome = await start(options, seen, runId, signal);
    await recordRun(store.db, runId, outcome);
    options.log('scheduled scan', { schedule: id, run: runId, state: outcome.state, message: outcome.message ?? null });
  }
  return { nextAt: nextVisit(await loadScheduleVisit(store.db, id)) };
}

/** The run to start now, its row committed before anything is asked of anybody; null: none is due. */
async function runToStart(store: Store, seen: ScheduleVisit): Promise<string | null> {
  const open = seen.open_run;
  if (open?.state === 'starting') {
    // Whoever was starting it is gone, and nobody knows how far they came.
    const message = 'Patchboard was stopped while it started this run. It may have been started all the same.';
    await recordRun(store.db, open.id, { state: 'failed', message });
    return null;
  }
  if (open !== null) {
    return open.next_try_at !== null && new Date(open.next_try_at) <= seen.now ? open.id : null;
  }
  const cause = causeOf(seen);
  if (cause === null) {
    return null;
  }
  const missed = cause.because === 'schedule' && seen.now.getTime() - cause.dueAt.getTime() > missedAfterMs;
  const message = missed ? 'Patchboard was not running at that time. The next start comes as planned.' : null;
  const nextAt = seen.cron === null ? null : nextTime(seen.cron, seen.time_zone, seen.now);
  const begun = await inTransaction(store, (tx) => beginRun(tx, { scheduleId: seen.id, ...cause, missed: message, nextAt }));
  return missed ? null : begun;
}

function causeOf(seen: ScheduleVisit): { readonly because: RunCause; readonly dueAt: Date } | null {
  if (seen.asked_at !== null) {
    return { because: 'person', dueAt: seen.asked_at };
  }
  if (!seen.enabled) {
    return null;
  }
  if (seen.next_at !== null && seen.next_at <= seen.now) {
    return { because: 'schedule', dueAt: seen.next_at };
  }
  const awaited = awaitedAt(seen);
  return awaited !== null && awaited <= seen.now ? { because: 'awaiting_validation', dueAt: awaited } : null;
}

function awaitedAt(seen: ScheduleVisit): Date | null {
  return seen.awaited_since === null ? null : new Date(seen.awaited_since.getTime() + gatherMs);
}

function nextVisit(seen: ScheduleVisit | null): Date | null {
  if (seen === null) {
    return null;
  }
  const again = seen.open_run?.next_try_at ?? null;
  const wanted = [again === null ? null : new Date(again), ...(seen.enabled ? [seen.next_at, awaitedAt(seen)] : []), seen.asked_at];
  const times = wanted.flatMap((time) => (time === null ? [] : [time.getTime()]));
  return times.length === 0 ? null : new Date(Math.min(...times));
}

async function start(options: ScheduleOptions, seen: ScheduleVisit, runId: string, signal: AbortSignal): Promise<RunOutcome> {
  const { starts } = seen;
  if (starts.kind === 'command') {
    return runHere(options, seen, { runId, name: starts.command }, signal);
  }
  const origin = originOf(starts);
  let credentials: ScheduleCredentials | null;
  try {
    credentials = openCredentials(options.sealKey, seen, origin);
  } catch (error) {
    return { state: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
  const http = makeHttpClient({ allowedOrigins: [origin], allowedNetworks: options.allowedNetworks });
  const tried = seen.open_run?.attempts ?? 0;
  const startedAt = seen.now;
  const result = await trigger(http, starts, credentials, {
    run: runId,
    because: seen.open_run?.because ?? causeOf(seen)?.because ?? 'schedule',
    asset: { id: seen.asset_id, key: seen.asset_key, name: seen.asset_name },
    branch: seen.branch,
    uploadUrl: `${options.publicUrl}/api/v1/assets/${seen.asset_id}/scans?trigger=scheduled`,
  });
  if (result.kind === 'started') {
    return { state: 'started', startedAt, url: result.url };
  }
  const wait = result.again ? triesAfterMs[tried] : undefined;
  return wait === undefined
    ? { state: 'failed', message: result.because }
    : { state: 'waiting', message: result.because, nextTryAt: new Date(seen.now.getTime() + wait) };
}

export function openCredentials(key: SealKey, seen: Pick<ScheduleVisit, 'id' | 'credentials'>, origin: string): ScheduleCredentials | null {
  if (seen.credentials === null) {
    return null;
  }
  const text = unseal(key, seen.credentials, { connectionId: seen.id, purpose: 'schedule credentials', origin });
  return scheduleCredentials.parse(JSON.parse(text));
}

/** A scanner on this machine; its report becomes a scan of the asset, started when the scanner was. */
async function runHere(
  options: ScheduleOptions,
  seen: ScheduleVisit,
  run: { readonly runId: string; readonly name: string },
  signal: AbortSignal,
): Promise<RunOutcome> {
  const startedAt = seen.now;
  try {
    const command = (await allowedCommands(options.commandsFile)).find(({ name }) => name === run.name);
    if (command === undefined) {
      const file = options.commandsFile ?? 'the file of allowed commands';
      return { state: 'failed', message: `The operator does not allow a command “${run.name}”. Commands are allowed in ${file}.` };
    }
    const ran = await runCommand(command, { asset: seen.asset_key }, signal, options.variables);
    if (ran.kind === 'failed') {
      return { state: 'failed', startedAt, message: ran.because };
    }
    try {
      const stored = await storeReport(options.store, {
        assetId: seen.asset_id,
        bytes: ran.report,
        trigger: 'scheduled',
        coverage: 'complete',
        format: command.format ?? null,
        tool: null,
        branch: null,
        category: null,
        commit: null,
        startedAt,
        idempotencyKey: `schedule run ${run.runId}`,
        uploadedBy: seen.name,
      });
      return stored.kind === 'stored' ? { state: 'finished', startedAt, scanId: stored.scan.id } : { state: 'failed', startedAt, message: stored.because };
    } finally {
      await ran.forget();
    }
  } catch (error) {
    return { state: 'failed', startedAt, message: error instanceof Error ? error.message : String(error) };
  }
}
