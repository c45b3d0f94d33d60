import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { boardPage } from './sandbox-board.ts';
import type { Mischief, Sandbox } from './sandbox.ts';

export interface ServedSandbox {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  close(): Promise<void>;
}

const bodyBytesMax = 5_000_000;

/** Serves a sandbox on loopback, with a board page at `/__board` and a door for scripts that act as people. */
export async function serveSandbox(
  sandbox: Sandbox,
  options: { readonly port?: number; readonly host?: '127.0.0.1' | '::1' } = {},
): Promise<ServedSandbox> {
  const host = options.host ?? '127.0.0.1';
  const door = makeDoor(sandbox);
  const server = createServer((incoming, outgoing) => {
    // A rejection means a cut connection: no answer at all.
    void answer(sandbox, door, incoming, outgoing).catch(() => incoming.socket.resetAndDestroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Door = (path: string, wish: Wish) => Promise<unknown>;

async function answer(
  sandbox: Sandbox,
  door: Door,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await bytesOf(incoming);
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`);
  if (url.pathname === '/__board') {
    outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(boardPage(sandbox));
    return;
  }
  if (url.pathname.startsWith('/__sandbox/')) {
    await actAsPerson(door, url.pathname.slice('/__sandbox/'.length), body.toString(), outgoing);
    return;
  }
  const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  const bodiless = body.length === 0 || incoming.method === 'GET' || incoming.method === 'HEAD';
  const request = new Request(url, {
    method: incoming.method,
    headers,
    body: bodiless ? undefined : new Uint8Array(body),
  });
  const response = await sandbox.handle(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > bodyBytesMax) {
      throw new Error(`The request is longer than ${bodyBytesMax} bytes.`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function actAsPerson(door: Door, act: string, body: string, outgoing: ServerResponse): Promise<void> {
  const send = (status: number, value: unknown) =>
    outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  try {
    const done = await door(act, (body === '' ? {} : JSON.parse(body)) as Wish);
    send(200, done ?? { ok: true });
  } catch (error) {
    send(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

interface Wish {
  readonly ref?: string;
  readonly state?: string;
  readonly text?: string;
  readonly title?: string;
  readonly priority?: string | null;
  readonly assignee?: string | null;
  readonly labels?: string[];
  readonly url?: string;
  readonly secret?: string;
  readonly kind?: string;
  /** For `misbehave`: only requests with this method, or with this text in their path. */
  readonly method?: string;
  readonly path?: string;
}

/** `POST /__sandbox/<act>` with JSON: `{ "ref": …, "state": … }` and the like. */
function makeDoor(sandbox: Sandbox): Door {
  const { people } = sandbox;
  const ends: (() => void)[] = [];
  const acts: Readonly<Record<string, (wish: Wish) => unknown>> = {
    cards: () => ({ items: sandbox.cards() }),
    board: () => ({ items: sandbox.board() }),
    requests: () => ({ items: sandbox.requests }),
    example: () => sandbox.example,
    move: (wish) => people.move(need(wish, 'ref'), need(wish, 'state')),
    edit: ({ title, priority, assignee, labels, ...wish }) =>
      people.edit(
        need(wish, 'ref'),
        JSON.parse(JSON.stringify({ title, priority, assignee, labels })) as object,
      ),
    comment: (wish) => people.comment(need(wish, 'ref'), need(wish, 'text')),
    moveAway: (wish) => people.moveAway(need(wish, 'ref')),
    archive: (wish) => people.archive(need(wish, 'ref')),
    discard: (wish) => people.discard(need(wish, 'ref')),
    restore: (wish) => people.restore(need(wish, 'ref')),
    remove: (wish) => people.remove(need(wish, 'ref')),
    clone: async (wish) => ({ ref: await people.clone(need(wish, 'ref')) }),
    hide: (wish) => people.hide(need(wish, 'ref')),
    removeState: (wish) => people.removeState(need(wish, 'state')),
    webhooks: (wish) => sandbox.addWebhook({ url: need(wish, 'url'), secret: wish.secret }),
    misbehave: (wish) => void ends.push(sandbox.misbehave(mischiefOf(wish))),
    behave: () => {
      for (const end of ends.splice(0)) {
        end();
      }
    },
  };
  return async (path, wish) => {
    const act = Object.hasOwn(acts, path) ? acts[path] : undefined;
    if (act === undefined) {
      throw new Error(`There is no act “${path}”. There are: ${Object.keys(acts).join(', ')}.`);
    }
    return act(wish);
  };
}

function need(wish: Wish, name: 'ref' | 'state' | 'text' | 'url'): string {
  const value = wish[name];
  if (typeof value !== 'string' || value === '') {
    throw new Error(`Give “${name}” in the JSON body.`);
  }
  return value;
}

function mischiefOf({ method, path, ...mischief }: Wish): Mischief {
  const when = (request: { method: string; path: string }) =>
    (method === undefined || request.method === method) &&
    (path === undefined || request.path.includes(path));
  return { ...mischief, when } as Mischief;
}
