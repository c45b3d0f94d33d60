import type { FastifyRequest } from 'fastify';
import type { Role } from '../core/vocabulary.ts';
import { tokenDigest } from '../lib/seal.ts';
import type { Store } from '../store/open.ts';
import type { Principal } from '../store/people.ts';
import { bootstrapName, personOf, tokenPrincipal } from '../store/people.ts';
import { Problem } from './problem.ts';

/**
 * Who may call a route: `public`, or at least this role. A token with scopes may only do what they name. `byPerson`: no API
 * token but the operator's own may, so that whoever finds one cannot make more of it.
 */
export type Access = 'public' | { readonly role: Role; readonly scope?: string; readonly byPerson?: boolean };

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    principal: Principal | null;
  }
}

/** With https the browser itself holds the cookie to this host, to https and to the whole path. */
export function sessionCookieOf(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-patchboard_session' : 'patchboard_session';
}

const ranks: readonly Role[] = ['viewer', 'developer', 'analyst', 'administrator'];

export function outranks(role: Role, needed: Role): boolean {
  return ranks.indexOf(role) >= ranks.indexOf(needed);
}

/** Deny by default: a route that says nothing about access is closed to everybody. */
export async function authorize(store: Store, request: FastifyRequest, publicOrigin: string): Promise<void> {
  const access = request.routeOptions.config.access;
  if (access === 'public') {
    return;
  }
  if (access === undefined) {
    throw new Problem(404, 'There is nothing here.');
  }
  const principal = await principalOf(store, request, sessionCookieOf(publicOrigin));
  request.principal = principal;
  if (principal === null) {
    throw new Problem(401, 'Sign in, or send an API token: Authorization: Bearer <token>.', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  if (principal.kind === 'person') {
    refuseForeignOrigin(request, publicOrigin);
  }
  const refusal = refusalOf(principal, access);
  if (refusal !== null) {
    throw new Problem(403, refusal);
  }
}

/** The one policy: why this caller may not, or null if they may. */
export function refusalOf(
  principal: Pick<Principal, 'kind' | 'name' | 'role' | 'scopes'>,
  access: Exclude<Access, 'public'>,
): string | null {
  const { kind, name, role, scopes } = principal;
  if (scopes.length > 0) {
    const covered = access.scope !== undefined && scopes.includes(access.scope);
    return covered ? null : `The token’s scopes (${scopes.join(', ')}) do not cover this.`;
  }
  if (access.byPerson === true && kind === 'token' && name !== bootstrapName) {
    return 'An API token cannot do this. Sign in as a person.';
  }
  return outranks(role, access.role) ? null : `This needs the role ${access.role} or higher.`;
}

/** Whoever calls a public route, and what they hold, by which a second call of theirs is known. Null: nobody. */
export async function callerOf(
  store: Store,
  request: FastifyRequest,
  publicOrigin: string,
): Promise<{ readonly principal: Principal; readonly key: string } | null> {
  const principal = request.principal ?? (await principalOf(store, request, sessionCookieOf(publicOrigin)));
  if (principal === null) {
    return null;
  }
  const cookie = request.cookies[sessionCookieOf(publicOrigin)] ?? '';
  const key = principal.kind === 'token' ? `token:${principal.id}` : `session:${tokenDigest(cookie).toString('hex')}`;
  return { principal, key };
}

async function principalOf(
  store: Store,
  request: FastifyRequest,
  cookieName: string,
): Promise<Principal | null> {
  const bearer = /^Bearer\s+(\S+)$/iu.exec(request.headers.authorization ?? '')?.[1];
  if (bearer !== undefined) {
    const principal = await tokenPrincipal(store.db, bearer);
    if (principal === null) {
      throw new Problem(401, 'The API token is unknown, revoked or expired.', {
        headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      });
    }
    return principal;
  }
  const cookie = request.cookies[cookieName];
  return cookie === undefined ? null : personOf(store.db, cookie);
}

/** A browser that is led here by another site sends its cookie along: what changes anything must come from our own pages. */
export function refuseForeignOrigin(request: FastifyRequest, publicOrigin: string): void {
  if (request.method === 'GET' || request.method === 'HEAD') {
    return;
  }
  const site = request.headers['sec-fetch-site'];
  const origin = request.headers.origin;
  const own =
    origin === undefined || origin === publicOrigin || origin === `${request.protocol}://${request.host}`;
  if (!own || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
    throw new Problem(403, 'This request comes from another site.');
  }
}

export function actor(request: FastifyRequest): Principal {
  if (request.principal === null) {
    throw new Problem(401, 'Sign in first.');
  }
  return request.principal;
}
