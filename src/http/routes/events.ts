import type { ServerResponse } from 'node:http';
import { watchChanges } from '../../store/changes.ts';
import type { Mount } from '../app.ts';
import { Problem } from '../problem.ts';

const heartbeatMs = 20_000;
/** Then the browser comes again by itself, and is asked anew who it is. */
const lifeMs = 300_000;
const streamsMax = 500;

/** Server-sent events: the names of what changed. Who may see it is decided where it is asked for. */
export const eventRoutes: Mount = (app, { store }) => {
  const changes = watchChanges(store);
  const streams = new Set<ServerResponse>();
  app.addHook('preClose', async () => {
    changes.close();
    for (const stream of streams) {
      stream.end();
    }
  });

  app.get(
    '/api/v1/events',
    { config: { access: { role: 'viewer' } }, schema: { summary: 'Live: names of what changed (server-sent events)' } },
    (request, reply) => {
      if (request.headers.accept?.includes('text/event-stream') !== true) {
        throw new Problem(406, 'This is a stream of events: ask for it with “Accept: text/event-stream”.');
      }
      if (streams.size >= streamsMax) {
        throw new Problem(503, `More than ${streamsMax} live streams are open in this process.`, { headers: { 'retry-after': '60' } });
      }
      reply.hijack();
      const stream = reply.raw;
      stream.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      stream.write('retry: 2000\n\n');
      streams.add(stream);
      const unsubscribe = changes.subscribe((names) => stream.write(`event: changed\ndata: ${names.join(' ')}\n\n`));
      const heart = setInterval(() => stream.write(': still here\n\n'), heartbeatMs);
      const life = setTimeout(() => stream.end(), lifeMs);
      const end = () => {
        clearInterval(heart);
        clearTimeout(life);
        unsubscribe();
        streams.delete(stream);
      };
      request.raw.once('close', end);
      stream.once('close', end);
    },
  );
};
