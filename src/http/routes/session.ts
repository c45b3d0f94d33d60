import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import * as shapes from '../../contracts/api/people.ts';
import type { SignedOut } from '../../contracts/api/single-sign-on.ts';
import { hashPassword, isPassword } from '../../lib/password.ts';
import { audit, isGuessedAt, signInFailed } from '../../store/audit.ts';
import type { Connection } from '../../store/open.ts';
import * as people from '../../store/people.ts';
import { readProvider } from '../../store/single-sign-on.ts';
import { closeSessions, findUser, setPassword } from '../../store/users.ts';
import { actor, refuseForeignOrigin } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
import { makeSessionCookie } from '../session-cookie.ts';

const byAddress = { rateLimit: { max: 30, timeWindow: '1 minute' } };
const publicly = { access: 'public' as const, ...byAddress };
const anybody = { access: { role: 'viewer' as const } };
const done = z.object({ ok: z.boolean() });
const retryAfterSeconds = 900;

/** First run, signing in and out, and what concerns only oneself. */
export const sessionRoutes: Mount = (app, services) => {
  const { store, publicUrl } = services;
  const { db } = store;
  const publicOrigin = new URL(publicUrl).origin;
  const session = makeSessionCookie(services);

  app.get(
    '/api/v1/setup',
    {
      config: { access: 'public' },
      schema: {
        summary: 'Whether the first administrator is still to come',
        response: { 200: z.object({ needed: z.boolean() }) },
      },
    },
    async () => ({
      needed: await people.needsSetup(db),
    }),
  );

  app.post(
    '/api/v1/setup',
    {
      config: publicly,
      schema: { summary: 'Become the first administrator', body: shapes.setupClaim, response: { 201: done } },
    },
    async (request, reply) => {
      refuseForeignOrigin(request, publicOrigin);
      if (!(await people.needsSetup(db))) {
        throw new Problem(404, 'Patchboard is set up already. Sign in.');
      }
      const { password, ...claim } = request.body;
      const id = await people.claimSetup(store, claim, () => hashPassword(password));
      if (id === null) {
        throw new Problem(
          403,
          'The set-up link is not valid any more. Start Patchboard again to get a new one.',
        );
      }
      await audit(db, {
        by: null,
        act: 'setup claimed',
        subject: claim.email,
        address: request.ip,
        correlationId: request.id,
      });
      await session.open(request, reply, id);
      return reply.status(201).send({ ok: true });
    },
  );

  app.post(
    '/api/v1/session',
    { config: publicly, schema: { summary: 'Sign in', body: shapes.signIn, response: { 201: done } } },
    async (request, reply) => {
      refuseForeignOrigin(request, publicOrigin);
      const { email, password } = request.body;
      const subject = email.toLowerCase();
      const about = { subject, address: request.ip, correlationId: request.id };
      if (await isGuessedAt(db, { email, address: request.ip })) {
        throw new Problem(
          429,
          'Too many wrong passwords. Try again in a quarter of an hour, or ask an administrator.',
          { headers: { 'retry-after': String(retryAfterSeconds) } },
        );
      }
      const user = await people.userByEmail(db, email);
      const known = user !== null && user.disabled_at === null ? user : null;
      if (!(await isPassword(password, known?.password_hash ?? null)) || known === null) {
        await audit(db, { by: null, act: signInFailed, ...about });
        throw new Problem(401, 'E-mail or password is wrong.');
      }
      if (known.role !== 'administrator' && (await passwordsOf(db)) === 'administrators') {
        throw new Problem(403, 'Only administrators sign in with a password here. Use single sign-on.');
      }
      await session.open(request, reply, known.id);
      await audit(db, { by: { ...known, kind: 'person', scopes: [] }, act: 'signed in', ...about });
      return reply.status(201).send({ ok: true });
    },
  );

  app.delete(
    '/api/v1/session',
    { config: anybody, schema: { summary: 'Sign out; 200 tells where the provider of single sign-on ends its own session' } },
    async (request, reply) => {
      const endSessionUrl = await session.close(request, reply);
      return endSessionUrl === null ? reply.status(204).send() : reply.status(200).send({ endSessionUrl } satisfies SignedOut);
    },
  );

  app.get(
    '/api/v1/me',
    { config: anybody, schema: { summary: 'Who calls', response: { 200: shapes.me } } },
    async (request) => {
      const { kind, id, name, email, role } = actor(request);
      const user = kind === 'person' ? await findUser(db, id) : null;
      return { kind, name, email, role, singleSignOn: (user?.subject ?? null) !== null };
    },
  );

  app.delete(
    '/api/v1/me/sessions',
    {
      config: anybody,
      schema: { summary: 'Sign out everywhere else', response: { 200: shapes.closedSessions } },
    },
    async (request) => {
      const { id } = needPerson(request);
      return { closed: await closeSessions(db, id, session.token(request)) };
    },
  );

  app.post(
    '/api/v1/me/password',
    {
      config: { ...anybody, ...byAddress },
      schema: { summary: 'Change the own password; every other session ends', body: shapes.passwordChange },
    },
    async (request, reply) => {
      const by = needPerson(request);
      const user = await findUser(db, by.id);
      if (!(await isPassword(request.body.currentPassword, user?.password_hash ?? null))) {
        throw new Problem(403, 'The current password is wrong.', {
          errors: [{ path: 'currentPassword', message: 'Is wrong.' }],
        });
      }
      await setPassword(db, by.id, await hashPassword(request.body.newPassword));
      await closeSessions(db, by.id, null);
      await session.open(request, reply, by.id);
      await audit(db, {
        by,
        act: 'password changed',
        subject: by.email,
        address: request.ip,
        correlationId: request.id,
      });
      return reply.status(204).send();
    },
  );
};

async function passwordsOf(db: Connection): Promise<'everybody' | 'administrators'> {
  const provider = await readProvider(db);
  return provider?.enabled === true ? provider.passwords : 'everybody';
}

function needPerson(request: FastifyRequest): people.Principal {
  const by = actor(request);
  if (by.kind !== 'person') {
    throw new Problem(409, 'An API token has neither a password nor sessions.');
  }
  return by;
}
