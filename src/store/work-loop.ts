import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { gather } from '../lib/gather.ts';
import { overWires, Wires } from '../lib/wires.ts';
import type { Store } from './open.ts';
import type { Claim, Finish } from './work.ts';
import { planOnce } from './plan-once.ts';
import { claimOrWait, extendLease, finishWork, workChannel } from './work.ts';

export interface WorkKind {
  readonly leaseMs: number;
  handle(claim: Claim, signal: AbortSignal): Promise<Visited>;
}

export interface Visited {
  readonly nextAt: Date | null;
  readonly because?: string;
  readonly cost?: number;
  /** True: it counts as a failed try, for the backoff of the next one. */
  readonly failed?: boolean;
}

export interface WorkLoopOptions {
  readonly store: Store;
  readonly kinds: Readonly<Record<string, WorkKind>>;
  /** Pieces of work in hand at once, over all kinds. */
  readonly concurrency: number;
  readonly random: () => number;
  readonly log: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}

export interface WorkLoop {
  /** Takes no more work, lets what is in hand end (at most `patienceMs`), and returns. */
  stop(patienceMs: number): Promise<void>;
}

const pollMs = 1_000;
const brieflyMs = 50;
/**
 * Hands become free in beats, so that what ends and what begins costs one statement for some pieces. Visits of a lane are more than its
 * requests: none of these waits for it.
 */
const beatMs = 20;
const finishedMax = 500;
const failure = { firstMs: 1_000, mostMs: 10 * 60_000 };

/** Claims and handles due work until stopped: woken by NOTIFY, by the next due time, and by a slow poll beneath both. */
export function startWorkLoop(options: WorkLoopOptions): WorkLoop {
  const loop = new Loop({ ...options, store: planOnce(options.store) });
  const done = loop.run();
  return {
    async stop(patienceMs) {
      loop.stopping.abort();
      loop.wake();
      await Promise.race([done, sleep(patienceMs, undefined, { ref: false })]);
      loop.abandoned.abort();
      await loop.closeListener();
    },
  };
}

class Loop {
  readonly stopping = new AbortController();
  readonly abandoned = new AbortController();
  readonly #options: WorkLoopOptions;
  readonly #names: readonly string[];
  /** What is claimed together has one lease; each heartbeat gives a piece its own kind's. */
  readonly #firstLeaseMs: number;
  /** Places in lanes are held in this name: another loop's are another's, be it in the same process. */
  readonly #holder = randomUUID();
  readonly #wires = new Map<string, Wires>();
  #inHand = 0;
  /** What ends in the same beat is written in one statement. */
  readonly #finish: (finish: Finish) => Promise<void>;
  #wakeUp: (() => void) | null = null;
  #woken = false;
  #listener: pg.Client | null = null;

  constructor(options: WorkLoopOptions) {
    this.#options = options;
    this.#finish = gather<Finish, void>(
      async (finished) => {
        await finishWork(options.store, finished);
        return [];
      },
      { most: finishedMax, beatMs, isAll: (waiting) => waiting >= this.#inHand },
    );
    this.#names = Object.keys(options.kinds);
    // The shortest: who dies here must not keep the lanes of one kind for as long as another may be silent.
    this.#firstLeaseMs = Math.min(...Object.values(options.kinds).map((kind) => kind.leaseMs));
  }

  async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.#listen();
        const wanted = this.#options.concurrency - this.#inHand;
        const { claims, nextMs } = await this.#claim(wanted);
        for (const claim of claims) {
          this.#inHand += 1;
          void this.#visit(claim);
        }
        // Fewer than asked for: there is no more to be had now.
        if (claims.length < wanted || wanted <= 0) {
          // Until something is due, a hand is free, or somebody wakes us. After a claim it is not yet known when something is due.
          await this.#pause(Math.min(pollMs, Math.max(nextMs ?? (claims.length > 0 ? brieflyMs : pollMs), 2)));
        }
      } catch (error) {
        this.#options.log('claiming failed', { error: String(error) });
        this.#woken = false;
        await this.#pause(pollMs);
      }
    }
    while (this.#inHand > 0 && !this.abandoned.signal.aborted) {
      // A wake-up from before would make each pause end at once, without ever leaving this loop.
      this.#woken = false;
      await this.#pause(50);
    }
  }

  wake(): void {
    this.#woken = true;
    this.#wakeUp?.();
  }

  async closeListener(): Promise<void> {
    await this.#listener?.end().catch(() => {});
  }

  async #claim(most: number): ReturnType<typeof claimOrWait> {
    this.#woken = false;
    const { store } = this.#options;
    return most <= 0
      ? { claims: [], nextMs: null }
      : claimOrWait(store, { kinds: this.#names, most, leaseMs: this.#firstLeaseMs, holder: this.#holder });
  }

  async #pause(ms: number): Promise<void> {
    if (this.#woken) {
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakeUp = null;
  }

  async #listen(): Promise<void> {
    if (this.#listener !== null) {
      return;
    }
    const client = new pg.Client({ ...this.#options.store.pool.options });
    client.on('error', () => this.#forget(client));
    client.on('end', () => this.#forget(client));
    client.on('notification', () => this.wake());
    await client.connect();
    await client.query(`listen ${workChannel}`);
    this.#listener = client;
  }

  #forget(client: pg.Client): void {
    if (this.#listener === client) {
      this.#listener = null;
    }
  }

  async #visit(claim: Claim): Promise<void> {
    const kind = this.#options.kinds[claim.kind];
    const leaseMs = kind?.leaseMs ?? this.#firstLeaseMs;
    const keeper = setInterval(() => this.#keep(claim, leaseMs), this.#firstLeaseMs / 3);
    const wires = this.#wiresOf(claim.lane);
    wires.enter(claim.place);
    try {
      const visited = await overWires(wires, async () => {
        try {
          return await kind?.handle(claim, this.abandoned.signal);
        } finally {
          await wires.leave(claim.place);
        }
      });
      await this.#finish(this.#outcomeOf(claim, visited ?? { nextAt: null }));
    } catch (error) {
      this.#options.log('work failed', { kind: claim.kind, key: claim.key, error: errorWords(error) });
      const nextAt = this.#backoff(claim.attempts);
      const finish = {
        claim,
        nextAt,
        attempts: claim.attempts + 1,
        because: errorWords(error).slice(0, 500),
      };
      await this.#finish(finish).catch(() => {
        // The database is away: the lease ends by itself and the work is taken up again.
      });
    } finally {
      clearInterval(keeper);
      this.#inHand -= 1;
      this.wake();
    }
  }

  #wiresOf(lane: string): Wires {
    const known = this.#wires.get(lane) ?? new Wires();
    this.#wires.set(lane, known);
    return known;
  }

  #outcomeOf(claim: Claim, visited: Visited): Finish {
    const attempts = visited.failed === true ? claim.attempts + 1 : 0;
    return { claim, nextAt: visited.nextAt, attempts, because: visited.because, cost: visited.cost };
  }

  #keep(claim: Claim, leaseMs: number): void {
    extendLease(this.#options.store, claim, leaseMs).catch(() => {});
  }

  #backoff(attempts: number): Date {
    const ceiling = Math.min(failure.mostMs, failure.firstMs * 2 ** Math.min(attempts, 20));
    return new Date(Date.now() + 100 + Math.round(ceiling * this.#options.random()));
  }
}

function errorWords(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
