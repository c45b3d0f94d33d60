import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import * as shapes from '../../contracts/api/views.ts';
import type { DraftRow } from '../../store/screens/drafts.ts';
import { changeDraft, deleteDraft, findDraft, insertDraft, listDrafts } from '../../store/screens/drafts.ts';
import type { Connection } from '../../store/open.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';

const params = z.object({ id: z.string().max(100) });
const administrator = { access: { role: 'administrator' as const } };

/** Configurations that are being made. They are kept and do nothing. */
export const draftRoutes: Mount = (app, { store }) => {
  const { db } = store;
  app.get(
    '/api/v1/connections/:id/drafts',
    { config: administrator, schema: { summary: 'Drafts of configurations', params, response: { 200: list(shapes.draft) } } },
    async (request) => ({ items: (await listDrafts(db, request.params.id)).map(bodyOf), nextCursor: null }),
  );

  app.post(
    '/api/v1/connections/:id/drafts',
    { config: administrator, schema: { summary: 'Begin a configuration', params, body: shapes.newDraft, response: { 201: shapes.draft } } },
    async (request, reply) => {
      const { configurationId, body } = request.body;
      const id = await insertDraft(db, { connectionId: request.params.id, configurationId: configurationId ?? null, body, by: actor(request).name });
      if (id === null) {
        throw new Problem(404, 'There is no such connection or configuration.');
      }
      return reply.status(201).send(await need(db, id));
    },
  );

  app.get('/api/v1/drafts/:id', { config: administrator, schema: { summary: 'One draft', params, response: { 200: shapes.draft } } }, (request) =>
    need(db, request.params.id),
  );

  app.put(
    '/api/v1/drafts/:id',
    { config: administrator, schema: { summary: 'Keep a draft', params, body: shapes.draftChange, response: { 200: shapes.draft } } },
    async (request) => {
      await need(db, request.params.id);
      await changeDraft(db, request.params.id, request.body.body);
      return need(db, request.params.id);
    },
  );

  app.delete('/api/v1/drafts/:id', { config: administrator, schema: { summary: 'Discard a draft', params } }, async (request, reply) => {
    if (!(await deleteDraft(db, request.params.id))) {
      throw new Problem(404, 'There is no such draft.');
    }
    return reply.status(204).send();
  });
};

async function need(db: Connection, id: string): Promise<shapes.Draft> {
  const row = await findDraft(db, id);
  if (row === null) {
    throw new Problem(404, 'There is no such draft.');
  }
  return bodyOf(row);
}

function bodyOf(row: DraftRow): shapes.Draft {
  return {
    id: row.id,
    connectionId: row.connection_id,
    configurationId: row.configuration_id,
    body: row.body,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
