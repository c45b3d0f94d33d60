import type { FastifyInstance } from 'fastify';
import { receiveWebhook } from '../../sync/receive.ts';
import type { Surroundings } from '../surroundings.ts';

const bodyBytesMax = 1024 ** 2;
const retryAfterSeconds = 30;

/** The door for trackers: stored, then 2xx; nothing else happens in the request. */
export function webhookRoutes(app: FastifyInstance, { engine, log }: Surroundings): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyBytesMax }, (_request, body, done) =>
    done(null, body),
  );
  app.post(
    '/webhooks/:tracker/:token',
    { config: { access: 'public' }, bodyLimit: bodyBytesMax, schema: { hide: true } as object },
    async (request, reply) => {
      const { tracker, token } = request.params as { tracker: string; token: string };
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(', ') : value,
        ]),
      );
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      try {
        const received = await receiveWebhook(engine, tracker, token, { headers, body });
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
