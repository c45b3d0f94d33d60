import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import * as shapes from '../../contracts/api/single-sign-on.ts';
import { AddressRefused, makeUrlGuard } from '../../lib/url-guard.ts';
import { randomToken, seal } from '../../lib/seal.ts';
import { audit } from '../../store/audit.ts';
import type { Principal } from '../../store/people.ts';
import type { ProviderRow } from '../../store/single-sign-on.ts';
import { deleteProvider, readProvider, writeProvider } from '../../store/single-sign-on.ts';
import { actor, callerOf, refuseForeignOrigin } from '../access.ts';
import type { Mount } from '../app.ts';
import { discover, secretOf } from '../openid.ts';
import { Problem } from '../problem.ts';
import { makeSessionCookie } from '../session-cookie.ts';
import type { Finished, SignInNeeds } from '../single-sign-on.ts';
import { beginSignIn, finishSignIn, redirectUriOf } from '../single-sign-on.ts';
import type { Surroundings } from '../surroundings.ts';

const inPerson = { access: { role: 'administrator' as const, byPerson: true } };
const seldom = { rateLimit: { max: 30, timeWindow: '1 minute' } };
const browserMinutes = 10;

/** Signing in with an account of the organization, and what an administrator says about it. */
export const singleSignOnRoutes: Mount = (app, services) => {
  providerRoutes(app, services);
  const { store, publicUrl } = services;
  const { db } = store;
  const publicOrigin = new URL(publicUrl).origin;
  const needs = needsOf(services);
  const session = makeSessionCookie(services);
  const browser = browserCookie(publicUrl);

  app.get(
    '/api/v1/session/oidc',
    { config: { access: 'public' }, schema: { summary: 'How people may sign in', response: { 200: shapes.signInWays } } },
    async () => {
      const provider = await readProvider(db);
      return provider?.enabled === true
        ? { singleSignOn: { label: provider.label }, passwords: provider.passwords }
        : { singleSignOn: null, passwords: 'everybody' as const };
    },
  );

  const begin = async (request: FastifyRequest, reply: FastifyReply, userId: string | null) => {
    let authorizationUrl: string | null;
    const secret = randomToken();
    try {
      authorizationUrl = await beginSignIn(needs, secret, userId);
    } catch (fault) {
      throw new Problem(502, `The provider cannot be asked: ${wordsOf(fault)} Sign in with a password, or try again in a moment.`);
    }
    if (authorizationUrl === null) {
      throw new Problem(409, 'Single sign-on is off.');
    }
    browser.set(reply, secret);
    return { authorizationUrl };
  };

  app.post(
    '/api/v1/session/oidc',
    { config: { access: 'public', ...seldom }, schema: { summary: 'Begin a sign-in at the provider: where to send the browser', response: { 200: shapes.begun } } },
    async (request, reply) => {
      refuseForeignOrigin(request, publicOrigin);
      return begin(request, reply, null);
    },
  );

  app.post(
    '/api/v1/me/oidc',
    { config: { access: { role: 'viewer' }, ...seldom }, schema: { summary: 'Link an account of the provider to oneself', response: { 200: shapes.begun } } },
    async (request, reply) => {
      const by = actor(request);
      if (by.kind !== 'person') {
        throw new Problem(409, 'An API token has no account at the provider.');
      }
      return begin(request, reply, by.id);
    },
  );

  app.get(
    '/spa/callback/sign-in',
    { config: { access: 'public' as const, ...seldom }, schema: { hide: true } as object },
    async (request, reply) => {
      const caller = await callerOf(store, request, publicOrigin).catch(() => null);
      const by = caller?.principal.kind === 'person' ? caller.principal : null;
      const finished = await finishSignIn(needs, { url: request.url, browser: browser.take(request, reply), userId: by?.id ?? null });
      await note(request, finished, by);
      if (finished.kind === 'failed') {
        return reply.redirect(finished.linking ? `/settings?tab=account&signOn=${finished.because}` : `/sign-in?failed=${finished.because}`);
      }
      if (finished.kind === 'linked') {
        return reply.redirect('/settings?tab=account&signOn=linked');
      }
      await session.open(request, reply, finished.user.id, finished.endSessionUrl);
      return reply.redirect('/overview');
    },
  );

  async function note(request: FastifyRequest, finished: Finished, by: Principal | null): Promise<void> {
    const about = { address: request.ip, correlationId: request.id };
    if (finished.kind === 'failed') {
      const detail = { because: finished.because, words: finished.words };
      await audit(db, { by, act: 'single sign-on failed', subject: null, detail, ...about });
    } else if (finished.kind === 'linked') {
      await audit(db, { by, act: 'single sign-on linked', subject: by?.email ?? null, ...about });
    } else {
      const { user } = finished;
      await audit(db, { by: { ...user, kind: 'person', scopes: [] }, act: 'signed in', subject: user.email, detail: { by: 'single sign-on' }, ...about });
    }
  }
};

