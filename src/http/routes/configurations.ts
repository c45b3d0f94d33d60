import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import type { ConfigurationBody } from '../../contracts/api/configurations.ts';
import * as shapes from '../../contracts/api/configurations.ts';
import { backfillEstimate, job, moveCards, movePlan, newBackfill } from '../../contracts/api/jobs.ts';
import type { StatusMapping } from '../../core/mapping/status-mapping.ts';
import type { Status } from '../../core/vocabulary.ts';
import { audit } from '../../store/audit.ts';
import { deleteConfiguration, saveConfiguration, warningsOf } from '../../sync/configurations.ts';
import { previewDraft } from '../../sync/preview-draft.ts';
import { estimateBackfill, startBackfill } from '../../sync/backfill.ts';
import { planMove, startMove } from '../../sync/move-cards.ts';
import { preview } from '../../sync/preview.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
import { assetByName } from '../../store/assets.ts';
import type { ConfigurationRow } from '../../store/configurations.ts';
import { listConfigurations } from '../../store/configurations.ts';
import { throwRefused } from './connections.ts';
import { jobBody } from './jobs.ts';

const params = z.object({ id: z.string().max(100) });
const administrator = { access: { role: 'administrator' as const } };

const names: Readonly<Record<keyof z.infer<typeof shapes.statusMapping>, Status>> = {
  identified: 'identified',
  inProgress: 'in_progress',
  awaitingValidation: 'awaiting_validation',
  riskAccepted: 'risk_accepted',
  falsePositive: 'false_positive',
  fixed: 'fixed',
};

function toCore(body: z.infer<typeof shapes.statusMapping>): StatusMapping {
  const entries = Object.entries(names).flatMap(([name, status]) => {
    const value = body[name as keyof typeof names];
    return value === undefined || value === null ? [] : [[status, value]];
  });
  return Object.fromEntries(entries) as StatusMapping;
}

function toBody(mapping: StatusMapping): z.infer<typeof shapes.statusMapping> {
  const entries = Object.entries(names).flatMap(([name, status]) =>
    mapping[status] === undefined ? [] : [[name, mapping[status]]],
  );
  return Object.fromEntries(entries) as z.infer<typeof shapes.statusMapping>;
}

function bodyOf(row: ConfigurationRow): ConfigurationBody {
  return {
    id: row.id,
    connectionId: row.connection_id,
    scope: row.scope,
    assetIds: row.asset_ids,
    target: row.target,
    targetLabels: row.target_labels,
    statusMapping: toBody(row.status_mapping),
    remoteLabels: row.remote_labels,
    severityMapping: row.severity_mapping,
    fieldDefaults: row.field_defaults,
    createOn: row.create_on,
    minimumSeverity: row.minimum_severity,
    boardDecisions: row.board_decisions,
    dueDates: row.due_dates,
    attention: row.attention,
    createdAt: row.created_at.toISOString(),
    cards: row.cards,
    drifting: row.drifting,
    warnings: [...warningsOf(row.status_mapping, row.remote_labels)],
  };
}

