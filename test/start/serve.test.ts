import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isAlive } from '../../src/store/embedded/processes.ts';
import { endLeftServer } from '../../src/store/embedded/server.ts';
import type { Started } from './process.ts';
import { createTestDatabase } from '../database.ts';
import { addressOf, startServe } from './process.ts';

let folder = '';
const running: Started[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchboard-start-'));
});
afterEach(async () => {
  for (const started of running.splice(0)) {
    started.child.kill('SIGKILL');
    await started.ended;
  }
});
afterAll(async () => {
  await endLeftServer(folder);
  rmSync(folder, { recursive: true, force: true });
});

function serve(env: Readonly<Record<string, string>> = {}): Started {
  const started = startServe(folder, env);
  running.push(started);
  return started;
}

function postmaster(): number {
  const file = join(folder, 'postgres', 'postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
}

async function status(url: string): Promise<number> {
  return (await fetch(url)).status;
}

test('the very first start prints the address and a link for the first administrator, and makes a key only its owner reads', async () => {
  const started = serve();

  const address = await addressOf(started);
  const [, link = ''] = await started.says(/(http:\S+\/setup#token=\S+)/u);

  expect(link.startsWith(`${address}/setup#token=`)).toBe(true);
  expect(await status(`${address}/healthz`)).toBe(200);
  expect(await status(`${address}/readyz`)).toBe(200);
  expect(statSync(join(folder, 'secret.key')).mode & 0o777).toBe(0o600);
  expect(started.said().stderr).not.toContain(link.split('=')[1]);
});

test('a second start on the same data folder is refused and names the first', async () => {
  const first = serve();
  await addressOf(first);

  const second = serve();

  expect((await second.ended).code).toBe(1);
  expect(second.said().stderr).toContain(`in use by another Patchboard (process ${first.pid})`);
  expect(second.said().stderr).toContain('PATCHBOARD_DATA');
});

test('a port that is taken is told before anything else is started', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;

  const started = serve({ PATCHBOARD_PORT: String(port) });

  expect((await started.ended).code).toBe(1);
  expect(started.said().stderr).toContain(`port ${port}. Something listens there already`);
  expect(started.said().stderr).not.toContain('database');
  other.close();
});

test('Ctrl-C ends doors, work and database in order', async () => {
  const started = serve();
  const address = await addressOf(started);
  const database = postmaster();
  expect(isAlive(database)).toBe(true);

  started.child.kill('SIGINT');

  expect((await started.ended).code).toBe(0);
  expect(isAlive(database)).toBe(false);
  await expect(fetch(address)).rejects.toThrow();
  expect(existsSync(join(folder, 'patchboard.lock'))).toBe(false);
});

test('the second Ctrl-C that a terminal and npm make of one does not cut the stop short', async () => {
  const started = serve();
  await addressOf(started);

  started.child.kill('SIGINT');
  started.child.kill('SIGINT');

  expect((await started.ended).code).toBe(0);
  expect(started.said().stderr).toContain('"stopped"');
});

test('after a kill -9 the next start takes the living database over', async () => {
  const first = serve();
  await addressOf(first);
  const database = postmaster();
  first.child.kill('SIGKILL');
  await first.ended;
  expect(isAlive(database)).toBe(true);

  const second = serve();

  expect(await status(`${await addressOf(second)}/readyz`)).toBe(200);
  expect(second.said().stderr).toContain('database adopted');
  expect(postmaster()).toBe(database);
});

test('a wrong variable ends the start with its name and how to mend it', async () => {
  const started = serve({ PATCHBOARD_ROLES: 'boss' });

  expect((await started.ended).code).toBe(1);
  expect(started.said().stderr).toMatch(/^PATCHBOARD_ROLES names a role that there is not/u);
});

test('a secret key other than the one that the database was set up with is refused', async () => {
  const first = serve();
  await addressOf(first);
  first.child.kill('SIGTERM');
  await first.ended;

  const second = serve({ PATCHBOARD_SECRET_KEY: 'another key of at least 32 characters' });

  expect((await second.ended).code).toBe(1);
  expect(second.said().stderr).toContain('PATCHBOARD_SECRET_KEY');
  expect(postmaster()).toBe(0);
});

test('a database that cannot be used is told with its address and without its password', async () => {
  const started = serve({ DATABASE_URL: 'postgres://someone:swordfish@127.0.0.1:1/none' });
  await started.says(/waiting for the database/u);

  started.child.kill('SIGTERM');

  expect(started.said().stderr).toContain('127.0.0.1:1/none');
  expect(started.said().stderr).not.toContain('swordfish');
});

test('a database that may lose what it has confirmed is refused, with what to set', async () => {
  const database = await createTestDatabase();
  const { connectionString, host = '', user, database: name } = database.address;
  await database.store.pool.query(`do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$`);

  const started = serve({ DATABASE_URL: connectionString ?? `postgres:///${name}?host=${encodeURIComponent(host)}&user=${user}` });

  expect((await started.ended).code).toBe(1);
  expect(started.said().stderr).toContain('synchronous_commit');
  await database.drop();
});
