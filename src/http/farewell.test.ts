import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { leaveInTime } from './farewell.ts';

const patienceMs = 3_000;
const hook = 'POST /hook HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n';

/** An app whose only route answers when the test lets it. */
async function openApp() {
  const app = fastify();
  leaveInTime(app, patienceMs);
  const inside = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  app.post('/hook', async () => {
    inside.resolve();
    await answered.promise;
    return {};
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, inside: inside.promise, answer: answered.resolve };
}

async function open(app: FastifyInstance, words: string): Promise<Socket> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(words);
  return socket;
}

async function msOf(closing: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await closing;
  return performance.now() - began;
}

test('a webhook under way at the close is answered, and its connection is not waited for', async () => {
  const { app, inside, answer } = await openApp();
  const socket = await open(app, `${hook}{}`);
  const told = once(socket, 'data') as Promise<[Buffer]>;
  await inside;

  const closing = app.close();
  answer();

  expect(await msOf(closing)).toBeLessThan(patienceMs - 500);
  expect((await told)[0].toString()).toContain('200 OK');
});

test('who has sent nothing, or half a request, or whose answer does not come is waited for as long as was said', async () => {
  const { app, inside, answer } = await openApp();
  await open(app, '');
  await open(app, hook);
  await open(app, `${hook}{}`);
  await inside;

  expect(await msOf(app.close())).toBeLessThan(patienceMs + 5_000);
  answer();
});
