import type { Store } from '../store/open.ts';
import { nextScan } from '../store/scans.ts';
import type { Visited, WorkKind } from '../store/work-loop.ts';
import type { ScanThreads } from './scan-threads.ts';

export interface IngestOptions {
  readonly store: Store;
  readonly threads: ScanThreads;
  readonly log: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}

const scanLeaseMs = 120_000;

/** Uploads of one asset one at a time, the one that started first before the others. */
export function ingestWork(options: IngestOptions): Readonly<Record<string, WorkKind>> {
  return { scan: { leaseMs: scanLeaseMs, handle: (claim, signal) => processNext(options, claim.key, signal) } };
}

async function processNext({ store, threads, log }: IngestOptions, assetId: string, signal: AbortSignal): Promise<Visited> {
  const scan = await nextScan(store.db, assetId);
  if (scan === null) {
    return { nextAt: null, because: 'No scan waits.' };
  }
  const done = await threads.process(scan, signal);
  if (done.kind === 'recorded') {
    log('scan processed', { scan: scan.id, ...done.summary, complaints: done.summary.complaints.length });
  } else {
    log('scan failed', { scan: scan.id, message: done.message, where: done.where });
  }
  // Another of the asset may wait.
  return { nextAt: new Date(), because: 'Looking for the asset’s next scan.' };
}
