import type { FastifyInstance } from 'fastify';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Connection } from '../store/open.ts';
import type { Figure } from '../store/screens/figures.ts';
import { figures, readFigure } from '../store/screens/figures.ts';

/** Seconds; from an answer out of the cache to a long upload. */
const durations = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

/** The figures of this process and, counted when they are asked for, of the whole installation. No names, no texts. */
export function makeRegistry(db: Connection): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const figure of figures) {
    addFigure(registry, db, figure);
  }
  return registry;
}

/** How long requests took, by route and outcome: never by address, which may hold a secret. */
export function measureRequests(app: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Requests by method, route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: durations,
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'nowhere';
    seconds.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1_000);
  });
}

function addFigure(registry: Registry, db: Connection, figure: Figure): void {
  const { name, help, labels } = figure;
  const gauge = new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    async collect() {
      const rows = await readFigure(db, figure);
      this.reset();
      for (const { value, ...rest } of rows) {
        this.set(rest, Number(value));
      }
    },
  });
  gauge.reset();
}
