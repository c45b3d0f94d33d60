import { z } from 'zod';
import { list } from '../../contracts/api/basics.ts';
import * as shapes from '../../contracts/api/sync.ts';
import { link } from '../../contracts/api/vulnerabilities.ts';
import { settleHold } from '../../ingest/settle-hold.ts';
import { audit } from '../../store/audit.ts';
import { discardDelivery, retryDelivery } from '../../store/deliveries.ts';
import { listConnections } from '../../store/screens/connections.ts';
import { ownershipOf } from '../../sync/take-over.ts';
import type { DeliveryRow } from '../../store/screens/sync.ts';
import * as screen from '../../store/screens/sync.ts';
import { findLink } from '../../store/screens/vulnerabilities.ts';
import { actOnLink, attachCard } from '../../sync/link-acts.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { summaryOf } from '../connection-body.ts';
import { Problem } from '../problem.ts';
import { throwRefused } from './connections.ts';
import { linkBody } from './vulnerabilities.ts';

const params = z.object({ id: z.string().max(100) });
const viewer = { access: { role: 'viewer' as const } };
const analyst = { access: { role: 'analyst' as const } };

export const syncRoutes: Mount = (app, services) => {
  const { db } = services.store;
  linkRoutes(app, services);
  holdRoutes(app, services);

  app.get(
    '/api/v1/deliveries',
    {
      config: viewer,
      schema: {
        summary: 'Sync activity',
        querystring: shapes.deliveryQuery,
        response: { 200: list(shapes.delivery) },
      },
    },
    async (request) => {
      const page = await screen.listDeliveries(db, request.query);
      return { items: page.items.map(deliveryBody), nextCursor: page.nextCursor };
    },
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
      return {
        ...deliveryBody(row),
        attemptList: attempts.map((one) => ({
          ...one,
          at: one.at.toISOString(),
          exchanges: [...one.exchanges],
        })),
      };
    },
  );

  app.post(
    '/api/v1/deliveries/:id/retry',
    { config: analyst, schema: { summary: 'Try again now', params, response: { 200: shapes.delivery } } },
    async (request) => {
      const row = await needDelivery(request.params.id);
      if (row.link_id === null) {
        throw new Problem(409, 'Nothing can be tried again: the delivery belongs to no link.');
      }
      if (row.outcome === 'succeeded' || row.outcome === 'discarded' || row.outcome === 'superseded') {
        throw new Problem(409, `The delivery is ${row.outcome} already.`);
      }
      await retryDelivery(services.store, { id: row.id, linkId: row.link_id });
      return deliveryBody(await needDelivery(row.id));
    },
  );

  app.post(
    '/api/v1/deliveries/:id/discard',
    {
      config: analyst,
      schema: {
        summary: 'Give it up, with a reason',
        params,
        body: shapes.discard,
        response: { 200: shapes.delivery },
      },
    },
    async (request) => {
      const row = await needDelivery(request.params.id);
      const wish = { id: row.id, by: actor(request).name, reason: request.body.reason };
      if (!(await discardDelivery(services.store, wish))) {
        throw new Problem(409, `The delivery is ${row.outcome} already.`);
      }
      await audit(db, {
        by: actor(request),
        act: 'delivery discarded',
        subject: row.id,
        detail: request.body,
        correlationId: request.id,
      });
      return deliveryBody(await needDelivery(row.id));
    },
  );

  app.get(
    '/api/v1/activity/summary',
    {
      config: viewer,
      schema: { summary: 'Counts for the overview', response: { 200: shapes.activitySummary } },
    },
    async () => {
      const [counts, rows, ownership] = await Promise.all([screen.summary(db), listConnections(db), ownershipOf(services.engine)]);
      return { ...counts, ...summaryOf(services, rows), instance: ownership };
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

const linkRoutes: Mount = (app, { store, engine }) => {
  const shown = async (id: string) => {
    const row = await findLink(store.db, id);
    if (row === null) {
      throw new Problem(404, 'There is no such link.');
    }
    return linkBody(row);
  };
  for (const act of ['sync', 'recreate', 'detach'] as const) {
    app.post(
      `/api/v1/links/:id/${act}`,
      {
        config: { access: { role: act === 'sync' ? 'developer' : 'analyst' } },
        schema: { summary: `${act} a link`, params, response: { 200: link } },
      },
      async (request) => {
        const acted = await actOnLink(engine, request.params.id, act);
        if (acted.kind === 'refused') {
          throwRefused(acted);
        }
        await audit(store.db, {
          by: actor(request),
          act: `link ${act}`,
          subject: request.params.id,
          correlationId: request.id,
        });
        return shown(request.params.id);
      },
    );
  }
  app.post(
    '/api/v1/links/:id/attach',
    {
      config: analyst,
      schema: {
        summary: 'Tie a link to a card that is there',
        params,
        body: shapes.attach,
        response: { 200: link },
      },
    },
    async (request) => {
      const acted = await attachCard(engine, request.params.id, request.body.ref);
      if (acted.kind === 'refused') {
        throwRefused(acted);
      }
      await audit(store.db, {
        by: actor(request),
        act: 'link attach',
        subject: request.params.id,
        detail: request.body,
        correlationId: request.id,
      });
      return shown(request.params.id);
    },
  );
};

const holdRoutes: Mount = (app, { store }) => {
  const { db } = store;
  app.get(
    '/api/v1/holds',
    {
      config: viewer,
      schema: {
        summary: 'What waits for a person',
        querystring: shapes.holdQuery,
        response: { 200: list(shapes.hold) },
      },
    },
    async (request) => {
      const page = await screen.listHolds(db, request.query);
      return { items: page.items.map(holdBody), nextCursor: page.nextCursor };
    },
  );
  for (const act of ['approve', 'reject'] as const) {
    app.post(
      `/api/v1/holds/:id/${act}`,
      {
        config: analyst,
        schema: {
          summary: `${act} what was held`,
          params,
          body: shapes.holdDecision.nullish(),
          response: { 200: shapes.hold },
        },
      },
      async (request) => {
        const settled = await settleHold(store, {
          holdId: request.params.id,
          approve: act === 'approve',
          by: actor(request).name,
          note: request.body?.note ?? null,
          choice: request.body?.status ?? null,
        });
        if (settled.kind !== 'settled') {
          throw settled.kind === 'unknown'
            ? new Problem(404, 'There is no such hold.')
            : new Problem(409, settled.because);
        }
        await audit(db, {
          by: actor(request),
          act: `hold ${act}`,
          subject: request.params.id,
          correlationId: request.id,
        });
        const row = await screen.findHold(db, request.params.id);
        if (row === null) {
          throw new Problem(404, 'There is no such hold.');
        }
        return holdBody(row);
      },
    );
  }
};

function holdBody(row: screen.HoldRow): z.infer<typeof shapes.hold> {
  const { id, kind, state, summary, detail, note } = row;
  return {
    id,
    kind,
    state,
    summary,
    detail,
    note,
    assetId: row.asset_id,
    scanId: row.scan_id,
    connectionId: row.connection_id,
    linkId: row.link_id,
    vulnerabilityId: row.vulnerability_id,
    createdAt: row.created_at.toISOString(),
    decidedAt: row.decided_at?.toISOString() ?? null,
    decidedBy: row.decided_by,
  };
}

function deliveryBody(row: DeliveryRow): z.infer<typeof shapes.delivery> {
  const { id, direction, act, outcome, message, hint, detail, attempts } = row;
  return {
    id,
    direction,
    act,
    outcome,
    message,
    hint,
    detail,
    attempts,
    connectionId: row.connection_id,
    connectionName: row.connection_name,
    vulnerabilityId: row.vulnerability_id,
    linkId: row.link_id,
    errorClass: row.error_class,
    nextAt: row.next_at?.toISOString() ?? null,
    correlationId: row.correlation_id,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}