export const configurationRoutes: Mount = (app, { store, engine }) => {
  const { db } = store;
  const one = async (id: string) => {
    const [row] = await listConfigurations(db, { id });
    if (row === undefined) {
      throw new Problem(404, 'There is no such configuration.');
    }
    return row;
  };
  const save = async (
    connectionId: string,
    body: z.infer<typeof shapes.newConfiguration>,
    id: string | null,
  ) => {
    const assetIds = await Promise.all(
      (body.assetIds ?? []).map(async (name) => (await assetByName(db, name))?.id ?? name),
    );
    const saved = await saveConfiguration(
      engine,
      connectionId,
      { ...body, assetIds, statusMapping: toCore(body.statusMapping) },
      id,
    );
    if (saved.kind === 'refused') {
      throwRefused(saved);
    }
    return { ...bodyOf(await one(saved.id)), warnings: [...saved.warnings], concerned: saved.concerned };
  };

  const backfillWish = async ({ assetIds, ...wish }: z.infer<typeof newBackfill> = {}) => {
    const ids = await Promise.all((assetIds ?? []).map(async (name) => (await assetByName(db, name))?.id ?? name));
    return assetIds === undefined ? wish : { ...wish, assetIds: ids };
  };

  app.post(
    '/api/v1/connections/:id/preview',
    {
      config: { access: { role: 'analyst' } },
      schema: {
        summary: 'What a configuration would do before it is saved; writes nothing',
        params,
        querystring: z.strictObject({ configurationId: z.uuid().optional() }),
        body: shapes.newConfiguration,
        response: { 200: shapes.preview },
      },
    },
    async (request) => {
      const { body } = request;
      const wish = { ...body, statusMapping: toCore(body.statusMapping) };
      const shown = await previewDraft(engine, request.params.id, wish, request.query.configurationId ?? null);
      return 'kind' in shown ? throwRefused(shown) : { ...shown, reverseMapping: [...shown.reverseMapping] };
    },
  );

  app.get(
    '/api/v1/connections/:id/configurations',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        summary: 'Configurations of a connection',
        params,
        response: { 200: list(shapes.configuration) },
      },
    },
    async (request) => {
      const rows = await listConfigurations(db, { connectionId: request.params.id });
      return { items: rows.map(bodyOf), nextCursor: null };
    },
  );

  app.post(
    '/api/v1/connections/:id/configurations',
    {
      config: administrator,
      schema: {
        summary: 'Make a configuration',
        params,
        body: shapes.newConfiguration,
        response: { 201: shapes.savedConfiguration },
      },
    },
    async (request, reply) => {
      const body = await save(request.params.id, request.body, null);
      await audit(db, {
        by: actor(request),
        act: 'configuration made',
        subject: body.id,
        correlationId: request.id,
      });
      return reply.status(201).send(body);
    },
  );

  app.get(
    '/api/v1/configurations/:id',
    {
      config: { access: { role: 'viewer' } },
      schema: { summary: 'One configuration', params, response: { 200: shapes.configuration } },
    },
    async (request) => bodyOf(await one(request.params.id)),
  );

  app.put(
    '/api/v1/configurations/:id',
    {
      config: administrator,
      schema: {
        summary: 'Change a configuration; cards stay where they are',
        params,
        body: shapes.newConfiguration,
        response: { 200: shapes.savedConfiguration },
      },
    },
    async (request) => {
      const before = await one(request.params.id);
      const body = await save(before.connection_id, request.body, before.id);
      await audit(db, {
        by: actor(request),
        act: 'configuration changed',
        subject: body.id,
        correlationId: request.id,
      });
      return body;
    },
  );

  app.delete(
    '/api/v1/configurations/:id',
    { config: administrator, schema: { summary: 'Delete a configuration; its cards stay. 200 where cards are concerned', params, response: { 200: shapes.deletedConfiguration, 204: z.null() } } },
    async (request, reply) => {
      const deleted = await deleteConfiguration(engine, request.params.id);
      if (deleted.kind === 'refused') {
        throwRefused(deleted);
      }
      await audit(db, {
        by: actor(request),
        act: 'configuration deleted',
        subject: request.params.id,
        detail: { cards: deleted.cards, ...deleted.concerned },
        correlationId: request.id,
      });
      const { cards, concerned } = deleted;
      const untouched = cards === 0 && concerned.elsewhere === 0 && concerned.remapped === 0;
      return untouched ? reply.status(204).send(null) : reply.status(200).send({ cards, concerned });
    },
  );

  app.post(
    '/api/v1/configurations/:id/preview',
    {
      config: { access: { role: 'analyst' } },
      schema: {
        summary: 'What turning it on would do; writes nothing',
        params,
        response: { 200: shapes.preview },
      },
    },
    async (request) => {
      const shown = await preview(engine, request.params.id);
      return 'kind' in shown ? throwRefused(shown) : { ...shown, reverseMapping: [...shown.reverseMapping] };
    },
  );

  app.post(
    '/api/v1/configurations/:id/backfill/estimate',
    {
      config: { access: { role: 'analyst' } },
      schema: { summary: 'How many cards a backfill would make, and how long it would take; writes nothing', params, body: newBackfill.nullish(), response: { 200: backfillEstimate } },
    },
    async (request) => {
      const estimate = await estimateBackfill(engine, request.params.id, await backfillWish(request.body ?? {}));
      return 'kind' in estimate ? throwRefused(estimate) : estimate;
    },
  );

  app.post(
    '/api/v1/configurations/:id/move-cards',
    { config: administrator, schema: { summary: 'Move its cards to where it says: the plan, or a job that does it', params, body: moveCards.nullish(), response: { 200: movePlan, 202: job } } },
    async (request, reply) => {
      const { id } = request.params;
      if (request.body?.apply !== true) {
        const plan = await planMove(engine, id);
        return 'kind' in plan ? throwRefused(plan) : reply.status(200).send({ ...plan, sample: [...plan.sample] });
      }
      const by = actor(request);
      const started = await startMove(engine, id, by.name);
      if (started.kind === 'refused') {
        throwRefused(started);
      }
      await audit(db, { by, act: 'move of cards started', subject: id, detail: { jobId: started.jobId }, correlationId: request.id });
      return reply.status(202).send(await jobBody(db, started.jobId));
    },
  );

  app.post(
    '/api/v1/configurations/:id/backfill',
    { config: administrator, schema: { summary: 'Cards for what was identified before', params, body: newBackfill.nullish(), response: { 202: job } } },
    async (request, reply) => {
      const by = actor(request);
      const started = await startBackfill(engine, request.params.id, await backfillWish(request.body ?? {}), by.name);
      if (started.kind === 'refused') {
        throwRefused(started);
      }
      await audit(db, { by, act: 'backfill started', subject: request.params.id, detail: { ...request.body, jobId: started.jobId }, correlationId: request.id });
      return reply.status(202).send(await jobBody(db, started.jobId));
    },
  );
};
