import type { FastifyInstance } from 'fastify';

/**
 * An app that closes lets requests inside end, at most so long. Who has connected and sent nothing, or half a request, would be
 * waited for until its headers are late, a minute.
 */
export function leaveInTime(app: FastifyInstance, patienceMs: number): void {
  app.addHook('preClose', async () => {
    const { server } = app;
    if (server.listening) {
      const last = setTimeout(() => server.closeAllConnections(), patienceMs);
      server.once('close', () => clearTimeout(last));
    }
  });
}
