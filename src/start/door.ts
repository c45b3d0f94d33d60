import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The port, taken before all else: a second start on it fails at once, and probes are answered while the house opens. */
export interface Door {
  /** `http://host:port`, for a browser on this machine. */
  readonly url: string;
  /** From now on requests are the app's. */
  lead(app: RequestListener): void;
  /** Lets no more requests in, and waits at most so long for those inside. */
  close(patienceMs: number): Promise<void>;
}

const retryAfterSeconds = 1;

export async function takePort({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): Promise<Door> {
  let listener: RequestListener = starting;
  // A report may take long to come in; its headers may not.
  const server = createServer(
    { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 72_000 },
    (request, response) => listener(request, response),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, host, port)));
    server.listen(port, host, resolve);
  });
  return {
    url: addressOf(host, (server.address() as AddressInfo).port),
    lead: (app) => {
      listener = app;
    },
    async close(patienceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await Promise.race([closed, sleep(patienceMs, undefined, { ref: false })]);
      server.closeAllConnections();
      await closed;
    },
  };
}

function addressOf(host: string, port: number): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? 'localhost' : isIPv6(host) ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function explained(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const hint: Readonly<Record<string, string>> = {
    EADDRINUSE: 'Something listens there already. Stop it, or choose another port with PATCHBOARD_PORT.',
    EACCES: 'This account may not listen there. Choose a port above 1023 with PATCHBOARD_PORT.',
    EADDRNOTAVAIL: 'This machine has no such address. Mend PATCHBOARD_HOST.',
    ENOTFOUND: 'This name has no address. Mend PATCHBOARD_HOST.',
  };
  return new Error(`Cannot listen on ${host}, port ${port}. ${hint[error.code ?? ''] ?? error.message}`, {
    cause: error,
  });
}

function starting(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/healthz') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"alive"}');
    return;
  }
  const detail = 'Patchboard is starting. Try again in a moment.';
  const headers = { 'content-type': 'application/problem+json', 'retry-after': String(retryAfterSeconds) };
  response
    .writeHead(503, headers)
    .end(JSON.stringify({ type: 'about:blank', title: 'Service Unavailable', status: 503, detail }));
}
