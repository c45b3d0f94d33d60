import { makeSealKey } from '../../../src/lib/seal.ts';
import type { Store } from '../../../src/store/open.ts';
import { createConnection } from '../../../src/sync/connections.ts';
import { loadConnection } from '../../../src/sync/connection-facts.ts';
import type { SyncEngine } from '../../../src/sync/engine.ts';
import { makeSyncEngine } from '../../../src/sync/engine.ts';
import { beginLogin, finishLogin } from '../../../src/sync/oauth-login.ts';
import { rotating } from './rotating-tracker.ts';

/** An engine as a process of its own has it: nothing is shared with others but the database. */
export function engineOn(store: Store, more: { readonly deployment?: string; readonly log?: string[] } = {}): SyncEngine {
  return makeSyncEngine({
    store,
    sealKey: makeSealKey('a-secret-key-for-tests-of-32-characters'),
    deployment: () => ({ id: more.deployment ?? 'test', place: null }),
    trackers: [rotating],
    publicUrl: 'http://127.0.0.1:4180',
    allowedNetworks: ['127.0.0.0/8'],
    quarantineMs: 1_000,
    environment: { entraAuthority: 'http://127.0.0.1:1' },
    pollMs: 60_000,
    log: (message, facts) => more.log?.push(`${message} ${JSON.stringify(facts)}`),
  });
}

/** One call through the tracker; answers the access token with which it succeeded. */
export async function callThrough(engine: SyncEngine, connectionId: string): Promise<string> {
  const { store, sealKey } = engine.options;
  const connection = await loadConnection(store.db, sealKey, connectionId);
  if (connection === null) {
    throw new Error('The connection is there.');
  }
  const [choice] = await engine.openSession(connection).targetOptions('board', {});
  return choice?.value ?? '';
}

const caller = { key: 'session:test', isPerson: true } as const;

export async function logIn(engine: SyncEngine, connectionId: string): Promise<void> {
  const begun = await beginLogin(engine, connectionId, caller);
  const state = begun.kind === 'begun' ? (new URL(begun.authorizationUrl).searchParams.get('state') ?? '') : '';
  const finished = await finishLogin(engine, caller, { tracker: 'rotating', state, code: 'code', error: null, description: null });
  if (finished.kind !== 'logged in') {
    throw new Error(`The login ${finished.kind}.`);
  }
}

export async function connectTo(engine: SyncEngine, url: string): Promise<string> {
  const saved = await createConnection(engine, { tracker: 'rotating', name: 'Rotating', settings: { url }, credentials: { clientId: 'c' } });
  if (saved.kind === 'refused') {
    throw new Error(saved.because);
  }
  await logIn(engine, saved.id);
  return saved.id;
}
