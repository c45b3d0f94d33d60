import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import * as shapes from '../../contracts/api/people.ts';
import { hashPassword } from '../../lib/password.ts';
import type { ApiTokenRow } from '../../store/api-tokens.ts';
import { listTokens, makeToken, revokeToken } from '../../store/api-tokens.ts';
import type { AuditRow } from '../../store/audit.ts';
import { audit, listAudit } from '../../store/audit.ts';
import * as people from '../../store/people.ts';
import type { UserChange } from '../../store/users.ts';
import { changeUser, findUser, listUsers } from '../../store/users.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';

const params = z.object({ id: z.uuid() });
const administrator = { access: { role: 'administrator' as const } };
/** Tokens can neither see nor make people and tokens. */
const administratorInPerson = { access: { role: 'administrator' as const, byPerson: true } };

/** Users, API tokens, and the record of who did what. */
export const peopleRoutes: Mount = (app, services) => {
  userRoutes(app, services);
  tokenRoutes(app, services);
  const { db } = services.store;

  app.get(
    '/api/v1/audit',
    {
      config: administrator,
      schema: {
        summary: 'Who did what, latest first',
        querystring: shapes.auditQuery,
        response: { 200: list(shapes.auditEntry) },
      },
    },
    async (request) => {
      const page = await listAudit(db, request.query);
      return { items: page.items.map(auditBody), nextCursor: page.nextCursor };
    },
  );
};

const userRoutes: Mount = (app, { store }) => {
  const { db } = store;

  app.get(
    '/api/v1/users',
    {
      config: administratorInPerson,
      schema: { summary: 'List users', response: { 200: list(shapes.user) } },
    },
    async () => {
      const rows = await listUsers(db);
      return { items: rows.map(userBody), nextCursor: null };
    },
  );

  app.post(
    '/api/v1/users',
    {
      config: administratorInPerson,
      schema: { summary: 'Make a user', body: shapes.newUser, response: { 201: shapes.user } },
    },
    async (request, reply) => {
      const { password, ...wish } = request.body;
      if ((await people.userByEmail(db, wish.email)) !== null) {
        throw new Problem(409, 'There is a user with this e-mail already.', {
          errors: [{ path: 'email', message: 'Is taken.' }],
        });
      }
      const id = await people.createUser(db, { ...wish, passwordHash: await hashPassword(password) });
      await audit(db, {
        by: actor(request),
        act: 'user made',
        subject: wish.email,
        detail: { role: wish.role },
        address: request.ip,
        correlationId: request.id,
      });
      return reply.status(201).send(userBody(await needUser(id)));
    },
  );

  app.patch(
    '/api/v1/users/:id',
    {
      config: administratorInPerson,
      schema: { summary: 'Change a user', params, body: shapes.userChange, response: { 200: shapes.user } },
    },
    async (request) => {
      const { password, singleSignOn, ...rest } = request.body;
      const change: UserChange = {
        ...rest,
        passwordHash: password === undefined ? undefined : await hashPassword(password),
        unlink: singleSignOn === false,
      };
      const { id } = request.params;
      const changed = await changeUser(store, id, change);
      if (changed === 'last administrator') {
        throw new Problem(409, 'This is the last administrator. Make another one first.');
      }
      const user = await needUser(id);
      const detail = { ...rest, ...(password === undefined ? {} : { password: 'set anew' }), ...(singleSignOn === false ? { singleSignOn } : {}) };
      await audit(db, {
        by: actor(request),
        act: 'user changed',
        subject: user.email,
        detail,
        address: request.ip,
        correlationId: request.id,
      });
      return userBody(user);
    },
  );

  async function needUser(id: string): Promise<people.UserRow> {
    const user = await findUser(db, id);
    if (user === null) {
      throw new Problem(404, 'There is no such user.');
    }
    return user;
  }
};

const tokenRoutes: Mount = (app, { store }) => {
  const { db } = store;

  app.get(
    '/api/v1/tokens',
    {
      config: administratorInPerson,
      schema: { summary: 'List API tokens', response: { 200: list(shapes.token) } },
    },
    async () => {
      const rows = await listTokens(db);
      return { items: rows.map(tokenBody), nextCursor: null };
    },
  );

  app.post(
    '/api/v1/tokens',
    {
      config: administratorInPerson,
      schema: {
        summary: 'Make an API token; it is shown this once',
        body: shapes.newToken,
        response: { 201: shapes.madeToken },
      },
    },
    async (request, reply) => {
      const by = actor(request);
      const { name, role, scopes, expiresAt } = request.body;
      if (name === people.bootstrapName) {
        throw new Problem(409, 'This name belongs to the operator’s own token.', {
          errors: [{ path: 'name', message: 'Choose another.' }],
        });
      }
      const wish = {
        name,
        role,
        scopes,
        expiresAt: expiresAt ?? null,
        createdBy: by.kind === 'person' ? by.id : null,
      };
      const { row, token } = await makeToken(db, wish);
      await audit(db, {
        by,
        act: 'token made',
        subject: name,
        detail: { role, scopes },
        address: request.ip,
        correlationId: request.id,
      });
      return reply.status(201).send({ ...tokenBody(row), token });
    },
  );

  app.delete(
    '/api/v1/tokens/:id',
    { config: administratorInPerson, schema: { summary: 'Revoke an API token', params } },
    async (request, reply) => {
      if (!(await revokeToken(db, request.params.id))) {
        throw new Problem(404, 'There is no such token.');
      }
      await audit(db, {
        by: actor(request),
        act: 'token revoked',
        subject: request.params.id,
        address: request.ip,
        correlationId: request.id,
      });
      return reply.status(204).send();
    },
  );
};

function auditBody(row: AuditRow): z.infer<typeof shapes.auditEntry> {
  const { id, act, subject, detail, address } = row;
  return {
    id,
    act,
    subject,
    detail,
    address,
    at: row.at.toISOString(),
    actor: { kind: row.actor_kind, name: row.actor_name },
    correlationId: row.correlation_id,
  };
}

function tokenBody(row: ApiTokenRow): z.infer<typeof shapes.token> {
  const { id, name, role, scopes } = row;
  return {
    id,
    name,
    role,
    scopes,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    expiresAt: row.expires_at?.toISOString() ?? null,
  };
}

function userBody(row: people.UserRow): z.infer<typeof shapes.user> {
  const { id, email, name, role } = row;
  return {
    id,
    email,
    name,
    role,
    disabled: row.disabled_at !== null,
    singleSignOn: row.subject !== null,
    hasPassword: row.password_hash !== null,
    createdAt: row.created_at.toISOString(),
  };
}
