import { sql } from 'kysely';
import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import type { ConfigurationBody } from '../../contracts/api/configurations.ts';
import * as shapes from '../../contracts/api/configurations.ts';
import type { StatusMapping } from '../../core/mapping/status-mapping.ts';
import type { Status } from '../../core/vocabulary.ts';
import type { Connection } from '../../store/open.ts';
import { audit } from '../../store/people.ts';
import { deleteConfiguration, saveConfiguration, warningsOf } from '../../sync/configurations.ts';
import { preview, startBackfill } from '../../sync/preview.ts';
import { markDue } from '../../store/work.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
import { assetByName } from '../../store/assets.ts';
import { throwRefused } from './connections.ts';

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
  const entries = Object.entries(names).flatMap(([name, status]) => (mapping[status] === undefined ? [] : [[name, mapping[status]]]));
  return Object.fromEntries(entries) as z.infer<typeof shapes.statusMapping>;
}

interface Row {
  readonly id: string;
  readonly connection_id: string;
  readonly scope: 'default' | 'custom';
  readonly asset_ids: string[];
  readonly target: Record<string, string>;
  readonly status_mapping: StatusMapping;
  readonly remote_labels: Record<string, string>;
  readonly severity_mapping: ConfigurationBody['severityMapping'];
  readonly field_defaults: Record<string, unknown>;
  readonly create_on: 'identified' | 'assessment_completed';
  readonly minimum_severity: ConfigurationBody['minimumSeverity'];
  readonly board_decisions: 'apply' | 'ask';
  readonly attention: { message: string }[] | null;
  readonly created_at: Date;
}

async function configurations(db: Connection, where: { readonly id?: string; readonly connectionId?: string }): Promise<readonly Row[]> {
  const rows = await sql<Row>`
    select c.*, coalesce((select array_agg(ca.asset_id::text) from configuration_assets ca where ca.configuration_id = c.id), '{}') as asset_ids
    from configurations c
    where c.deleted_at is null and (${where.id === undefined} or c.id::text = ${where.id ?? ''})
      and (${where.connectionId === undefined} or c.connection_id::text = ${where.connectionId ?? ''})
    order by c.scope desc, c.created_at
  `.execute(db);
  return rows.rows;
}

function bodyOf(row: Row): ConfigurationBody {
  return {
    id: row.id,
    connectionId: row.connection_id,
    scope: row.scope,
    assetIds: row.asset_ids,
    target: row.target,
    statusMapping: toBody(row.status_mapping),
    remoteLabels: row.remote_labels,
    severityMapping: row.severity_mapping,
    fieldDefaults: row.field_defaults,
    createOn: row.create_on,
    minimumSeverity: row.minimum_severity,
    boardDecisions: row.board_decisions,
    attention: row.attention,
    createdAt: row.created_at.toISOString(),
    warnings: [...warningsOf(row.status_mapping, row.remote_labels)],
  };
}

