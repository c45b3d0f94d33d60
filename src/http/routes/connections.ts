import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import type { ConnectionBody, TrackerBody } from '../../contracts/api/connections.ts';
import * as shapes from '../../contracts/api/connections.ts';
import type { Tracker } from '../../contracts/tracker.ts';
import { unseal } from '../../lib/seal.ts';
import { audit } from '../../store/audit.ts';
import type { ConnectionRow } from '../../store/screens/connections.ts';
import { listConnections } from '../../store/screens/connections.ts';
import * as connections from '../../sync/connections.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';
import type { Surroundings } from '../surroundings.ts';

const params = z.object({ id: z.string().max(100) });
const administrator = { access: { role: 'administrator' as const } };

export function throwRefused(refused: connections.Refused): never {
  throw new Problem(refused.status, refused.because, { errors: refused.errors });
}

export const connectionRoutes: Mount = (app, services) => {
  const { engine, store } = services;
  const one = async (id: string): Promise<ConnectionBody> => {
    const [row] = await listConnections(store.db, id);
    if (row === undefined) {
      throw new Problem(404, 'There is no such connection.');
    }
    return bodyOf(row, services);
  };

  app.get(
    '/api/v1/trackers',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        summary: 'The trackers there are',
        response: { 200: z.object({ items: z.array(shapes.trackerBody) }) },
      },
    },
    () => ({
      items: services.trackers.map(trackerOf),
    }),
  );

  app.get(
    '/api/v1/connections',
    {
      config: { access: { role: 'viewer' } },
      schema: { summary: 'List connections', response: { 200: list(shapes.connection) } },
    },
    async () => {
      const rows = await listConnections(store.db);
      return { items: rows.map((row) => bodyOf(row, services)), nextCursor: null };
    },
  );

  app.post(
    '/api/v1/connections',
    {
      config: administrator,
      schema: {
        summary: 'Connect a tracker',
        body: shapes.newConnection,
        response: { 201: shapes.connection },
      },
    },
    async (request, reply) => {
      const saved = await connections.createConnection(engine, request.body);
      if (saved.kind === 'refused') {
        throwRefused(saved);
      }
      const { tracker, name } = request.body;
      await audit(store.db, {
        by: actor(request),
        act: 'connection made',
        subject: saved.id,
        detail: { tracker, name },
        correlationId: request.id,
      });
      return reply.status(201).send(await one(saved.id));
    },
  );

  app.get(
    '/api/v1/connections/:id',
    {
      config: { access: { role: 'viewer' } },
      schema: { summary: 'One connection', params, response: { 200: shapes.connection } },
    },
    (request) => one(request.params.id),
  );

  app.patch(
    '/api/v1/connections/:id',
    {
      config: administrator,
      schema: {
        summary: 'Change, pause or resume',
        params,
        body: shapes.connectionChange,
        response: { 200: shapes.connection },
      },
    },
    async (request) => {
      const saved = await connections.changeConnection(engine, request.params.id, request.body);
      if (saved.kind === 'refused') {
        throwRefused(saved);
      }
      const changed = Object.keys(request.body);
      await audit(store.db, {
        by: actor(request),
        act: 'connection changed',
        subject: saved.id,
        detail: { changed },
        correlationId: request.id,
      });
      return one(saved.id);
    },
  );

  app.delete(
    '/api/v1/connections/:id',
    { config: administrator, schema: { summary: 'Remove; its cards stay', params } },
    async (request, reply) => {
      const deleted = await connections.deleteConnection(engine, request.params.id);
      if (deleted.kind === 'refused') {
        throwRefused(deleted);
      }
      await audit(store.db, {
        by: actor(request),
        act: 'connection removed',
        subject: request.params.id,
        detail: { cards: deleted.cards },
        correlationId: request.id,
      });
      return reply.status(204).send();
    },
  );

  app.post(
    '/api/v1/connections/:id/check',
    {
      config: { access: { role: 'analyst' } },
      schema: { summary: 'Check connection; writes nothing', params, response: { 200: shapes.checked } },
    },
    async (request) => {
      const checked = await connections.checkConnection(engine, request.params.id);
      return 'kind' in checked ? throwRefused(checked) : { ok: checked.ok, steps: [...checked.steps] };
    },
  );

  app.post(
    '/api/v1/connections/:id/authorize',
    { config: administrator, schema: { summary: 'Begin a login', params } },
    async (request) => {
      const connection = await one(request.params.id);
      const tracker = services.trackers.find(({ id }) => id === connection.tracker);
      throw new Problem(
        409,
        tracker === undefined || tracker.oauth === null
          ? 'This tracker needs no login: its credentials are enough.'
          : `This version cannot log in to ${tracker.title} yet.`,
      );
    },
  );

  app.get(
    '/api/v1/connections/:id/target-options/:step',
    {
      config: { access: { role: 'analyst' } },
      schema: {
        summary: 'Options of a target step',
        params: z.object({ id: z.string(), step: z.string().max(100) }),
        querystring: shapes.targetOptionsQuery,
        response: { 200: shapes.targetOptions },
      },
    },
    async (request) => {
      const options = await connections.targetOptions(
        engine,
        request.params.id,
        request.params.step,
        request.query,
      );
      return 'kind' in options ? throwRefused(options) : { items: [...options] };
    },
  );

  app.post(
    '/api/v1/connections/:id/remote-states',
    {
      config: { access: { role: 'analyst' } },
      schema: {
        summary: 'Remote states and required fields of a target',
        params,
        body: shapes.remoteStatesWish,
        response: { 200: shapes.remoteStates },
      },
    },
    async (request) => {
      const states = await connections.remoteStates(engine, request.params.id, request.body.target);
      return 'kind' in states ? throwRefused(states) : (states as z.infer<typeof shapes.remoteStates>);
    },
  );
};

