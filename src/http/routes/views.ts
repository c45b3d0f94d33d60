import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import * as shapes from '../../contracts/api/views.ts';
import type { ViewRow } from '../../store/screens/views.ts';
import { deleteView, insertView, listViews } from '../../store/screens/views.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';

const viewer = { access: { role: 'viewer' as const } };

/** Saved views of the list of vulnerabilities: a person's own, and those that somebody shared. */
export const viewRoutes: Mount = (app, { store }) => {
  const { db } = store;
  app.get('/api/v1/views', { config: viewer, schema: { summary: 'Saved views', response: { 200: list(shapes.view) } } }, async (request) => {
    const by = actor(request);
    const rows = by.kind === 'person' ? await listViews(db, by.id) : [];
    return { items: rows.map((row) => bodyOf(row, by.id)), nextCursor: null };
  });

  app.post(
    '/api/v1/views',
    { config: viewer, schema: { summary: 'Save a view', body: shapes.newView, response: { 201: shapes.view } } },
    async (request, reply) => {
      const userId = needPerson(request);
      const row = await insertView(db, userId, request.body);
      if (row === null) {
        throw new Problem(409, 'You have 100 saved views already. Remove one first.');
      }
      return reply.status(201).send(bodyOf(row, userId));
    },
  );

  app.delete(
    '/api/v1/views/:id',
    { config: viewer, schema: { summary: 'Remove an own view', params: z.object({ id: z.string().max(100) }) } },
    async (request, reply) => {
      if (!(await deleteView(db, request.params.id, needPerson(request)))) {
        throw new Problem(404, 'You have no such view.');
      }
      return reply.status(204).send();
    },
  );
};

function needPerson(request: FastifyRequest): string {
  const by = actor(request);
  if (by.kind !== 'person') {
    throw new Problem(409, 'An API token has no views of its own.');
  }
  return by.id;
}

function bodyOf(row: ViewRow, userId: string): shapes.SavedView {
  const { id, name, query, shared } = row;
  return { id, name, query, shared, mine: row.owner_id === userId, createdAt: row.created_at.toISOString() };
}
