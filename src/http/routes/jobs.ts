import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import type { Job, JobItem } from '../../contracts/api/jobs.ts';
import * as shapes from '../../contracts/api/jobs.ts';
import { audit } from '../../store/audit.ts';
import type { JobItemRow, JobRow } from '../../store/jobs.ts';
import { findJob, jobItems, jobsOf } from '../../store/jobs.ts';
import type { Connection } from '../../store/open.ts';
import type { JobState } from '../../sync/steer-job.ts';
import { steerJob } from '../../sync/steer-job.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
import { throwRefused } from './connections.ts';

const params = z.object({ id: z.string().max(100) });
const viewer = { access: { role: 'viewer' as const } };
const administrator = { access: { role: 'administrator' as const } };

/** Jobs of configurations: how far they are, what became of each card, and their brakes. */
export const jobRoutes: Mount = (app, { store, engine }) => {
  const { db } = store;
  const steer = async (request: Parameters<typeof actor>[0] & { readonly params: { readonly id: string } }, act: string, state: JobState, perMinute?: number | null) => {
    const { id } = request.params;
    const steered = await steerJob(engine, id, state, perMinute);
    if (steered.kind === 'refused') {
      throwRefused(steered);
    }
    await audit(db, { by: actor(request), act: `job ${act}`, subject: id, correlationId: request.id });
    return jobBody(db, id);
  };

  app.get(
    '/api/v1/configurations/:id/jobs',
    { config: viewer, schema: { summary: 'Jobs of a configuration', params, response: { 200: list(shapes.job) } } },
    async (request) => ({ items: (await jobsOf(db, request.params.id)).map(bodyOf), nextCursor: null }),
  );

  app.get('/api/v1/jobs/:id', { config: viewer, schema: { summary: 'A job’s progress', params, response: { 200: shapes.job } } }, (request) => jobBody(db, request.params.id));

  app.get(
    '/api/v1/jobs/:id/items',
    { config: viewer, schema: { summary: 'What became of each card of a job', params, querystring: shapes.jobItemQuery, response: { 200: list(shapes.jobItem) } } },
    async (request) => {
      const { kind } = await jobBody(db, request.params.id);
      const page = await jobItems(db, { jobId: request.params.id, kind, ...request.query });
      return { items: page.items.map(itemBody), nextCursor: page.nextCursor };
    },
  );

  app.post(
    '/api/v1/jobs/:id/pause',
    { config: administrator, schema: { summary: 'Pause a job: no further card is begun', params, response: { 200: shapes.job } } },
    (request) => steer(request, 'pause', 'paused'),
  );

  app.post(
    '/api/v1/jobs/:id/resume',
    { config: administrator, schema: { summary: 'Resume a paused job, at another rate if wished', params, body: shapes.resumeJob.nullish(), response: { 200: shapes.job } } },
    (request) => steer(request, 'resume', 'running', request.body?.perMinute),
  );

  app.post(
    '/api/v1/jobs/:id/cancel',
    { config: administrator, schema: { summary: 'Cancel a job; what it did stays', params, response: { 200: shapes.job } } },
    (request) => steer(request, 'cancel', 'cancelled'),
  );
};

export async function jobBody(db: Connection, id: string): Promise<Job> {
  const row = await findJob(db, id);
  if (row === null) {
    throw new Problem(404, 'There is no such job.');
  }
  return bodyOf(row);
}

function bodyOf(row: JobRow): Job {
  const { id, kind, state, because } = row;
  return {
    ...{ id, kind, state, because },
    configurationId: row.configuration_id,
    options: row.options,
    progress: { created: row.made, total: row.progress.total, waiting: row.waiting, failed: row.failed },
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}

function itemBody({ became, card, message, hint, ...row }: JobItemRow): JobItem {
  return { vulnerabilityId: row.vulnerability_id, vulnerabilityTitle: row.vulnerability_title, linkId: row.link_id, deliveryId: row.delivery_id, ...{ became, card, message, hint } };
}