const providerRoutes: Mount = (app, services) => {
  const { db } = services.store;
  const needs = needsOf(services);
  const shown = async () => {
    const row = await readProvider(db);
    return { provider: row === null ? null : bodyOf(row), redirectUri: redirectUriOf(services.publicUrl) };
  };

  app.get(
    '/api/v1/single-sign-on',
    { config: inPerson, schema: { summary: 'The provider of single sign-on', response: { 200: shapes.singleSignOn } } },
    shown,
  );

  app.put(
    '/api/v1/single-sign-on',
    {
      config: inPerson,
      schema: { summary: 'Set the provider of single sign-on; switched on, it is asked at once', body: shapes.identityProviderWish, response: { 200: shapes.singleSignOn } },
    },
    async (request) => {
      const row = rowOf(needs, request.body, await readProvider(db));
      try {
        makeUrlGuard(needs.allowedNetworks).origin(row.issuer);
        if (row.enabled) {
          await discover(needs, row);
        }
      } catch (fault) {
        const message = fault instanceof AddressRefused ? fault.message : `The provider does not describe itself there: ${wordsOf(fault)}`;
        throw new Problem(400, message, { errors: [{ path: 'issuer', message }] });
      }
      await writeProvider(db, row);
      const { clientSecret, ...detail } = request.body;
      const said = { ...detail, clientSecret: clientSecret === undefined ? 'kept' : 'set anew' };
      await audit(db, { by: actor(request), act: 'single sign-on changed', subject: row.issuer, detail: said, address: request.ip, correlationId: request.id });
      return shown();
    },
  );

  app.delete(
    '/api/v1/single-sign-on',
    { config: inPerson, schema: { summary: 'Forget the provider; people stay, and sign in with a password' } },
    async (request, reply) => {
      if (!(await deleteProvider(db))) {
        throw new Problem(404, 'There is no provider.');
      }
      await audit(db, { by: actor(request), act: 'single sign-on removed', subject: null, address: request.ip, correlationId: request.id });
      return reply.status(204).send();
    },
  );
};

function needsOf({ store, engine, publicUrl }: Surroundings): SignInNeeds {
  const { sealKey, allowedNetworks } = engine.options;
  return { store, publicUrl, sealKey, allowedNetworks };
}

function rowOf({ sealKey }: SignInNeeds, wish: z.infer<typeof shapes.identityProviderWish>, before: ProviderRow | null): ProviderRow {
  const { issuer, clientSecret: secret } = wish;
  if (secret === undefined && before !== null && before.client_secret !== null && before.issuer !== issuer) {
    const message = 'The issuer changed: enter the client secret again.';
    throw new Problem(400, message, { errors: [{ path: 'clientSecret', message }] });
  }
  const kept = before?.client_secret ?? null;
  return {
    label: wish.label,
    issuer,
    client_id: wish.clientId,
    client_secret: secret === undefined ? kept : secret === null ? null : seal(sealKey, secret, secretOf(issuer)),
    allowed_domains: wish.allowedDomains,
    groups_claim: wish.groupsClaim,
    role_by_group: wish.roleByGroup,
    default_role: wish.defaultRole,
    passwords: wish.passwords,
    enabled: wish.enabled,
  };
}

function bodyOf(row: ProviderRow): shapes.IdentityProvider {
  return {
    label: row.label,
    issuer: row.issuer,
    clientId: row.client_id,
    hasClientSecret: row.client_secret !== null,
    allowedDomains: [...row.allowed_domains],
    groupsClaim: row.groups_claim,
    roleByGroup: [...row.role_by_group],
    defaultRole: row.default_role,
    passwords: row.passwords,
    enabled: row.enabled,
  };
}

/** Binds a sign-in to the browser that began it: who lures another browser to the way back gets nowhere. */
function browserCookie(publicUrl: string) {
  const secure = publicUrl.startsWith('https:');
  const name = secure ? '__Host-patchboard_sign_in' : 'patchboard_sign_in';
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const;
  return {
    set: (reply: FastifyReply, secret: string) => reply.setCookie(name, secret, { ...options, maxAge: browserMinutes * 60 }),
    take: (request: FastifyRequest, reply: FastifyReply) => {
      reply.clearCookie(name, options);
      return request.cookies[name] ?? '';
    },
  };
}

function wordsOf(fault: unknown): string {
  const cause = fault instanceof Error && fault.cause instanceof Error ? ` (${fault.cause.message})` : '';
  return fault instanceof Error ? `${fault.message}${cause}.`.replace('..', '.') : String(fault);
}