function bodyOf(row: ConnectionRow, { engine, publicUrl }: Surroundings): ConnectionBody {
  const belonging = { connectionId: row.id, purpose: 'webhook token', origin: '' } as const;
  const token = unseal(engine.options.sealKey, row.webhook_token, belonging);
  return {
    id: row.id,
    tracker: row.tracker,
    name: row.name,
    settings: { ...row.settings },
    severityMapping: { ...row.severity_mapping },
    paused: row.state === 'paused',
    health: healthOf(row),
    webhookUrl: `${publicUrl}/webhooks/${row.tracker}/${token}`,
    webhookSecretSet: row.webhook_secret_set,
    configurations: row.configurations,
    createdAt: row.created_at.toISOString(),
  };
}

function healthOf(row: ConnectionRow): ConnectionBody['health'] {
  const fault = row.last_fault?.message ?? null;
  const state =
    row.state === 'paused'
      ? 'paused'
      : row.state === 'unauthorized' || row.attention > 0
        ? 'action_needed'
        : fault === null
          ? 'healthy'
          : 'degraded';
  const attention = row.attention > 0 ? `${row.attention} configurations need attention.` : null;
  return {
    state,
    because: row.state_because ?? attention ?? fault,
    lastPulledAt: row.last_pull_at?.toISOString() ?? null,
    lastPushedAt: row.last_push_at?.toISOString() ?? null,
    lastEventAt: row.last_event_at?.toISOString() ?? null,
    waiting: row.waiting,
    oldestWaitingSeconds: row.oldest_waiting_seconds,
    throttledUntil:
      row.throttled_until !== null && row.throttled_until.getTime() > Date.now()
        ? row.throttled_until.toISOString()
        : null,
  };
}

function trackerOf(tracker: Tracker): TrackerBody {
  const schema = (shape: z.ZodType) =>
    z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
  return {
    id: tracker.id,
    title: tracker.title,
    summary: tracker.summary,
    words: tracker.words,
    settingsSchema: schema(tracker.settings),
    credentialsSchema: schema(tracker.credentials),
    targetSteps: tracker.targetSteps.map((step) => ({ ...step })),
    severityChoices: tracker.severityChoices.map((choice) => ({ ...choice })),
    defaultSeverityMapping: { ...tracker.defaultSeverityMapping },
    oauth: tracker.oauth !== null,
    webhookInstructions: tracker.webhook?.instructions ?? null,
  };
}
