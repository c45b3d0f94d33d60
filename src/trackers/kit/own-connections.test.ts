import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { HttpRequest } from '../../contracts/tracker.ts';
import { overWires, Wires } from '../../lib/wires.ts';
import { makeHttpClient } from './http.ts';
import { faultOf } from './stage.ts';
import { closeServersAfterEach, serve } from './test-servers.ts';

closeServersAfterEach();

const client = (origin: string) => makeHttpClient({ allowedOrigins: [origin], allowedNetworks: ['127.0.0.0/8', '::1/128'] });
const read = (url: string): HttpRequest => ({ method: 'GET', url, purpose: 'read' });
const write = (url: string): HttpRequest => ({ method: 'POST', url, purpose: 'write', body: { a: 1 } });

test('a write has a connection that no read used, and the next one takes it over', async () => {
  const { origin, connections } = await serve((_incoming, outgoing) => outgoing.end());
  const http = client(origin);
  await http.send(read(origin));
  await http.send(write(origin));
  expect(connections).toHaveLength(2);

  await http.send(write(origin));
  await http.send(write(origin));
  expect(connections).toHaveLength(2);
});

test('writes at the same time have a connection each', async () => {
  const { origin, connections } = await serve((_incoming, outgoing) => void setTimeout(() => outgoing.end(), 50));
  const http = client(origin);
  await Promise.all([http.send(write(origin)), http.send(write(origin))]);

  expect(connections).toHaveLength(2);
});

test('a connection that was silent for a while is not taken over by a write, nor one that the other side ended', async () => {
  const { origin, connections } = await serve((_incoming, outgoing) => outgoing.end());
  const http = client(origin);
  await http.send(write(origin));
  await sleep(2_100);
  await http.send(write(origin));
  expect(connections).toHaveLength(2);

  connections[1]?.destroy();
  await sleep(20);
  await http.send(write(origin));
  expect(connections).toHaveLength(3);
});

test('a connection on which an answer failed is not taken over', async () => {
  const { origin, connections } = await serve((incoming, outgoing) => (incoming.url === '/broken' ? outgoing.destroy() : outgoing.end()));
  const http = client(origin);
  expect((await faultOf(http.send(write(`${origin}/broken`)))).kind).toBe('uncertain');
  await http.send(write(origin));

  expect(connections).toHaveLength(2);
});

test('a moment that passes while the request waits for its turn sends nothing', async () => {
  const { origin, seen } = await serve((_incoming, outgoing) => void setTimeout(() => outgoing.end('{}'), 300));
  const http = client(origin);
  const wires = new Wires();
  wires.enter(0);
  const busy = overWires(wires, () => http.send(write(`${origin}/busy`)));
  await vi.waitUntil(() => seen.length === 1);

  const fault = await faultOf(overWires(wires, () => http.send({ ...write(origin), sendBefore: http.now() + 100 })));
  await busy;

  expect(fault.kind).toBe('unavailable');
  expect(seen.map(({ url }) => url)).toEqual(['/busy']);
});

test('a connection that the other side closed while the request waited for its turn is made anew', async () => {
  const { origin, seen, connections } = await serve((_incoming, outgoing) => void setTimeout(() => outgoing.end('{}'), 300));
  const http = client(origin);
  const wires = new Wires();
  wires.enter(0);
  const busy = overWires(wires, () => http.send(write(`${origin}/busy`)));
  await vi.waitUntil(() => seen.length === 1);
  const waiting = overWires(wires, () => http.send(write(`${origin}/waiting`)));
  await vi.waitUntil(() => connections.length === 2);
  connections[1]?.destroy();

  const [, answer] = await Promise.all([busy, waiting]);

  expect(answer.status).toBe(200);
  expect(seen.map(({ url }) => url)).toEqual(['/busy', '/waiting']);
  // The one that the other handed on.
  expect(connections).toHaveLength(2);
});
