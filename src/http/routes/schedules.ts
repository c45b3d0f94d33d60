import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import type { Run, Schedule } from '../../contracts/api/schedules.ts';
import * as shapes from '../../contracts/api/schedules.ts';
import { allowedCommands } from '../../ingest/schedules/command.ts';
import { askForRun, saveSchedule } from '../../ingest/schedules/save.ts';
import { audit } from '../../store/audit.ts';
import type { Listed, RunRow } from '../../store/schedules.ts';
import { deleteSchedule, listRuns, listSchedules } from '../../store/schedules.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
import { needAsset } from './assets.ts';

const params = z.object({ id: z.string().max(250) });
const viewer = { access: { role: 'viewer' as const } };
const administrator = { access: { role: 'administrator' as const } };

/** Scans that start by themselves: what starts them, when, and what became of each run. */
export const scheduleRoutes: Mount = (app, services) => {
  const { store, engine, commandsFile } = services;
  const { sealKey, allowedNetworks } = engine.options;
  const needs = { store, sealKey, allowedNetworks, commandsFile };
  const one = async (id: string): Promise<Listed> => {
    const [row] = (await listSchedules(store.db, { id, limit: 1 })).items;
    if (row === undefined) {
      throw new Problem(404, 'There is no such schedule.');
    }
    return row;
  };
  const save = async (wish: Parameters<typeof saveSchedule>[1], before: Listed | null): Promise<Schedule> => {
    const saved = await saveSchedule(needs, wish, before);
    if (saved.kind === 'refused') {
      throw new Problem(400, saved.because, { errors: [{ path: saved.path, message: saved.because }] });
    }
    return bodyOf(await one(saved.id));
  };

  app.get(
    '/api/v1/schedules',
    {
      config: viewer,
      schema: { summary: 'List schedules, each with its latest run', querystring: shapes.scheduleQuery, response: { 200: list(shapes.schedule) } },
    },
    async (request) => {
      const { limit, cursor, assetId } = request.query;
      const asset = assetId === undefined ? null : await needAsset(store.db, assetId);
      const page = await listSchedules(store.db, { limit, cursor, assetId: asset?.id });
      return { items: page.items.map(bodyOf), nextCursor: page.nextCursor };
    },
  );

  app.get(
    '/api/v1/schedule-commands',
    { config: administrator, schema: { summary: 'Commands that the operator allows schedules to run', response: { 200: list(shapes.command) } } },
    async () => {
      const commands = await allowedCommands(commandsFile);
      return { items: commands.map(({ name, description }) => ({ name, description: description ?? null })), nextCursor: null };
    },
  );

  app.post(
    '/api/v1/assets/:id/schedules',
    {
      config: administrator,
      schema: { summary: 'Make a schedule', params, body: shapes.newSchedule, response: { 201: shapes.schedule } },
    },
    async (request, reply) => {
      const asset = await needAsset(store.db, request.params.id);
      const body = await save({ ...request.body, assetId: asset.id, by: actor(request).name }, null);
      await audit(store.db, { by: actor(request), act: 'schedule made', subject: body.id, correlationId: request.id });
      return reply.status(201).send(body);
    },
  );

  app.get(
    '/api/v1/schedules/:id',
    { config: viewer, schema: { summary: 'One schedule', params, response: { 200: shapes.schedule } } },
    async (request) => bodyOf(await one(request.params.id)),
  );

  app.put(
    '/api/v1/schedules/:id',
    {
      config: administrator,
      schema: { summary: 'Change a schedule', params, body: shapes.newSchedule, response: { 200: shapes.schedule } },
    },
    async (request) => {
      const before = await one(request.params.id);
      const body = await save({ ...request.body, assetId: before.asset_id, by: actor(request).name }, before);
      await audit(store.db, { by: actor(request), act: 'schedule changed', subject: body.id, correlationId: request.id });
      return body;
    },
  );

  app.delete(
    '/api/v1/schedules/:id',
    { config: administrator, schema: { summary: 'Delete a schedule and its runs; scans stay', params } },
    async (request, reply) => {
      if (!(await deleteSchedule(store.db, request.params.id))) {
        throw new Problem(404, 'There is no such schedule.');
      }
      await audit(store.db, { by: actor(request), act: 'schedule deleted', subject: request.params.id, correlationId: request.id });
      return reply.status(204).send();
    },
  );

  app.post(
    '/api/v1/schedules/:id/run',
    { config: { access: { role: 'analyst' } }, schema: { summary: 'Start a run now', params, response: { 202: shapes.schedule } } },
    async (request, reply) => {
      const row = await one(request.params.id);
      await askForRun(needs, row.id, actor(request).name);
      await audit(store.db, { by: actor(request), act: 'scan started', subject: row.id, correlationId: request.id });
      return reply.status(202).send(bodyOf(row));
    },
  );

  app.get(
    '/api/v1/schedules/:id/runs',
    {
      config: viewer,
      schema: { summary: 'Runs of a schedule, latest first', params, querystring: shapes.runQuery, response: { 200: list(shapes.run) } },
    },
    async (request) => {
      await one(request.params.id);
      const page = await listRuns(store.db, request.params.id, request.query);
      return { items: page.items.map(runBody), nextCursor: page.nextCursor };
    },
  );
};

function bodyOf(row: Listed): Schedule {
  return {
    id: row.id,
    assetId: row.asset_id,
    assetName: row.asset_name,
    name: row.name,
    starts: row.starts,
    hasCredentials: row.credentials !== null,
    cron: row.cron,
    timeZone: row.time_zone,
    onAwaitingValidation: row.on_awaiting_validation,
    reportWithinMinutes: row.report_within_minutes,
    enabled: row.enabled,
    nextAt: row.next_at?.toISOString() ?? null,
    lastRun: row.last_run === null ? null : runBody(row.last_run),
    createdAt: row.created_at.toISOString(),
  };
}

function runBody(row: RunRow): Run {
  return {
    id: row.id,
    because: row.because,
    state: row.state === 'started' && row.scan_id !== null ? 'reported' : row.state,
    late: row.late,
    dueAt: row.due_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    nextTryAt: row.next_try_at?.toISOString() ?? null,
    scanId: row.scan_id,
    message: row.message,
    url: row.url,
  };
}
