import { sql } from 'kysely';
import { z } from 'zod';
import * as shapes from '../../contracts/api/people.ts';
import { hashPassword, isPassword } from '../../lib/password.ts';
import { randomToken, tokenDigest } from '../../lib/seal.ts';
import * as people from '../../store/people.ts';
import { actor, sessionCookie } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';

const byAddress = { rateLimit: { max: 30, timeWindow: '1 minute' } };

/** Set-up, sign-in, users, API tokens. */
export const peopleRoutes: Mount = (app, services) => {
  const { store, publicUrl } = services;
  const secure = publicUrl.startsWith('https:');
  const cookieName = secure ? `__Host-${sessionCookie}` : sessionCookie;
  const cookieOptions = { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const;

  app.get('/api/v1/setup', { config: { access: 'public' }, schema: { response: { 200: z.object({ needed: z.boolean() }) } } }, async () => ({
    needed: await people.needsSetup(store.db),
  }));

  app.post('/api/v1/setup', { config: { access: 'public', ...byAddress }, schema: { body: shapes.setupClaim } }, async (request, reply) => {
    if (!(await people.needsSetup(store.db))) {
      throw new Problem(404, 'Patchboard is set up already. Sign in.');
    }
    const { password, ...claim } = request.body;
    const id = await people.claimSetup(store, { ...claim, passwordHash: await hashPassword(password) });
    if (id === null) {
      throw new Problem(403, 'The set-up link is not valid any more. Start Patchboard again to get a new one.');
    }
    await people.audit(store.db, { by: null, act: 'setup claimed', subject: claim.email, correlationId: request.id });
    const token = await people.openSession(store.db, id, { address: request.ip, agent: request.headers['user-agent'] ?? '' });
    return reply.setCookie(cookieName, token, cookieOptions).status(201).send({ ok: true });
  });

  app.post('/api/v1/session', { config: { access: 'public', ...byAddress }, schema: { body: shapes.signIn } }, async (request, reply) => {
    const { email, password } = request.body;
    const user = await people.userByEmail(store.db, email);
    const known = user !== null && user.disabled_at === null ? user : null;
    if (!(await isPassword(password, known?.password_hash ?? null)) || known === null) {
      throw new Problem(401, 'E-mail or password is wrong.');
    }
    const token = await people.openSession(store.db, known.id, { address: request.ip, agent: request.headers['user-agent'] ?? '' });
    return reply.setCookie(cookieName, token, cookieOptions).status(201).send({ ok: true });
  });

  app.delete('/api/v1/session', { config: { access: { role: 'viewer' } } }, async (request, reply) => {
    const cookie = request.cookies[cookieName];
    if (cookie !== undefined) {
      await people.closeSession(store.db, cookie);
    }
    return reply.clearCookie(cookieName, cookieOptions).status(204).send();
  });

  app.get('/api/v1/me', { config: { access: { role: 'viewer' } }, schema: { response: { 200: shapes.me } } }, (request) => {
    const { kind, name, email, role } = actor(request);
    return { kind, name, email, role };
  });

  app.get('/api/v1/users', { config: { access: { role: 'administrator' } }, schema: { response: { 200: z.object({ items: z.array(shapes.user) }) } } }, async () => {
    const rows = await sql<people.UserRow>`select * from users order by created_at`.execute(store.db);
    return { items: rows.rows.map(userBody) };
  });

  app.post('/api/v1/users', { config: { access: { role: 'administrator' } }, schema: { body: shapes.newUser, response: { 201: shapes.user } } }, async (request, reply) => {
    const { password, ...wish } = request.body;
    if ((await people.userByEmail(store.db, wish.email)) !== null) {
      throw new Problem(409, 'There is a user with this e-mail already.');
    }
    await people.createUser(store.db, { ...wish, passwordHash: await hashPassword(password) });
    await people.audit(store.db, { by: actor(request), act: 'user made', subject: wish.email, correlationId: request.id });
    const made = await people.userByEmail(store.db, wish.email);
    return reply.status(201).send(userBody(made as people.UserRow));
  });

  app.patch('/api/v1/users/:id', { config: { access: { role: 'administrator' } }, schema: { params: z.object({ id: z.uuid() }), body: shapes.userChange } }, async (request, reply) => {
    const { name, role, disabled } = request.body;
    const changed = await sql`
      update users set name = coalesce(${name ?? null}, name), role = coalesce(${role ?? null}, role),
        disabled_at = case when ${disabled ?? null}::boolean is null then disabled_at when ${disabled ?? null}::boolean then clock_timestamp() end
      where id = ${request.params.id}::uuid
    `.execute(store.db);
    if ((changed.numAffectedRows ?? 0n) === 0n) {
      throw new Problem(404, 'There is no such user.');
    }
    await sql`delete from sessions where user_id = ${request.params.id}::uuid`.execute(store.db);
    await people.audit(store.db, { by: actor(request), act: 'user changed', subject: request.params.id, detail: request.body, correlationId: request.id });
    return reply.status(204).send();
  });

  tokenRoutes(app, services);
};

const tokenRoutes: Mount = (app, { store }) => {
  // Tokens can neither list nor make tokens: whoever holds one cannot make more of it.
  app.get('/api/v1/tokens', { config: { access: { role: 'administrator' } }, schema: { response: { 200: z.object({ items: z.array(shapes.token) }) } } }, async () => {
    const rows = await sql<TokenRow>`select * from api_tokens where revoked_at is null order by created_at desc`.execute(store.db);
    return { items: rows.rows.map(tokenBody) };
  });

  app.post('/api/v1/tokens', { config: { access: { role: 'administrator' } }, schema: { body: shapes.newToken, response: { 201: shapes.madeToken } } }, async (request, reply) => {
    const by = actor(request);
    if (by.kind === 'token' && by.name !== 'bootstrap') {
      throw new Problem(403, 'An API token cannot make another. Sign in as a person.');
    }
    const token = `pb_${randomToken()}`;
    const { name, role, scopes, expiresAt } = request.body;
    const rows = await sql<TokenRow>`
      insert into api_tokens (id, name, token_hash, role, scopes, created_by, expires_at)
      values (gen_random_uuid(), ${name}, ${tokenDigest(token)}, ${role}, ${scopes}::text[], ${by.kind === 'person' ? by.id : null}::uuid, ${expiresAt ?? null}::timestamptz)
      returning *
    `.execute(store.db);
    await people.audit(store.db, { by, act: 'token made', subject: name, detail: { role, scopes }, correlationId: request.id });
    return reply.status(201).send({ ...tokenBody(rows.rows[0] as TokenRow), token });
  });

  app.delete('/api/v1/tokens/:id', { config: { access: { role: 'administrator' } }, schema: { params: z.object({ id: z.uuid() }) } }, async (request, reply) => {
    await sql`update api_tokens set revoked_at = clock_timestamp() where id = ${request.params.id}::uuid`.execute(store.db);
    await people.audit(store.db, { by: actor(request), act: 'token revoked', subject: request.params.id, correlationId: request.id });
    return reply.status(204).send();
  });
};

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: people.Principal['role'];
  readonly scopes: string[];
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  readonly expires_at: Date | null;
}

function tokenBody(row: TokenRow) {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    scopes: row.scopes,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    expiresAt: row.expires_at?.toISOString() ?? null,
  };
}

function userBody(row: people.UserRow) {
  const { id, email, name, role } = row;
  return { id, email, name, role, disabled: row.disabled_at !== null, createdAt: row.created_at.toISOString() };
}
