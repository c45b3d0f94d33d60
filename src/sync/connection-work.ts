import type { TrackerFault } from '../contracts/tracker.ts';
import { nextTry } from '../core/sync/faults.ts';
import type { Visited } from '../store/work-loop.ts';
import type { SyncEnv } from './ports.ts';

export interface FailedWork {
  readonly connectionId: string;
  readonly fault: TrackerFault;
  readonly attempts: number;
  /** The database's clock. */
  readonly asOf: number;
  readonly everyMs: number;
}

/** What regular work about a whole connection does after a fault: the same as the corridor, and it comes again. */
export async function answerFault(env: SyncEnv, failed: FailedWork): Promise<Visited> {
  const { connectionId, fault, attempts, asOf, everyMs } = failed;
  const next = nextTry({ kind: fault.kind, ...fault.detail }, attempts + 1, env.random());
  const because = `${fault.kind}: ${fault.message}`;
  if (next.kind === 'halt') {
    await env.store.haltConnection(connectionId, 'unauthorized', fault.message, asOf);
  }
  if (next.kind === 'pause') {
    await env.store.throttle(connectionId, next.pauseMs);
  }
  const delayMs = next.kind === 'later' ? Math.min(Math.max(next.delayMs, 1_000), everyMs) : everyMs;
  return { nextAt: new Date(asOf + (next.kind === 'pause' ? next.pauseMs : delayMs)), failed: true, because };
}