export const configurationRoutes: Mount = (app, { store, engine }) => {
  const { db } = store;
  const one = async (id: string) => {
    const [row] = await configurations(db, { id });
    if (row === undefined) {
      throw new Problem(404, 'There is no such configuration.');
    }
    return row;
  };
  const save = async (connectionId: string, body: z.infer<typeof shapes.newConfiguration>, id: string | null) => {
    const assetIds = await Promise.all((body.assetIds ?? []).map(async (name) => (await assetByName(db, name))?.id ?? name));
    const saved = await saveConfiguration(engine, connectionId, { ...body, assetIds, statusMapping: toCore(body.statusMapping) }, id);
    if (saved.kind === 'refused') {
      throwRefused(saved);
    }
    return { ...bodyOf(await one(saved.id)), warnings: [...saved.warnings] };
  };

  app.get('/api/v1/connections/:id/configurations', { config: { access: { role: 'viewer' } }, schema: { summary: 'Configurations of a connection', params, response: { 200: list(shapes.configuration) } } }, async (request) => {
    const rows = await configurations(db, { connectionId: request.params.id });
    return { items: rows.map(bodyOf), nextCursor: null };
  });

  app.post('/api/v1/connections/:id/configurations', { config: administrator, schema: { summary: 'Make a configuration', params, body: shapes.newConfiguration, response: { 201: shapes.configuration } } }, async (request, reply) => {
    const body = await save(request.params.id, request.body, null);
    await audit(db, { by: actor(request), act: 'configuration made', subject: body.id, correlationId: request.id });
    return reply.status(201).send(body);
  });

  app.get('/api/v1/configurations/:id', { config: { access: { role: 'viewer' } }, schema: { summary: 'One configuration', params, response: { 200: shapes.configuration } } }, async (request) => bodyOf(await one(request.params.id)));

  app.put('/api/v1/configurations/:id', { config: administrator, schema: { summary: 'Change a configuration; cards stay where they are', params, body: shapes.newConfiguration, response: { 200: shapes.configuration } } }, async (request) => {
    const before = await one(request.params.id);
    const body = await save(before.connection_id, request.body, before.id);
    await audit(db, { by: actor(request), act: 'configuration changed', subject: body.id, correlationId: request.id });
    return body;
  });

  app.delete('/api/v1/configurations/:id', { config: administrator, schema: { summary: 'Delete a configuration; its cards stay', params } }, async (request, reply) => {
    const deleted = await deleteConfiguration(engine, request.params.id);
    if (deleted.kind === 'refused') {
      throwRefused(deleted);
    }
    await audit(db, { by: actor(request), act: 'configuration deleted', subject: request.params.id, detail: { cards: deleted.cards }, correlationId: request.id });
    return reply.status(204).send();
  });

  app.post('/api/v1/configurations/:id/preview', { config: { access: { role: 'analyst' } }, schema: { summary: 'What turning it on would do; writes nothing', params, response: { 200: shapes.preview } } }, async (request) => {
    const shown = await preview(engine, request.params.id);
    return 'kind' in shown ? throwRefused(shown) : { ...shown, reverseMapping: [...shown.reverseMapping] };
  });

  app.post('/api/v1/configurations/:id/backfill', { config: administrator, schema: { summary: 'Cards for what was identified before', params, body: shapes.newBackfill, response: { 202: shapes.job } } }, async (request, reply) => {
    const started = await startBackfill(engine, request.params.id, request.body, actor(request).name);
    if (started.kind === 'refused') {
      throwRefused(started);
    }
    return reply.status(202).send(await jobBody(db, started.jobId));
  });

  app.get('/api/v1/jobs/:id', { config: { access: { role: 'viewer' } }, schema: { summary: 'A job’s progress', params, response: { 200: shapes.job } } }, (request) => jobBody(db, request.params.id));

  for (const [act, state] of [['pause', 'paused'], ['resume', 'running'], ['cancel', 'cancelled']] as const) {
    app.post(`/api/v1/jobs/:id/${act}`, { config: administrator, schema: { summary: `${act} a job`, params, response: { 200: shapes.job } } }, async (request) => {
      const { id } = request.params;
      await jobBody(db, id);
      await sql`update jobs set state = ${state}, updated_at = clock_timestamp() where id::text = ${id} and state in ('running', 'paused')`.execute(db);
      if (state === 'running') {
        await markDue(db, [{ kind: 'backfill', key: id, lane: 'inner' }]);
      }
      return jobBody(db, id);
    });
  }
};

async function jobBody(db: Connection, id: string): Promise<z.infer<typeof shapes.job>> {
  type JobRow = { id: string; kind: string; state: z.infer<typeof shapes.job>['state']; progress: { created: number; total: number | null }; created_at: Date; finished_at: Date | null };
  const rows = await sql<JobRow>`select * from jobs where id::text = ${id}`.execute(db);
  const [row] = rows.rows;
  if (row === undefined) {
    throw new Problem(404, 'There is no such job.');
  }
  const { kind, state, progress } = row;
  return { id: row.id, kind, state, progress, createdAt: row.created_at.toISOString(), finishedAt: row.finished_at?.toISOString() ?? null };
}
