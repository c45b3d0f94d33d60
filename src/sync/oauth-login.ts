import { createHash, randomBytes } from 'node:crypto';
import type { HttpRequest, OAuthRequest, Tracker } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import { randomToken, seal, tokenDigest, unseal } from '../lib/seal.ts';
import { keepLogin, noteLogin, replaceTokens, takeLogin } from '../store/oauth.ts';
import { inTransaction } from '../store/open.ts';
import { loadConnection } from './connection-facts.ts';
import { resumeWhatWaited } from './connection-states.ts';
import type { SyncEngine } from './engine.ts';
import type { ConnectionFacts } from './facts.ts';
import { redirectUriOf } from './oauth-refresh.ts';
import type { Refused } from './refusal.ts';
import { refuse } from './refusal.ts';

const minutes = 10;
const stateBytes = 32;
const revokeTimeoutMs = 5_000;

/** Who calls: a session of a person, or an API token. A login is finished by whoever began it. */
export interface LoginCaller {
  readonly key: string;
  readonly isPerson: boolean;
}

/** A login of a person at the tracker: where to send the browser. */
export async function beginLogin(
  engine: SyncEngine,
  connectionId: string,
  caller: LoginCaller,
): Promise<{ readonly kind: 'begun'; readonly authorizationUrl: string } | Refused> {
  const { options } = engine;
  const connection = await loadConnection(options.store.db, options.sealKey, connectionId);
  if (connection === null) {
    return refuse(404, 'There is no such connection.');
  }
  const tracker = engine.tracker(connection.tracker);
  const { oauth } = tracker;
  if (oauth === null || !oauth.applies(connection.credentials)) {
    return refuse(409, 'This connection needs no login: its credentials are enough.');
  }
  if (oauth.flow(connection.credentials) === 'unattended') {
    return refuse(409, 'Nobody has to log in: the client secret alone brings access. Check the connection to see whether it works.');
  }
  const state = randomBytes(stateBytes).toString('hex');
  const verifier = randomToken();
  const origin = tracker.origin(connection.settings);
  const redirectUri = redirectUriOf(options.publicUrl, oauth);
  const codeVerifier = seal(options.sealKey, verifier, { connectionId, purpose: 'code verifier', origin });
  await keepLogin(options.store.db, { stateHash: tokenDigest(state), connectionId, begunBy: caller.key, codeVerifier, redirectUri, minutes });
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
  const request = requestOf(engine, { connection, tracker, redirectUri });
  return { kind: 'begun', authorizationUrl: oauth.authorizationUrl({ ...request, state, codeChallenge }) };
}

export interface CameBack {
  readonly tracker: string;
  readonly state: string;
  readonly code: string | null;
  readonly error: string | null;
  readonly description: string | null;
}

export type Finished =
  | { readonly kind: 'logged in'; readonly connectionId: string }
  | { readonly kind: 'failed'; readonly connectionId: string; readonly because: string }
  /** Used, too old, or begun by somebody else: no connection is named. */
  | { readonly kind: 'unknown' };

/** The browser came back. One use, in time, and only for whoever began it: nobody is logged in to a stranger's account. */
export async function finishLogin(engine: SyncEngine, caller: LoginCaller, back: CameBack): Promise<Finished> {
  const { store, sealKey } = engine.options;
  const stateHash = tokenDigest(back.state);
  const login = await takeLogin(store.db, { stateHash, caller: caller.key, byPerson: caller.isPerson, tracker: back.tracker });
  const connection = login === null ? null : await loadConnection(store.db, sealKey, login.connection_id);
  if (login === null || connection === null) {
    return { kind: 'unknown' };
  }
  const failed = await failureOf(engine, connection, login, back);
  const message = failed ?? 'Logged in.';
  await noteLogin(store.db, connection.id, { ok: failed === null, message });
  engine.options.log('login came back', { connection: connection.id, ok: failed === null });
  return failed === null
    ? { kind: 'logged in', connectionId: connection.id }
    : { kind: 'failed', connectionId: connection.id, because: failed };
}

type Login = NonNullable<Awaited<ReturnType<typeof takeLogin>>>;

/** Why there are no tokens, in a person's words; null: there are. */
async function failureOf(engine: SyncEngine, connection: ConnectionFacts, login: Login, back: CameBack): Promise<string | null> {
  const { options } = engine;
  const tracker = engine.tracker(connection.tracker);
  const { oauth } = tracker;
  if (oauth === null) {
    return 'This tracker has no login any more.';
  }
  if (back.code === null) {
    return oauth.explain(back.error ?? 'no code', back.description);
  }
  const origin = tracker.origin(connection.settings);
  const codeVerifier = unseal(options.sealKey, login.code_verifier, { connectionId: connection.id, purpose: 'code verifier', origin });
  const request = requestOf(engine, { connection, tracker, redirectUri: login.redirect_uri });
  try {
    const tokens = await oauth.exchange({ ...request, code: back.code, codeVerifier });
    const sealed = engine.tokens.seal(connection, origin, tokens);
    await inTransaction(options.store, async (tx) => {
      await replaceTokens(tx, sealed);
      await resumeWhatWaited(tx, connection.id, 'Somebody logged in.');
    });
    return null;
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    const words = fault.kind === 'unauthorized' ? fault.message : `${fault.message} Begin the login again in a moment.`;
    return fault.detail.hint === undefined ? words : `${words} ${fault.detail.hint}`;
  }
}

function requestOf(
  { options, client }: SyncEngine,
  login: { readonly connection: ConnectionFacts; readonly tracker: Tracker; readonly redirectUri: string },
): OAuthRequest {
  const { settings, credentials } = login.connection;
  const http = client(login.connection, () => {});
  return { settings, credentials, redirectUri: login.redirectUri, http, environment: options.environment, now: Date.now };
}

/** How a connection's credentials come to access; null: they are used as they are. */
export function loginFlow(engine: SyncEngine, { tracker, credentials }: Pick<ConnectionFacts, 'tracker' | 'credentials'>) {
  const { oauth } = engine.tracker(tracker);
  return oauth?.applies(credentials) === true ? oauth.flow(credentials) : null;
}

/** When a connection is removed: its login ends at the tracker too, as far as that can be reached. False: it could not. */
export async function endLogin(engine: SyncEngine, connection: ConnectionFacts): Promise<boolean> {
  const tracker = engine.tracker(connection.tracker);
  const { oauth } = tracker;
  if (oauth?.revoke === undefined || !oauth.applies(connection.credentials)) {
    return true;
  }
  const tokens = await engine.tokens.toRevoke(connection);
  if (tokens === null) {
    return true;
  }
  const request = requestOf(engine, { connection, tracker, redirectUri: redirectUriOf(engine.options.publicUrl, oauth) });
  const { http } = request;
  // A person waits for the removal.
  const brief = { now: () => http.now(), send: (wish: HttpRequest) => http.send({ ...wish, timeoutMs: revokeTimeoutMs }) };
  try {
    await oauth.revoke({ ...request, http: brief, tokens });
    return true;
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    engine.options.log('login not revoked', { connection: connection.id, because: fault.message });
    return false;
  }
}
