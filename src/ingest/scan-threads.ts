import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { dropFindings } from '../store/findings.ts';
import type { Store } from '../store/open.ts';
import type { ScanRow } from '../store/scans.ts';
import { finishScan } from '../store/scans.ts';
import type { Processed } from './process-scan.ts';
import type { ThreadAnswer, ThreadOrder, ThreadStart } from './scan-thread.ts';

export interface ThreadLimits {
  /** Heap of one thread. A report that needs more fails; the process does not. */
  readonly heapMegabytes: number;
  /** Longest time for one scan, from its first byte to its outcome. */
  readonly scanMs: number;
  /** So long a thread waits for another scan. */
  readonly idleMs: number;
  /** The thread that is kept ready holds no more: one that read a large report makes way for a fresh one. */
  readonly readyMegabytes: number;
}

export const threadLimits: ThreadLimits = { heapMegabytes: 112, scanMs: 60 * 60_000, idleMs: 20_000, readyMegabytes: 48 };

/** Beside this file, in the form in which this file is: the source, or what was built of it. */
const threadProgram = new URL(`./scan-thread${extname(import.meta.filename)}`, import.meta.url);
const youngMegabytes = 12;
const closePatienceMs = 2_000;

/** Threads in which reports are read, matched and recorded: one scan each, kept for the next one for a while. */
export class ScanThreads {
  readonly #start: Omit<ThreadStart, 'rehearses'>;
  readonly #store: Store;
  readonly #limits: ThreadLimits;
  readonly #idle = new Map<Worker, NodeJS.Timeout | undefined>();
  #atWork = 0;
  #keepsReady = false;

  constructor(store: Store, digestKey: Uint8Array, limits: ThreadLimits = threadLimits) {
    this.#start = { address: store.address, digestKey };
    this.#store = store;
    this.#limits = limits;
  }

  /** From now on one thread waits for the next scan, however long that takes: to start one takes a third of a second. */
  keepReady(): void {
    this.#keepsReady = true;
    this.#makeReady();
  }

  async process(scan: ScanRow, signal: AbortSignal): Promise<Processed> {
    const worker = this.#take();
    this.#atWork += 1;
    try {
      const answer = await this.#answerOf(worker, scan, signal);
      if (answer.kind === 'fault') {
        throw new Error(answer.message);
      }
      this.#keep(worker, answer.heapMegabytes);
      return answer;
    } catch (error) {
      await worker.terminate();
      if (error instanceof TooMuch) {
        return this.#fail(scan, error);
      }
      throw error;
    } finally {
      this.#atWork -= 1;
      this.#makeReady();
    }
  }

  async close(): Promise<void> {
    this.#keepsReady = false;
    await Promise.all([...this.#idle.keys()].map((worker) => this.#close(worker)));
  }

  #take(): Worker {
    const [known] = this.#idle.keys();
    if (known !== undefined) {
      clearTimeout(this.#idle.get(known));
      this.#idle.delete(known);
      known.ref();
      return known;
    }
    return this.#begin(false);
  }

  #begin(rehearses: boolean): Worker {
    const { heapMegabytes } = this.#limits;
    const worker = new Worker(threadProgram, {
      workerData: { ...this.#start, rehearses } satisfies ThreadStart,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: youngMegabytes },
    });
    // Whoever waits for an answer hears of it as well; between two scans it is a thread less.
    worker.on('error', () => this.#idle.delete(worker));
    return worker;
  }

  #keep(worker: Worker, heapMegabytes: number): void {
    worker.unref();
    const timer = setTimeout(() => {
      const isReady = this.#keepsReady && this.#idle.size === 1 && heapMegabytes <= this.#limits.readyMegabytes;
      if (isReady) {
        return;
      }
      void this.#close(worker);
      this.#makeReady();
    }, this.#limits.idleMs);
    timer.unref();
    this.#idle.set(worker, timer);
  }

  #makeReady(): void {
    // One at work will be the next that waits.
    if (!this.#keepsReady || this.#atWork + this.#idle.size > 0) {
      return;
    }
    const worker = this.#begin(true);
    worker.unref();
    this.#idle.set(worker, undefined);
  }

  /** In order, so that the database sees its connections closed; without patience for one that does not. */
  async #close(worker: Worker): Promise<void> {
    clearTimeout(this.#idle.get(worker));
    this.#idle.delete(worker);
    worker.ref();
    const gone = new Promise((done) => worker.once('exit', done));
    worker.postMessage({ kind: 'close' } satisfies ThreadOrder);
    await Promise.race([gone, sleep(closePatienceMs, undefined, { ref: false })]);
    await worker.terminate();
  }

  async #answerOf(worker: Worker, scan: ScanRow, signal: AbortSignal): Promise<ThreadAnswer> {
    const { heapMegabytes, scanMs } = this.#limits;
    const { promise, resolve, reject } = Promise.withResolvers<ThreadAnswer>();
    const ended = () => reject(new Error('The thread that read the report ended.'));
    const ending = () => reject(new Error('The process is ending.'));
    const failed = (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new TooMuch(`The report needs more than ${heapMegabytes} MB of memory.`) : error);
    const timer = setTimeout(() => reject(new TooMuch(`Reading the report took longer than ${Math.round(scanMs / 1_000)} seconds.`)), scanMs);
    worker.on('message', resolve).on('exit', ended).on('error', failed);
    signal.addEventListener('abort', ending);
    worker.postMessage({ kind: 'process', scan } satisfies ThreadOrder);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      worker.off('message', resolve).off('exit', ended).off('error', failed);
      signal.removeEventListener('abort', ending);
    }
  }

  async #fail(scan: ScanRow, { message }: TooMuch): Promise<Processed> {
    const hint = 'Split it into several scans with a category each, or leave out what makes its results large.';
    await dropFindings(this.#store.db, scan.id);
    await finishScan(this.#store.db, scan.id, { status: 'failed', summary: null, error: { message, where: null, hint } });
    return { kind: 'broken', message, where: null };
  }
}

/** More than one report may have. */
class TooMuch extends Error {}
