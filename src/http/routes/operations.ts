import { z } from 'zod';
import type { Mount } from '../app.ts';
import type { Documented } from '../docs-page.ts';
import { docsPage } from '../docs-page.ts';
import { sendProblem } from '../problem.ts';

const publicly = { config: { access: 'public' as const } };

/** Whether it lives, whether it is ready, its figures, and what its API is. */
export const operationRoutes: Mount = (app, services) => {
  const status = z.object({ status: z.string() });
  app.get(
    '/healthz',
    { ...publicly, schema: { summary: 'Whether the process lives', response: { 200: status } } },
    () => ({ status: 'alive' }),
  );

  app.get(
    '/readyz',
    { ...publicly, schema: { summary: 'Whether it can work: 200, else 503' } },
    async (_request, reply) => {
      const ready = await services.isReady().catch(() => false);
      const detail = 'The database does not answer, or its migrations have not run.';
      return ready ? reply.send({ status: 'ready' }) : sendProblem(reply, { status: 503, detail });
    },
  );

  app.get(
    '/metrics',
    { ...publicly, schema: { summary: 'Figures as Prometheus text' } },
    async (_request, reply) => {
      const { registry } = app;
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  );

  app.get('/api/v1/openapi.json', { ...publicly, schema: { hide: true } as object }, (_request, reply) =>
    reply.send(app.swagger()),
  );

  app.get('/api/docs', { ...publicly, schema: { hide: true } as object }, (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(docsPage(app.swagger() as unknown as Documented)),
  );
};
