import { z } from 'zod';
import { connection } from '../../contracts/api/connections.ts';
import { audit } from '../../store/audit.ts';
import { renewWebhookSecret } from '../../sync/connections.ts';
import { subscribe, unsubscribe } from '../../sync/subscriptions.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';
import { readConnection } from '../connection-body.ts';
import { throwRefused } from './connections.ts';

const params = z.object({ id: z.string().max(100) });
const config = { access: { role: 'administrator' as const } };

/** Webhooks that are made through the tracker's API, and the secret by which webhooks prove themselves. */
export const subscriptionRoutes: Mount = (app, services) => {
  const { engine, store } = services;
  const acts = [
    { method: 'POST', path: 'subscriptions', summary: 'Make the webhooks at the tracker, and keep them', act: 'webhooks made', run: subscribe },
    { method: 'DELETE', path: 'subscriptions', summary: 'Remove the webhooks at the tracker', act: 'webhooks removed', run: unsubscribe },
    { method: 'POST', path: 'webhook-secret', summary: 'A new secret for webhooks; the old one is accepted for a day', act: 'webhook secret renewed', run: renewWebhookSecret },
  ] as const;
  for (const { method, path, summary, act, run } of acts) {
    app.route({
      method,
      url: `/api/v1/connections/:id/${path}`,
      config,
      schema: { summary, params, response: { 200: connection } },
      handler: async (request) => {
        const { id } = request.params;
        const done = await run(engine, id);
        if (done.kind === 'refused') {
          throwRefused(done);
        }
        const by = actor(request);
        await audit(store.db, { by, act, subject: id, correlationId: request.id });
        return readConnection(services, id, by);
      },
    });
  }
};
