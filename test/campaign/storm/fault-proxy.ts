import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Every way in which the line to a tracker may fail. "Before" and "after" say whether the tracker executed the request. */
export const faultKinds = [
  'delay',
  'drip',
  'reset-before',
  'reset-after',
  'blackhole-before',
  'blackhole-after',
  'cut-after-bytes',
  'html-before',
  'html-after',
  '5xx-before',
  '5xx-after',
  'late',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultProxy {
  readonly url: string;
  readonly counts: Readonly<Record<FaultKind, number>>;
  /** Requests that passed without a fault. */
  passed(): number;
  /** From now on the line fails, or is good again, as it is at first. */
  worsen(): void;
  heal(): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface FaultOptions {
  /** Where the tracker is: `http://host:port`. */
  readonly target: string;
  /** In [0, 1). */
  readonly random: () => number;
  /** Share of the requests that meet a fault. */
  readonly rate: number;
  /** How long a request may be held, or executed late, in milliseconds. Within what the quarantine allows for. */
  readonly holdMs: number;
}

const page = '<!doctype html><title>Sign in</title><h1>Please sign in</h1>';

/** A line to a tracker, over real sockets, that fails as lines do. */
export async function openFaultProxy(options: FaultOptions): Promise<FaultProxy> {
  const { random, rate, holdMs } = options;
  const counts = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  let passed = 0;
  let healed = true;
  const draw = (): FaultKind | null => {
    const kind = faultKinds[Math.floor(random() * faultKinds.length)] ?? 'delay';
    if (healed || random() >= rate) {
      passed += 1;
      return null;
    }
    counts[kind] += 1;
    return kind;
  };
  const server = createServer((incoming, outgoing) => {
    void carry({ incoming, outgoing, draw, options, holdMs: random() * holdMs }).catch(() =>
      incoming.socket.destroy(),
    );
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    passed: () => passed,
    worsen: () => {
      healed = false;
    },
    heal: () => {
      healed = true;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

interface Carriage {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly draw: () => FaultKind | null;
  readonly options: FaultOptions;
  readonly holdMs: number;
}

async function carry({ incoming, outgoing, draw, options, holdMs }: Carriage): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of incoming as AsyncIterable<Buffer>) {
    parts.push(part);
  }
  const pass = () => forward(options.target, incoming, Buffer.concat(parts));
  const cut = () => incoming.socket.resetAndDestroy();
  const kind = draw();
  switch (kind) {
    case null:
      return give(outgoing, await pass());
    case 'delay':
      await sleep(holdMs);
      return give(outgoing, await pass());
    case 'drip':
      return drip(outgoing, await pass());
    case 'reset-before':
      return void cut();
    case 'reset-after':
      await pass();
      return void cut();
    case 'blackhole-before':
      await sleep(holdMs);
      return void cut();
    case 'blackhole-after':
      await pass();
      await sleep(holdMs);
      return void cut();
    case 'cut-after-bytes':
      return cutShort(outgoing, await pass());
    case 'html-before':
      return void outgoing.writeHead(200, { 'content-type': 'text/html' }).end(page);
    case 'html-after':
      await pass();
      return void outgoing.writeHead(200, { 'content-type': 'text/html' }).end(page);
    case '5xx-before':
      return void outgoing.writeHead(503, { 'content-type': 'text/html' }).end('<h1>Unavailable</h1>');
    case '5xx-after':
      await pass();
      return void outgoing.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
    case 'late':
      cut();
      await sleep(holdMs);
      await pass();
  }
}

function forward(target: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const { host, hostname, port } = new URL(target);
  return new Promise((resolve, reject) => {
    // The Host that was asked for stays, so that the tracker's own links lead through here again.
    const headers = { ...incoming.headers, host: incoming.headers.host ?? host, connection: 'close' };
    const options = { hostname, port, method: incoming.method, path: incoming.url, headers, agent: false };
    const request = ask(options, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }),
      );
    });
    request.once('error', reject);
    request.end(body);
  });
}

function headersOf({ headers, body }: Answer): Record<string, string | string[]> {
  const { connection: _connection, 'transfer-encoding': _coding, 'keep-alive': _alive, ...rest } = headers;
  return { ...(rest as Record<string, string>), 'content-length': String(body.length) };
}

function give(outgoing: ServerResponse, answer: Answer): void {
  outgoing.writeHead(answer.status, headersOf(answer)).end(answer.body);
}

async function drip(outgoing: ServerResponse, answer: Answer): Promise<void> {
  outgoing.writeHead(answer.status, headersOf(answer));
  const piece = Math.max(1, Math.ceil(answer.body.length / 8));
  for (let at = 0; at < answer.body.length; at += piece) {
    outgoing.write(answer.body.subarray(at, at + piece));
    await sleep(30);
  }
  outgoing.end();
}

function cutShort(outgoing: ServerResponse, answer: Answer): void {
  outgoing.writeHead(answer.status, headersOf(answer));
  outgoing.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () =>
    outgoing.socket?.resetAndDestroy(),
  );
}
