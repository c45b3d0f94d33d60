import { z } from 'zod';
import * as shapes from '../../contracts/api/vulnerabilities.ts';
import { merge } from '../../ingest/merge.ts';
import { split } from '../../ingest/split.ts';
import { audit } from '../../store/audit.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
import { detail, need } from './vulnerabilities.ts';

const params = z.object({ id: z.string().max(250) });
const analyst = { access: { role: 'analyst' as const } };

/** A person says that several are one, or that one is several. */
export const mergeRoutes: Mount = (app, { store }) => {
  const { db } = store;
  app.post(
    '/api/v1/vulnerabilities/:id/merge',
    {
      config: analyst,
      schema: { summary: 'Merge others into it; cards follow, and none is deleted', params, body: shapes.mergeBody, response: { 200: shapes.vulnerability } },
    },
    async (request) => {
      const { id } = await need(db, request.params.id);
      const { vulnerabilityIds, reason } = request.body;
      const by = actor(request);
      const merged = await merge(store, { survivorId: id, ids: vulnerabilityIds, reason: reason ?? null, by: by.name, correlationId: request.id });
      if (merged.kind === 'refused') {
        throw refusal(merged);
      }
      await audit(db, { by, act: 'vulnerabilities merged', subject: id, detail: request.body, correlationId: request.id });
      return detail(db, id);
    },
  );

  app.post(
    '/api/v1/vulnerabilities/:id/split',
    {
      config: analyst,
      schema: { summary: 'Split a part of it off; answers that part', params, body: shapes.splitBody, response: { 200: shapes.vulnerability } },
    },
    async (request) => {
      const { id } = await need(db, request.params.id);
      const { reason, ...part } = request.body;
      const by = actor(request);
      const parted = await split(store, { id, part, reason: reason ?? null, by: by.name, correlationId: request.id });
      if (parted.kind === 'refused') {
        throw refusal(parted);
      }
      await audit(db, { by, act: 'vulnerability split', subject: id, detail: { ...request.body, became: parted.id }, correlationId: request.id });
      return detail(db, parted.id);
    },
  );
};

function refusal({ status, because, path }: { readonly status: number; readonly because: string; readonly path: string }): Problem {
  return new Problem(status, because, path === '' ? {} : { errors: [{ path, message: because }] });
}
