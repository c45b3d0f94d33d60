import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createSocketServer } from 'node:net';
import { afterEach } from 'vitest';

/** Servers on loopback that answer as a test wants. */

const closers: (() => void)[] = [];

export function closeServersAfterEach(): void {
  afterEach(() => {
    for (const close of closers.splice(0)) {
      close();
    }
  });
}

export async function serve(
  answer: (incoming: IncomingMessage, outgoing: ServerResponse, body: string) => void,
) {
  const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const receive = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of incoming) {
      parts.push(part as Buffer);
    }
    const body = Buffer.concat(parts).toString();
    seen.push({ method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body });
    answer(incoming, outgoing, body);
  };
  const server = createServer((incoming, outgoing) => void receive(incoming, outgoing));
  const connections: Socket[] = [];
  server.on('connection', (socket) => connections.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  closers.push(close);
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, connections, close };
}

/** A server of bare sockets, for what HTTP servers do not do by themselves. */
export async function serveSocket(act: (bytes: Buffer) => 'reset' | 'silence') {
  const server = createSocketServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => act(bytes) === 'reset' && socket.resetAndDestroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
