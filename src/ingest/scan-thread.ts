import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { findFormats } from '../formats/index.ts';
import type { StoreAddress } from '../store/open.ts';
import { openStore } from '../store/open.ts';
import type { ScanRow } from '../store/scans.ts';
import type { Processed } from './process-scan.ts';
import { processScan } from './process-scan.ts';
import { rehearse } from './rehearse.ts';

/** What a thread is started with. */
export interface ThreadStart {
  readonly address: StoreAddress;
  readonly digestKey: Uint8Array;
  /** Nobody waits for it yet. */
  readonly rehearses: boolean;
}

export type ThreadOrder = { readonly kind: 'process'; readonly scan: ScanRow } | { readonly kind: 'close' };
/** With what the thread's heap holds of memory now. */
export type ThreadAnswer = (Processed | { readonly kind: 'fault'; readonly message: string }) & { readonly heapMegabytes: number };

/** Runs in a thread of its own: whatever a report does, the process goes on serving. */
const { address, digestKey, rehearses } = workerData as ThreadStart;
const store = openStore(address, { poolMax: 3, kept: 1, name: 'patchboard scans' });
const formats = findFormats();
if (rehearses) {
  // What is wrong with the database, the first scan says.
  void formats.then((all) => rehearse({ store, formats: all, digestKey })).catch(() => {});
}

async function answer(scan: ScanRow): Promise<ThreadAnswer> {
  const outcome = await processScan({ store, formats: await formats, digestKey }, scan).catch((error: unknown) => {
    return { kind: 'fault', message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) } as const;
  });
  return { ...outcome, heapMegabytes: getHeapStatistics().total_heap_size / 1_000_000 };
}

parentPort?.on('message', (order: ThreadOrder) => {
  if (order.kind === 'close') {
    parentPort?.close();
    void store.close();
    return;
  }
  void answer(order.scan).then((outcome) => parentPort?.postMessage(outcome));
});
