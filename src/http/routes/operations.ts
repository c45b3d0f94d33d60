import { z } from 'zod';
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { sql } from 'kysely';
import type { Mount } from '../app.ts';
import { sendProblem } from '../problem.ts';
import type { Surroundings } from '../surroundings.ts';

/** Whether it lives, whether it is ready, its figures, and what its API is. */
export const operationRoutes: Mount = (app, services) => {
  const publicly = { config: { access: 'public' as const } };
  app.get(
    '/healthz',
    { ...publicly, schema: { response: { 200: z.object({ status: z.string() }) } } },
    () => ({ status: 'alive' }),
  );
  app.get('/readyz', publicly, async (_request, reply) => {
    const ready = await services.isReady().catch(() => false);
    return ready
      ? reply.send({ status: 'ready' })
      : sendProblem(reply, {
          status: 503,
          detail: 'The database does not answer, or its migrations have not run.',
        });
  });
  const registry = makeRegistry(services);
  app.get('/metrics', publicly, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  app.get('/api/v1/openapi.json', publicly, (_request, reply) => reply.send(app.swagger()));
  app.get('/api/docs', publicly, (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(docsPage(app.swagger() as never)),
  );
};

function makeRegistry({ store }: Surroundings): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counted = (name: string, help: string, labels: string[], query: string) =>
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [registry],
      async collect() {
        this.reset();
        const rows = await sql<Record<string, string>>`${sql.raw(query)}`.execute(store.db);
        for (const { value, ...rest } of rows.rows) {
          this.set(rest, Number(value));
        }
      },
    });
  counted(
    'patchboard_work_due',
    'Pieces of work that are due, by kind',
    ['kind'],
    'select kind, count(*) as value from work where due_at <= clock_timestamp() group by kind',
  );
  counted(
    'patchboard_deliveries',
    'Deliveries by outcome',
    ['outcome'],
    'select outcome, count(*) as value from deliveries group by outcome',
  );
  counted(
    'patchboard_vulnerabilities',
    'Vulnerabilities by status',
    ['status'],
    'select status, count(*) as value from vulnerabilities group by status',
  );
  counted(
    'patchboard_links',
    'Links by state',
    ['state'],
    'select state, count(*) as value from links group by state',
  );
  counted(
    'duplicate_cards_detected_total',
    'Cards that carry the marker of another card',
    [],
    "select count(*) as value from orphan_cards where kind in ('duplicate', 'late')",
  );
  counted(
    'patchboard_connection_active',
    'Whether a connection works',
    ['connection'],
    "select name as connection, (state = 'active')::integer as value from connections where state <> 'deleted'",
  );
  return registry;
}

interface Documented {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly summary?: string;
            readonly parameters?: readonly { readonly name: string; readonly in: string }[];
          }
        >
      >
    >
  >;
}

/** The document as a page: no script, no foreign file. */
function docsPage(document: Documented): string {
  const rows = Object.entries(document.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const query = (operation.parameters ?? []).filter((one) => one.in === 'query').map((one) => one.name);
        return `<tr><td><code>${method.toUpperCase()}</code></td><td><code>${path.replaceAll('<', '&lt;')}</code></td><td>${operation.summary ?? ''}</td><td>${query.join(', ')}</td></tr>`;
      }),
    )
    .join('');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Patchboard API</title><body style="font-family:system-ui;margin:2rem">
<h1>Patchboard API</h1><p>The whole document, with every shape: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<table><thead><tr><th>Method</th><th>Path</th><th>What</th><th>Query</th></tr></thead><tbody>${rows}</tbody></table></body></html>`;
}
