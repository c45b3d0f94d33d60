import type { HttpClient, SessionContext, Tokens, Tracker } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import { unseal } from '../lib/seal.ts';
import type { TokensRow } from '../store/oauth.ts';
import * as kept from '../store/oauth.ts';
import type { ConnectionFacts } from './facts.ts';
import type { Held, Kept, Talk, TokenOptions } from './oauth-refresh.ts';
import { nobody, refresh, refreshAtOf, sealTokens } from './oauth-refresh.ts';

export interface SessionTokens {
  readonly accessToken: SessionContext['accessToken'];
  /** A call with the token that was handed out succeeded. */
  worked(): void;
}

export interface TokenKeeper {
  /** The tokens of one connection, for one session. `http` is the one for the token endpoint. */
  forSession(connection: ConnectionFacts, tracker: Tracker, http: HttpClient): SessionTokens;
  /** A person logged in. */
  seal(connection: Pick<ConnectionFacts, 'id'>, origin: string, tokens: Tokens): kept.NewTokens;
  /** What may be revoked when the connection is removed; null: nothing of ours. */
  toRevoke(connection: ConnectionFacts): Promise<Tokens | null>;
}

/** A passing trouble of the token endpoint, while the present token still lives, is not asked about by each visit. */
const troubleRestMs = 30_000;

/**
 * Access tokens of all connections: one refresh for all workers of all processes. In a process those who ask share a promise;
 * between processes a lease on the version decides, and what it brought is stored by compare-and-set before it is used.
 */
export function makeTokenKeeper(options: TokenOptions): TokenKeeper {
  const underWay = new Map<string, Promise<Held>>();
  const restUntil = new Map<string, number>();
  const open = (id: string, row: TokensRow): Held => {
    const text = unseal(options.sealKey, row.sealed, { connectionId: id, purpose: 'tokens', origin: row.origin });
    const tokens = JSON.parse(text) as Kept;
    return {
      ...tokens,
      version: row.version,
      expiresAt: row.expires_at instanceof Date ? row.expires_at.getTime() : 0,
      refreshExpiresAt: row.refresh_expires_at?.getTime() ?? null,
      mayRefresh: row.sync_owner === null || row.sync_owner === options.deployment().id || tokens.deployment === options.deployment().id,
      refused: row.refused,
    };
  };
  const load = async (id: string): Promise<Held | null> => {
    const row = await kept.selectTokens(options.store.db, id);
    return row === null ? null : open(id, row);
  };
  return {
    forSession(connection, tracker, http) {
      const { oauth } = tracker;
      if (oauth === null || !oauth.applies(connection.credentials)) {
        return { accessToken: () => Promise.reject(nobody), worked: () => {} };
      }
      const talk: Talk = { options, connection, oauth, origin: tracker.origin(connection.settings), http, load: () => load(connection.id) };
      let held: Held | null = null;
      const refreshed = async (from: Held, rejected: string | undefined): Promise<Held> => {
        const lives = from.accessToken !== rejected && options.now() < from.expiresAt;
        if (lives && options.now() < (restUntil.get(connection.id) ?? 0)) {
          return from;
        }
        try {
          return await shared(underWay, connection.id, () => refresh(talk, from));
        } catch (fault) {
          if (lives && fault instanceof TrackerFault && fault.kind !== 'unauthorized') {
            restUntil.set(connection.id, options.now() + troubleRestMs);
            return from;
          }
          throw fault;
        }
      };
      return {
        async accessToken({ rejected } = {}) {
          held = held === null || held.accessToken === rejected ? await loadOrReserve(talk) : held;
          if (held.accessToken === rejected || options.now() >= held.refreshAt) {
            held = await refreshed(held, rejected);
          }
          return held.accessToken;
        },
        worked() {
          if (held !== null && held.previousRefreshToken !== null) {
            held = { ...held, previousRefreshToken: null };
            const sealed = sealTokens(options, connection.id, talk.origin, held);
            kept.amendTokens(options.store.db, { connectionId: connection.id, version: held.version, sealed }).catch(() => {});
          }
        },
      };
    },
    seal(connection, origin, tokens) {
      const held = { ...tokens, previousRefreshToken: null, refreshAt: refreshAtOf(options, tokens.expiresAt), deployment: options.deployment().id };
      const sealed = sealTokens(options, connection.id, origin, held);
      return { connectionId: connection.id, sealed, expiresAt: tokens.expiresAt, refreshExpiresAt: tokens.refreshExpiresAt };
    },
    async toRevoke(connection) {
      const held = await load(connection.id);
      return held === null || !held.mayRefresh || held.accessToken === '' ? null : held;
    },
  };
}

async function loadOrReserve(talk: Talk): Promise<Held> {
  const held = await talk.load();
  if (held !== null) {
    return held;
  }
  const { options, connection, oauth } = talk;
  if (oauth.flow(connection.credentials) === 'interactive') {
    throw nobody;
  }
  const empty: Kept = { accessToken: '', refreshToken: null, previousRefreshToken: null, refreshAt: 0, deployment: options.deployment().id };
  const sealed = sealTokens(options, connection.id, talk.origin, empty);
  await kept.reserveTokens(options.store.db, { connectionId: connection.id, sealed });
  const reserved = await talk.load();
  if (reserved === null) {
    throw new TrackerFault('unauthorized', 'The connection was removed.');
  }
  return reserved;
}

async function shared(underWay: Map<string, Promise<Held>>, id: string, act: () => Promise<Held>): Promise<Held> {
  const present = underWay.get(id);
  if (present !== undefined) {
    return present;
  }
  const promise = act().finally(() => underWay.delete(id));
  underWay.set(id, promise);
  return promise;
}
