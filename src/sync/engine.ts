import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Session, Tracker, TrackerEnvironment } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import type { SealKey } from '../lib/seal.ts';
import type { Store } from '../store/open.ts';
import { makeHttpClient } from '../trackers/kit/http.ts';
import type { Hook } from './hook.ts';
import { makeHookFinder } from './hook.ts';
import type { ConnectionFacts, SessionRecord, SyncEnv } from './ports.ts';
import { makeSyncStore } from './sync-store.ts';

/** What the sync room is given by main: everything that is fixed while the process lives. */
export interface SyncOptions {
  readonly store: Store;
  readonly sealKey: SealKey;
  readonly deployment: string;
  readonly trackers: readonly Tracker[];
  readonly publicUrl: string;
  readonly allowedNetworks: readonly string[];
  readonly quarantineMs: number;
  readonly environment: TrackerEnvironment;
  readonly pollMs: number;
  readonly log: SyncEnv['log'];
}

/** From the commit of an intent to the moment the request is handed to the socket. */
const sendWindowMs = 5_000;

export interface SyncEngine {
  readonly options: SyncOptions;
  readonly env: SyncEnv;
  tracker(id: string): Tracker;
  /** A session outside the work queue, for a person who waits for the answer. */
  openSession(connection: ConnectionFacts): Session;
  /** The connection of a webhook's address, by the token in it; null: there is none. */
  findHook(token: string): Promise<Hook | null>;
}

export function makeSyncEngine(options: SyncOptions): SyncEngine {
  const byId = new Map(options.trackers.map((tracker) => [tracker.id, tracker]));
  const tracker = (id: string) => {
    const found = byId.get(id);
    if (found === undefined) {
      throw new Error(`There is no tracker “${id}”. There are: ${[...byId.keys()].join(', ')}.`);
    }
    return found;
  };
  const env: SyncEnv = {
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    digest: (text) => createHash('sha256').update(text).digest('base64url').slice(0, 22),
    store: makeSyncStore(options),
    openSession: (connection, record) => open(options, tracker(connection.tracker), connection, record),
    tracker,
    log: options.log,
    bounds: { sendWindowMs, quarantineMs: options.quarantineMs },
    publicUrl: options.publicUrl,
  };
  const spare = (): SessionRecord => ({ exchanges: [], hints: [], calls: 0 });
  return {
    options,
    env,
    tracker,
    openSession: (connection) => env.openSession(connection, spare()),
    findHook: makeHookFinder(options.store),
  };
}

function open(options: SyncOptions, tracker: Tracker, connection: ConnectionFacts, record: SessionRecord): Session {
  const origins = [tracker.origin(connection.settings), ...(tracker.otherOrigins?.(connection.settings, options.environment) ?? [])];
  const http = makeHttpClient({
    allowedOrigins: origins,
    allowedNetworks: options.allowedNetworks,
    onExchange: (exchange) => {
      record.calls += 1;
      record.exchanges.push(exchange);
    },
  });
  return tracker.open({
    settings: connection.settings,
    credentials: connection.credentials,
    accessToken: () => Promise.reject(new TrackerFault('unauthorized', 'Nobody has logged in to this connection yet.')),
    http,
    now: Date.now,
    onPace: (hint) => record.hints.push(hint),
    environment: options.environment,
  });
}
