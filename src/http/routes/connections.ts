import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import type { ConnectionBody } from '../../contracts/api/connections.ts';
import * as shapes from '../../contracts/api/connections.ts';
import { audit } from '../../store/audit.ts';
import { listConnections } from '../../store/screens/connections.ts';
import * as connections from '../../sync/connections.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { connectionBody, readConnection, trackerBody } from '../connection-body.ts';
import { Problem } from '../problem.ts';

const params = z.object({ id: z.string().max(100) });
const administrator = { access: { role: 'administrator' as const } };

export function throwRefused(refused: connections.Refused): never {
  throw new Problem(refused.status, refused.because, { errors: refused.errors });
}

export const connectionRoutes: Mount = (app, services) => {
  const { engine, store } = services;
  const one = (id: string, request: FastifyRequest): Promise<ConnectionBody> => readConnection(services, id, actor(request));

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
      items: services.trackers.map((tracker) => trackerBody(tracker, services.publicUrl)),
    }),
  );

  app.get(
    '/api/v1/connections',
    {
      config: { access: { role: 'viewer' } },
      schema: { summary: 'List connections', response: { 200: list(shapes.connection) } },
    },
    async (request) => {
      const rows = await listConnections(store.db);
      return { items: rows.map((row) => connectionBody(row, services, actor(request))), nextCursor: null };
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
      return reply.status(201).send(await one(saved.id, request));
    },
  );

  app.get(
    '/api/v1/connections/:id',
    {
      config: { access: { role: 'viewer' } },
      schema: { summary: 'One connection', params, response: { 200: shapes.connection } },
    },
    (request) => one(request.params.id, request),
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
      return one(saved.id, request);
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
        detail: { cards: deleted.cards, leftBehind: deleted.leftBehind },
        correlationId: request.id,
      });
      // What is left at the tracker is told; there is nothing to tell else.
      return deleted.leftBehind.length === 0 ? reply.status(204).send() : reply.status(200).send({ leftBehind: [...deleted.leftBehind] });
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
        summary: 'Remote states, required fields and severity choices of a target',
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
