import type { FastifyInstance } from 'fastify';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { sql } from 'kysely';
import type { Connection } from '../store/open.ts';

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

interface Figure {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Answers `value` and a column for each label. */
  readonly query: string;
}

const figures: readonly Figure[] = [
  {
    name: 'patchboard_work_due',
    help: 'Pieces of work that are due, by kind',
    labels: ['kind'],
    query: 'select kind, count(*) as value from work where due_at <= clock_timestamp() group by kind',
  },
  {
    name: 'patchboard_work_oldest_due_seconds',
    help: 'Since when the longest waiting piece of work is due, by kind',
    labels: ['kind'],
    query:
      'select kind, extract(epoch from clock_timestamp() - min(due_at)) as value from work where due_at <= clock_timestamp() group by kind',
  },
  {
    name: 'patchboard_deliveries',
    help: 'Deliveries by direction and outcome',
    labels: ['direction', 'outcome'],
    query: 'select direction, outcome, count(*) as value from deliveries group by direction, outcome',
  },
  {
    name: 'patchboard_vulnerabilities',
    help: 'Vulnerabilities by status',
    labels: ['status'],
    query: 'select status, count(*) as value from vulnerabilities group by status',
  },
  {
    name: 'patchboard_links',
    help: 'Links by state',
    labels: ['state'],
    query: 'select state, count(*) as value from links group by state',
  },
  {
    name: 'patchboard_holds_open',
    help: 'Actions that wait for a person',
    labels: [],
    query: "select count(*) as value from holds where state = 'open'",
  },
  {
    name: 'duplicate_cards_detected_total',
    help: 'Cards that carry the marker of another card',
    labels: [],
    query: "select count(*) as value from orphan_cards where kind in ('duplicate', 'late')",
  },
  {
    name: 'patchboard_connection_active',
    help: 'Whether a connection works: 0 while it is paused or its login is refused',
    labels: ['connection', 'tracker'],
    query:
      "select id as connection, tracker, (state = 'active')::integer as value from connections where state <> 'deleted'",
  },
  {
    name: 'patchboard_connection_last_pull_seconds',
    help: 'How long ago a connection was last asked for changes with success',
    labels: ['connection', 'tracker'],
    query:
      "select id as connection, tracker, extract(epoch from clock_timestamp() - last_pull_at) as value from connections where state <> 'deleted' and last_pull_at is not null",
  },
];

function addFigure(registry: Registry, db: Connection, { name, help, labels, query }: Figure): void {
  const gauge = new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    async collect() {
      const rows = await sql<Record<string, string>>`${sql.raw(query)}`.execute(db);
      this.reset();
      for (const { value, ...rest } of rows.rows) {
        this.set(rest, Number(value));
      }
    },
  });
  gauge.reset();
}
