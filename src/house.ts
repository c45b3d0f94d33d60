import assert from 'node:assert/strict';
import type { FastifyInstance } from 'fastify';
import type { Format } from './contracts/format.ts';
import type { Tracker } from './contracts/tracker.ts';
import { makeApp } from './http/app.ts';
import { expire } from './ingest/decide.ts';
import { dueDateWork } from './ingest/due-dates.ts';
import { scheduleWork } from './ingest/schedules/visit.ts';
import { ingestWork } from './ingest/ingest-work.ts';
import { ScanThreads } from './ingest/scan-threads.ts';
import { makeSealKey, subkey } from './lib/seal.ts';
import { isMigrated } from './store/migrate.ts';
import type { Store } from './store/open.ts';
import type { Deployment } from './store/ownership.ts';
import { ensureBootstrapToken } from './store/people.ts';
import { gatherCounts } from './store/vulnerability-counts.ts';
import type { WorkKind, WorkLoop } from './store/work-loop.ts';
import { startWorkLoop } from './store/work-loop.ts';
import { warmUp } from './store/warm-up.ts';
import { markDue, releaseLeases } from './store/work.ts';
import type { SyncEngine } from './sync/engine.ts';
import { makeSyncEngine } from './sync/engine.ts';
import { planStructure } from './sync/structure.ts';
import { noticeNewAddress } from './sync/subscriptions-care.ts';
import { claimSync } from './sync/take-over.ts';
import { syncWork } from './sync/work-kinds.ts';

/** Everything that main decides before the rooms are joined. */
export interface HousePlan {
  readonly store: Store;
  readonly secretKey: string;
  /** A promise: the database can be asked, and has this code's schema, once it resolves. The doors are built meanwhile. */
  readonly deployment: Deployment | Promise<Deployment>;
  readonly trackers: readonly Tracker[];
  readonly formats: readonly Format[];
  readonly publicUrl: string;
  readonly allowedNetworks: readonly string[];
  readonly entraAuthority: string;
  readonly pollMs: number;
  readonly quarantineMs: number;
  readonly webFolder: string | null;
  readonly bootstrapToken: string | null;
  readonly roles: readonly ('web' | 'worker')[];
  /** Scanners that schedules may run on this machine; absent: none. */
  readonly commands?: { readonly file: string; readonly variables: Readonly<Record<string, string | undefined>> };
  readonly log: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  /** No other process works on this database (the embedded one): what a killed predecessor had in hand is free at once. */
  readonly soleProcess?: boolean;
  /** A thread for scans waits for the next one, and so do the connections of the work. */
  readonly keepsThreadReady?: boolean;
  /** Pieces of work in hand at once in this process. */
  readonly workConcurrency?: number;
}

export interface House {
  /** Listens nowhere yet; null in a process without the role web. */
  readonly app: FastifyInstance | null;
  readonly engine: SyncEngine;
  /** Doors first, then the work in hand; the store stays open. */
  close(): Promise<void>;
}

const stopPatienceMs = 20_000;
/** Whoever waits until we answer comes first; then what the first report and its cards would wait for. */
const readyAfterMs = 20;

/** Joins the rooms in one process: doors and background work, as the roles say. */
export async function openHouse(plan: HousePlan): Promise<House> {
  const { store, log } = plan;
  let deployment: Deployment | null = null;
  const engine = makeSyncEngine({
    store,
    sealKey: makeSealKey(plan.secretKey),
    deployment: () => {
      assert(deployment !== null, 'Nobody syncs before the database is reached');
      return deployment;
    },
    trackers: plan.trackers,
    publicUrl: plan.publicUrl,
    allowedNetworks: plan.allowedNetworks,
    quarantineMs: plan.quarantineMs,
    environment: { entraAuthority: plan.entraAuthority },
    pollMs: plan.pollMs,
    log,
  });
  const app = plan.roles.includes('web') ? await openDoors(plan, engine) : null;
  deployment = await plan.deployment;
  if (plan.bootstrapToken !== null) {
    await ensureBootstrapToken(store.db, plan.bootstrapToken);
  }
  await claimSync(engine);
  const loop = plan.roles.includes('worker') ? await startWork(plan, engine) : null;
  return {
    app,
    engine,
    async close() {
      await app?.close();
      await loop?.stop(stopPatienceMs);
    },
  };
}

async function openDoors(plan: HousePlan, engine: SyncEngine): Promise<FastifyInstance> {
  const { store, trackers, formats, publicUrl, webFolder, log } = plan;
  const commandsFile = plan.commands?.file ?? null;
  return makeApp({ store, engine, trackers, formats, publicUrl, webFolder, commandsFile, log, isReady: () => isMigrated(store) });
}

async function startWork(plan: HousePlan, engine: SyncEngine): Promise<WorkLoop> {
  const { store, log } = plan;
  const threads = new ScanThreads(store, subkey(plan.secretKey, 'digests of leaked secrets'));
  if (plan.soleProcess === true) {
    await releaseLeases(store);
  }
  const atStart = { key: 'all', lane: 'inner', because: 'Start.' } as const;
  await markDue(store.db, [
    { kind: 'expiry', ...atStart },
    { kind: 'timeline', ...atStart },
    { kind: 'retention', ...atStart },
    { kind: 'holds', ...atStart },
    { kind: 'counts', ...atStart },
  ]);
  await noticeNewAddress(engine);
  await planStructure(engine);
  const loop = startWorkLoop({
    store,
    random: Math.random,
    concurrency: plan.workConcurrency ?? 32,
    log,
    kinds: {
      ...ingestWork({ store, threads, log }),
      ...syncWork(engine),
      ...dueDateWork(store),
      ...scheduleWork({
        store,
        sealKey: makeSealKey(plan.secretKey),
        allowedNetworks: plan.allowedNetworks,
        publicUrl: plan.publicUrl,
        commandsFile: plan.commands?.file ?? null,
        variables: plan.commands?.variables ?? {},
        log,
      }),
      counts: countsWork(store),
      expiry: { leaseMs: 60_000, handle: async () => ({ nextAt: await expire(store) }) },
    },
  });
  const toldToStop = new AbortController();
  const getReady = async () => {
    threads.keepReady();
    await warmUp(store, toldToStop.signal).catch((error: unknown) => log('connections were not made ready', { error: String(error) }));
  };
  let readying = Promise.resolve();
  const begin = () => {
    readying = getReady();
  };
  const timer = plan.keepsThreadReady === true ? setTimeout(begin, readyAfterMs) : undefined;
  return {
    async stop(patienceMs) {
      clearTimeout(timer);
      toldToStop.abort();
      await readying;
      await loop.stop(patienceMs);
      await threads.close();
    },
  };
}

const countsEveryMs = 60_000;

/** Changes of counts do not pile up. */
function countsWork(store: Store): WorkKind {
  return {
    leaseMs: 60_000,
    handle: async () => {
      await gatherCounts(store.db);
      return { nextAt: new Date(Date.now() + countsEveryMs) };
    },
  };
}
