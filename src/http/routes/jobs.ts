import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import * as shapes from '../../contracts/api/configurations.ts';
import { audit } from '../../store/audit.ts';
import type { JobRow } from '../../store/jobs.ts';
import { findJob, jobsOf, steerJob } from '../../store/jobs.ts';
import type { Connection } from '../../store/open.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';

const params = z.object({ id: z.string().max(100) });
const viewer = { access: { role: 'viewer' as const } };
const administrator = { access: { role: 'administrator' as const } };
const acts = [
  { act: 'pause', state: 'paused', summary: 'Pause a job' },
  { act: 'resume', state: 'running', summary: 'Resume a paused job' },
  { act: 'cancel', state: 'cancelled', summary: 'Cancel a job; what it did stays' },
] as const;

/** Backfills: how far they are, and their brakes. */
export const jobRoutes: Mount = (app, { store }) => {
  const { db } = store;

  app.get(
    '/api/v1/configurations/:id/jobs',
    {
      config: viewer,
      schema: { summary: 'Backfills of a configuration', params, response: { 200: list(shapes.job) } },
    },
    async (request) => ({ items: (await jobsOf(db, request.params.id)).map(bodyOf), nextCursor: null }),
  );

  app.get(
    '/api/v1/jobs/:id',
    { config: viewer, schema: { summary: 'A job’s progress', params, response: { 200: shapes.job } } },
    (request) => jobBody(db, request.params.id),
  );

  for (const { act, state, summary } of acts) {
    app.post(
      `/api/v1/jobs/:id/${act}`,
      { config: administrator, schema: { summary, params, response: { 200: shapes.job } } },
      async (request) => {
        const { id } = request.params;
        await jobBody(db, id);
        await steerJob(store, id, state);
        await audit(db, { by: actor(request), act: `job ${act}`, subject: id, correlationId: request.id });
        return jobBody(db, id);
      },
    );
  }
};

export async function jobBody(db: Connection, id: string): Promise<z.infer<typeof shapes.job>> {
  const row = await findJob(db, id);
  if (row === null) {
    throw new Problem(404, 'There is no such job.');
  }
  return bodyOf(row);
}

function bodyOf({ id, kind, state, progress, created_at, finished_at }: JobRow): z.infer<typeof shapes.job> {
  return {
    id,
    kind,
    state,
    progress,
    createdAt: created_at.toISOString(),
    finishedAt: finished_at?.toISOString() ?? null,
  };
}
