import { z } from 'zod';
import * as shapes from '../../contracts/api/assessments.ts';
import { list } from '../../contracts/api/basics.ts';
import type { AssessmentAct } from '../../ingest/assessments.ts';
import { completeAssessment, planAssessment, startAssessment } from '../../ingest/assessments.ts';
import type { AssessmentRow } from '../../store/assessments.ts';
import { findAssessment, listAssessments } from '../../store/assessments.ts';
import { audit } from '../../store/audit.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
import { needAsset } from './assets.ts';

const params = z.object({ id: z.string().max(250) });
const analyst = { access: { role: 'analyst' as const } };
const viewer = { access: { role: 'viewer' as const } };

/** Manual scans with a beginning and an end. */
export const assessmentRoutes: Mount = (app, { store }) => {
  const { db } = store;
  app.post(
    '/api/v1/assets/:id/assessments',
    { config: analyst, schema: { summary: 'Plan an assessment', params, body: shapes.newAssessment, response: { 201: shapes.assessment } } },
    async (request, reply) => {
      const asset = await needAsset(db, request.params.id);
      const { title, description, author, plannedFor } = request.body;
      const by = actor(request);
      const planned = await planAssessment(store, {
        assetId: asset.id,
        title,
        evidence: description ?? null,
        author: author ?? by.name,
        plannedFor: plannedFor === undefined ? null : new Date(plannedFor),
        by: by.name,
      });
      return reply.status(201).send(settled(planned));
    },
  );

  app.get(
    '/api/v1/assets/:id/assessments',
    { config: viewer, schema: { summary: 'Assessments of an asset, the latest first', params, querystring: shapes.assessmentQuery, response: { 200: list(shapes.assessment) } } },
    async (request) => {
      const asset = await needAsset(db, request.params.id);
      const page = await listAssessments(db, { assetId: asset.id, ...request.query });
      return { items: page.items.map(body), nextCursor: page.nextCursor };
    },
  );

  app.get('/api/v1/assessments/:id', { config: viewer, schema: { summary: 'One assessment', params, response: { 200: shapes.assessment } } }, async (request) => {
    const row = await findAssessment(db, request.params.id);
    if (row === null) {
      throw new Problem(404, 'There is no such assessment.');
    }
    return body(row);
  });

  app.post(
    '/api/v1/assessments/:id/start',
    { config: analyst, schema: { summary: 'A planned assessment runs from now on', params, response: { 200: shapes.assessment } } },
    async (request) => {
      const started = settled(await startAssessment(store, request.params.id));
      await audit(db, { by: actor(request), act: 'assessment started', subject: started.id, detail: {}, correlationId: request.id });
      return started;
    },
  );

  app.post(
    '/api/v1/assessments/:id/complete',
    {
      config: analyst,
      schema: { summary: 'A running assessment is done; cards are made where a configuration waits for that', params, body: shapes.completion, response: { 200: shapes.assessment } },
    },
    async (request) => {
      const { evidence, results } = request.body;
      const done = settled(await completeAssessment(store, { id: request.params.id, evidence: evidence ?? null, results: results ?? [] }));
      await audit(db, { by: actor(request), act: 'assessment completed', subject: done.id, detail: { results: results?.length ?? 0 }, correlationId: request.id });
      return done;
    },
  );
};

function settled(act: AssessmentAct): shapes.Assessment {
  if (act.kind === 'refused') {
    const { status, because, path } = act;
    throw new Problem(status, because, path === '' ? {} : { errors: [{ path, message: because }] });
  }
  return body(act.assessment);
}

function body(row: AssessmentRow): shapes.Assessment {
  return {
    id: row.id,
    assetId: row.asset_id,
    title: row.title,
    description: row.evidence,
    author: row.author,
    status: row.status,
    plannedFor: row.planned_for?.toISOString() ?? null,
    startedAt: row.status === 'planned' ? null : row.started_at.toISOString(),
    completedAt: row.finished_at?.toISOString() ?? null,
    vulnerabilities: row.vulnerabilities,
    summary: row.summary === null ? null : { ...row.summary, complaints: [...row.summary.complaints] },
  };
}
