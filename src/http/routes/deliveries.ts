import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import * as shapes from '../../contracts/api/sync.ts';
import { audit } from '../../store/audit.ts';
import type { Retried } from '../../store/deliveries.ts';
import { discardDelivery, retryDeliveries, retryDelivery } from '../../store/deliveries.ts';
import type { DeliveryRow } from '../../store/screens/deliveries.ts';
import * as screen from '../../store/screens/deliveries.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';

const params = z.object({ id: z.string().max(100) });
const viewer = { access: { role: 'viewer' as const } };
const analyst = { access: { role: 'analyst' as const } };

/** Sync activity: every delivery, and what a person may do with it. */
export const deliveryRoutes: Mount = (app, { store }) => {
  const { db } = store;

  app.get(
    '/api/v1/deliveries',
    {
      config: viewer,
      schema: { summary: 'Sync activity, webhooks among it', querystring: shapes.deliveryQuery, response: { 200: list(shapes.delivery) } },
    },
    async (request) => {
      const page = await screen.listDeliveries(db, request.query);
      return { items: page.items.map(deliveryBody), nextCursor: page.nextCursor };
    },
  );

  app.get(
    '/api/v1/deliveries/counts',
    {
      config: viewer,
      schema: { summary: 'How many deliveries each tab holds', querystring: shapes.deliveryCountQuery, response: { 200: shapes.deliveryCounts } },
    },
    (request) => screen.countDeliveries(db, request.query),
  );

  app.get(
    '/api/v1/deliveries/:id',
    {
      config: viewer,
      schema: { summary: 'One delivery with its attempts', params, response: { 200: shapes.deliveryDetail } },
    },
    async (request) => {
      const row = await needDelivery(request.params.id);
      const attempts = await screen.attemptsOf(db, row.id);
      const attemptList = attempts.map((one) => ({ ...one, at: one.at.toISOString(), exchanges: [...one.exchanges] }));
      return { ...deliveryBody(row), attemptList };
    },
  );

  app.post(
    '/api/v1/deliveries/retry',
    {
      config: analyst,
      schema: { summary: 'Try all that match again now', body: shapes.deliveryRetry, response: { 200: shapes.retried } },
    },
    async (request) => {
      const retried = await retryDeliveries(store, request.body);
      await audit(db, { by: actor(request), act: 'deliveries retried', subject: null, detail: { ...request.body, retried }, correlationId: request.id });
      return { retried };
    },
  );

  app.post(
    '/api/v1/deliveries/:id/retry',
    { config: analyst, schema: { summary: 'Try again now', params, response: { 200: shapes.delivery } } },
    async (request) => {
      const row = await needDelivery(request.params.id);
      const retried = await retryDelivery(store, row.id);
      if (retried !== 'done') {
        throw new Problem(409, whyNot(retried, row));
      }
      await audit(db, { by: actor(request), act: 'delivery retried', subject: row.id, correlationId: request.id });
      return deliveryBody(await needDelivery(row.id));
    },
  );

  app.post(
    '/api/v1/deliveries/:id/discard',
    {
      config: analyst,
      schema: { summary: 'Give it up, with a reason', params, body: shapes.discard, response: { 200: shapes.delivery } },
    },
    async (request) => {
      const row = await needDelivery(request.params.id);
      const wish = { id: row.id, by: actor(request).name, reason: request.body.reason };
      if (!(await discardDelivery(store, wish))) {
        throw new Problem(409, whyNot('over', row));
      }
      await audit(db, { by: actor(request), act: 'delivery discarded', subject: row.id, detail: request.body, correlationId: request.id });
      return deliveryBody(await needDelivery(row.id));
    },
  );

  async function needDelivery(id: string): Promise<DeliveryRow> {
    const row = await screen.findDelivery(db, id);
    if (row === null) {
      throw new Problem(404, 'There is no such delivery.');
    }
    return row;
  }
};

function whyNot(retried: Exclude<Retried, 'done'>, row: DeliveryRow): string {
  switch (retried) {
    case 'over':
      return `The delivery is ${row.outcome} already.`;
    case 'held':
      return 'The link is held: decide the hold first.';
    case 'unlinked':
      return 'Nothing can be tried again: no link knows the card.';
  }
}

function deliveryBody(row: DeliveryRow): z.infer<typeof shapes.delivery> {
  const { id, card, direction, act, outcome, message, hint, detail, attempts } = row;
  return {
    ...{ id, card, direction, act, outcome, message, hint, detail, attempts },
    connectionId: row.connection_id,
    connectionName: row.connection_name,
    vulnerabilityId: row.vulnerability_id,
    vulnerabilityTitle: row.vulnerability_title,
    linkId: row.link_id,
    errorClass: row.error_class,
    nextAt: row.next_at?.toISOString() ?? null,
    correlationId: row.correlation_id,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
    discardedBy: row.discarded_by,
    discardedBecause: row.discarded_because,
  };
}
