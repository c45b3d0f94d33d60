import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { receiveWebhook } from '../../sync/receive.ts';
import type { Surroundings } from '../surroundings.ts';
import type { WebhookBody } from '../webhook-body.ts';
import { readWebhookBody } from '../webhook-body.ts';

const retryAfterSeconds = 30;

const nothing: WebhookBody = { kept: Buffer.alloc(0), oversize: null };

/** The door for trackers: stored, then 2xx; nothing else happens in the request. */
export function webhookRoutes(app: FastifyInstance, { engine, log }: Surroundings): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async (_request: unknown, payload: IncomingMessage) => readWebhookBody(payload));
  app.post(
    '/webhooks/:tracker/:token',
    { config: { access: 'public' }, schema: { hide: true } as object },
    async (request, reply) => {
      const { tracker, token } = request.params as { tracker: string; token: string };
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(', ') : value,
        ]),
      );
      if (request.body === 'endless') {
        return reply.status(413).send();
      }
      const { kept: body, oversize } = (request.body as WebhookBody | null | undefined) ?? nothing;
      try {
        const received = await receiveWebhook(engine, tracker, token, { headers, body, oversize });
        switch (received) {
          case 'stored':
            return await reply.status(200).send({ ok: true });
          case 'unknown':
            return await reply.status(404).send();
          // A tracker that is told so stops by itself.
          case 'gone':
            return await reply.status(410).send();
          case 'forged':
            return await reply.status(401).send();
        }
      } catch (error) {
        log('webhook not stored', { tracker, error: String(error) });
        return reply.status(503).header('retry-after', retryAfterSeconds).send();
      }
    },
  );
}
