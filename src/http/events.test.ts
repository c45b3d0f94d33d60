import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Doors } from '../../test/doors.ts';
import { administratorToken, openDoors } from '../../test/doors.ts';

let doors: Doors;
let url: string;

beforeAll(async () => {
  doors = await openDoors();
  await doors.app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(doors.app.server.address() as AddressInfo).port}`;
});
afterAll(() => doors.close());

async function readUntil(stream: ReadableStreamDefaultReader<Uint8Array>, wanted: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  while (!text.includes(wanted)) {
    const { value, done } = await stream.read();
    if (done) {
      throw new Error(`The stream ended without ${wanted}: ${text}`);
    }
    text += decoder.decode(value, { stream: true });
  }
  return text;
}

test('whoever listens is told the name of what changed, and nothing of it', async () => {
  const response = await fetch(`${url}/api/v1/events`, { headers: { authorization: `Bearer ${administratorToken}`, accept: 'text/event-stream' } });
  const stream = (response.body as ReadableStream<Uint8Array>).getReader();
  await readUntil(stream, 'retry:');
  const listening = async () => {
    const rows = await sql`select 1 from pg_stat_activity where datname = current_database() and query = 'listen patchboard_changes'`.execute(doors.store.db);
    return rows.rows.length;
  };
  await expect.poll(listening).toBe(1);

  await doors.ask({ path: '/api/v1/assets', body: { name: 'A secret name' } });

  const told = await readUntil(stream, 'event: changed');
  expect(told).toContain('data: assets');
  expect(told).not.toContain('secret name');
  await stream.cancel();
  await expect.poll(listening).toBe(0);
});

test('a stranger hears nothing', async () => {
  const response = await fetch(`${url}/api/v1/events`);
  expect(response.status).toBe(401);
  await response.body?.cancel();
});
