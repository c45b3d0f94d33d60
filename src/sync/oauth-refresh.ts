import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient, OAuth, OAuthRequest, Tokens, TrackerEnvironment } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import type { SealKey } from '../lib/seal.ts';
import { seal } from '../lib/seal.ts';
import * as kept from '../store/oauth.ts';
import type { Store } from '../store/open.ts';
import type { Deployment } from '../store/ownership.ts';
import type { ConnectionFacts } from './facts.ts';

export interface TokenOptions {
  readonly store: Pick<Store, 'db'>;
  readonly sealKey: SealKey;
  readonly deployment: () => Deployment;
  readonly publicUrl: string;
  readonly environment: TrackerEnvironment;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}

/** What is sealed in the database. */
export interface Kept {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** The one before, until an access token of the new one has worked: an answer can be lost on either side. */
  readonly previousRefreshToken: string | null;
  /** From when on a fresh access token is fetched: ahead of its end. */
  readonly refreshAt: number;
  /** Who obtained them: a copy of the database uses them up, and leaves renewing them to the original. */
  readonly deployment: string;
}

export interface Held extends Kept {
  readonly version: string;
  readonly expiresAt: number;
  readonly refreshExpiresAt: number | null;
  readonly mayRefresh: boolean;
  readonly refused: string | null;
}

export interface Talk {
  readonly options: TokenOptions;
  readonly connection: ConnectionFacts;
  readonly oauth: OAuth;
  readonly origin: string;
  readonly http: HttpClient;
  readonly load: () => Promise<Held | null>;
}

/** Longer than the send window and the longest call together: whoever sleeps past it does not send. */
const leaseMs = 60_000;
const sendWithinMs = 20_000;
const siblingPatienceMs = 5_000;
const siblingLookMs = 100;
/** After a refusal the same is told to whoever asks, so that workers in one moment make one call of it. */
const refusedForMs = 15_000;
export const nobody = new TrackerFault('unauthorized', 'Nobody has logged in to this connection yet.', {
  hint: 'Log in on the connection’s page.',
});

/** The tokens after the version `from`: refreshed by us, or by a sibling whom we wait for. */
export async function refresh(talk: Talk, from: Held): Promise<Held> {
  const { options, connection } = talk;
  const patience = options.now() + siblingPatienceMs;
  for (;;) {
    const now = await talk.load();
    if (now === null) {
      throw nobody;
    }
    if (now.version !== from.version) {
      return now;
    }
    if (now.refused !== null) {
      throw new TrackerFault('unauthorized', now.refused, { hint: 'Log in again on the connection’s page.' });
    }
    if (!now.mayRefresh && talk.oauth.flow(connection.credentials) === 'interactive') {
      throw new TrackerFault('unavailable', 'This copy of the database does not renew the login of the original.', {
        hint: 'Take over the synchronization, or log in here.',
      });
    }
    if (await kept.leaseRefresh(options.store.db, { connectionId: connection.id, version: now.version, leaseMs })) {
      return refreshLeased(talk, now);
    }
    if (options.now() > patience) {
      throw new TrackerFault('unavailable', 'Another process is renewing the login and has not finished.');
    }
    await sleep(siblingLookMs);
  }
}

async function refreshLeased(talk: Talk, from: Held): Promise<Held> {
  const { options, connection } = talk;
  const { db } = options.store;
  try {
    const held = await askWithEither(talk, from);
    const sealed = sealTokens(options, connection.id, talk.origin, held);
    const stored = await kept.renewTokens(db, { ...held, connectionId: connection.id, sealed, version: from.version });
    const standing = await talk.load();
    if (standing === null) {
      throw nobody;
    }
    options.log('access token renewed', { connection: connection.id, stored });
    return standing;
  } catch (fault) {
    if (fault instanceof TrackerFault && fault.kind === 'unauthorized') {
      return refusedOrReplaced(talk, from, fault);
    }
    await kept.releaseRefresh(db, connection.id, from.version);
    if (fault instanceof TrackerFault && fault.kind !== 'throttled' && fault.kind !== 'unavailable') {
      // Nothing of ours was sent to the tracker itself: whatever the token endpoint said, it is a trouble that passes.
      throw new TrackerFault('unavailable', fault.message, { ...fault.detail, cause: fault });
    }
    throw fault;
  }
}

/** With the refresh token; where it is refused and the one before was never proved obsolete, with that one. */
async function askWithEither(talk: Talk, from: Held): Promise<Renewed> {
  const request = requestOf(talk);
  try {
    return renewed(talk.options, from, await talk.oauth.refresh({ ...request, refreshToken: from.refreshToken }));
  } catch (fault) {
    const { previousRefreshToken: refreshToken } = from;
    if (!(fault instanceof TrackerFault) || fault.kind !== 'unauthorized' || refreshToken === null) {
      throw fault;
    }
    return renewed(talk.options, { ...from, refreshToken, previousRefreshToken: null }, await talk.oauth.refresh({ ...request, refreshToken }));
  }
}

/** A refusal of tokens which somebody replaced meanwhile is none. */
async function refusedOrReplaced(talk: Talk, from: Held, fault: TrackerFault): Promise<Held> {
  const { options, connection } = talk;
  const now = await talk.load();
  if (now !== null && now.version !== from.version) {
    return now;
  }
  await kept.refuseRefresh(options.store.db, { connectionId: connection.id, version: from.version, because: fault.message, forMs: refusedForMs });
  options.log('login needed', { connection: connection.id, because: fault.message });
  throw fault;
}

function requestOf({ options, connection, oauth, http }: Talk): OAuthRequest {
  const sendBefore = http.now() + sendWithinMs;
  return {
    settings: connection.settings,
    credentials: connection.credentials,
    redirectUri: redirectUriOf(options.publicUrl, oauth),
    http: { now: () => http.now(), send: (wish) => http.send({ ...wish, sendBefore }) },
    environment: options.environment,
    now: options.now,
  };
}

export function redirectUriOf(publicUrl: string, oauth: OAuth): string {
  return `${publicUrl}${oauth.callbackPath}`;
}

type Renewed = Kept & Pick<Held, 'expiresAt' | 'refreshExpiresAt'>;

function renewed(options: TokenOptions, from: Held, tokens: Tokens): Renewed {
  assert(tokens.accessToken !== '', 'a refresh brings an access token');
  const rotated = tokens.refreshToken !== null && tokens.refreshToken !== from.refreshToken;
  const again = tokens.accessToken === from.accessToken;
  return {
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken ?? from.refreshToken,
    previousRefreshToken: rotated ? from.refreshToken : from.previousRefreshToken,
    // A tracker that gives the same token until it ends is asked again when it has ended.
    refreshAt: again ? tokens.expiresAt : refreshAtOf(options, tokens.expiresAt),
    deployment: options.deployment().id,
    expiresAt: tokens.expiresAt,
    refreshExpiresAt: tokens.refreshExpiresAt ?? from.refreshExpiresAt,
  };
}

/** At four fifths of its life, give or take: many connections that logged in together do not renew together. */
export function refreshAtOf({ now, random }: TokenOptions, expiresAt: number): number {
  const life = Math.max(0, expiresAt - now());
  return now() + life * (0.75 + 0.1 * random());
}

export function sealTokens({ sealKey }: TokenOptions, connectionId: string, origin: string, tokens: Kept): Buffer {
  const { accessToken, refreshToken, previousRefreshToken, refreshAt, deployment } = tokens;
  const text = JSON.stringify({ accessToken, refreshToken, previousRefreshToken, refreshAt, deployment });
  return seal(sealKey, text, { connectionId, purpose: 'tokens', origin });
}
