import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { boardPage } from './sandbox-board.ts';
import type { Sandbox } from './sandbox.ts';

export interface ServedSandbox {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a sandbox on loopback, with a board page at `/__board` and a door for scripts that act as people. */
export async function serveSandbox(
  sandbox: Sandbox,
  options: { readonly port?: number } = {},
): Promise<ServedSandbox> {
  const server = createServer((incoming, outgoing) => {
    void answer(sandbox, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(sandbox: Sandbox, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of incoming) {
    parts.push(part as Buffer);
  }
  const body = Buffer.concat(parts);
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`);
  if (url.pathname.startsWith('/__')) {
    await actAsPerson(sandbox, url.pathname, body.toString(), outgoing);
    return;
  }
  const request = new Request(url, {
    method: incoming.method,
    headers: Object.entries(incoming.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    ),
    body: body.length === 0 || incoming.method === 'GET' || incoming.method === 'HEAD' ? undefined : body,
  });
  const response = await sandbox.handle(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

/** `/__board` for eyes; `/__sandbox/cards`, `/__sandbox/move` … for scripts: `{ "ref": …, "state": … }` as JSON. */
async function actAsPerson(
  sandbox: Sandbox,
  path: string,
  body: string,
  outgoing: ServerResponse,
): Promise<void> {
  const wish = (body === '' ? {} : JSON.parse(body)) as Record<string, never>;
  const { people } = sandbox;
  const send = (value: unknown) =>
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  switch (path) {
    case '/__board':
      outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(boardPage(sandbox));
      return;
    case '/__sandbox/cards':
      send({ items: sandbox.cards() });
      return;
    case '/__sandbox/board':
      send({ items: sandbox.board() });
      return;
    case '/__sandbox/requests':
      send({ items: sandbox.requests });
      return;
    case '/__sandbox/webhooks':
      sandbox.addWebhook(wish as unknown as { url: string; secret?: string });
      break;
    case '/__sandbox/misbehave':
      sandbox.misbehave(wish as never);
      break;
    case '/__sandbox/move':
      await people.move(wish['ref'] ?? '', wish['state'] ?? '');
      break;
    case '/__sandbox/edit':
      await people.edit(wish['ref'] ?? '', wish);
      break;
    case '/__sandbox/archive':
    case '/__sandbox/discard':
    case '/__sandbox/restore':
    case '/__sandbox/remove':
      await people[path.slice('/__sandbox/'.length) as 'archive' | 'discard' | 'restore' | 'remove'](
        wish['ref'] ?? '',
      );
      break;
    default:
      outgoing.writeHead(404).end();
      return;
  }
  send({ ok: true });
}
