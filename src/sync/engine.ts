import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Exchange, HttpClient, Session, Tracker, TrackerEnvironment } from '../contracts/tracker.ts';
import type { SealKey } from '../lib/seal.ts';
import type { Deployment } from '../store/ownership.ts';
import type { Store } from '../store/open.ts';
import { makeHttpClient } from '../trackers/kit/http.ts';
import type { Hook } from './hook.ts';
import { makeHookFinder } from './hook.ts';
import type { TokenKeeper } from './oauth-tokens.ts';
import { LookAhead } from './look-ahead.ts';
import { makeTokenKeeper } from './oauth-tokens.ts';
import type { ConnectionFacts, SessionRecord, SyncEnv } from './ports.ts';
import { makeSyncStore } from './sync-store.ts';

/** What the sync room is given by main: everything that is fixed while the process lives. */
export interface SyncOptions {
  readonly store: Store;
  readonly sealKey: SealKey;
  /** Known once the database is reached. */
  readonly deployment: () => Deployment;
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
  /** The access tokens of all connections: one refresh for all workers. */
  readonly tokens: TokenKeeper;
  /** The way out to one connection's tracker. */
  client(connection: ConnectionFacts, onExchange: (exchange: Exchange) => void): HttpClient;
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
  const tokens = makeTokenKeeper({ ...options, now: Date.now, random: Math.random });
  const client: SyncEngine['client'] = (connection, onExchange) => {
    const { settings } = connection;
    const one = tracker(connection.tracker);
    return makeHttpClient({
      allowedOrigins: [one.origin(settings), ...(one.otherOrigins?.(settings, options.environment) ?? [])],
      allowedNetworks: options.allowedNetworks,
      onExchange,
    });
  };
  const env: SyncEnv = {
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    digest: (text) => createHash('sha256').update(text).digest('base64url').slice(0, 22),
    store: makeSyncStore(options),
    openSession: (connection, record) => open({ options, tracker: tracker(connection.tracker), tokens, client }, connection, record),
    tracker,
    log: options.log,
    looks: new LookAhead(),
    bounds: { sendWindowMs, quarantineMs: options.quarantineMs },
    publicUrl: options.publicUrl,
  };
  const spare = (): SessionRecord => ({ exchanges: [], hints: [], calls: 0 });
  return {
    options,
    env,
    tracker,
    openSession: (connection) => {
      const record = spare();
      // Nobody looks at this record afterwards: what it learns of the pace is kept at once.
      record.hints.push = (...hints) => {
        env.store.learnPace(connection.id, hints).catch(() => {});
        return 0;
      };
      return env.openSession(connection, record);
    },
    tokens,
    client,
    findHook: makeHookFinder(options.store),
  };
}

interface Opening {
  readonly options: SyncOptions;
  readonly tracker: Tracker;
  readonly tokens: TokenKeeper;
  readonly client: SyncEngine['client'];
}

function open({ options, tracker, tokens, client }: Opening, connection: ConnectionFacts, record: SessionRecord): Session {
  const note = (exchange: Exchange) => {
    record.calls += 1;
    record.exchanges.push(exchange);
  };
  const held = tokens.forSession(connection, tracker, client(connection, note));
  const http = client(connection, (exchange) => {
    note(exchange);
    if (exchange.status !== null && exchange.status >= 200 && exchange.status < 300) {
      held.worked();
    }
  });
  return tracker.open({
    settings: connection.settings,
    credentials: connection.credentials,
    accessToken: held.accessToken,
    http,
    now: Date.now,
    onPace: (hint) => record.hints.push(hint),
    environment: options.environment,
  });
}
