import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive } from './processes.ts';
import type { EmbeddedServer } from './server.ts';
import { endLeftServer, startEmbedded } from './server.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'patchboard-embedded-'));
  await withServer((server) => query(server, 'create table mark (word text)'));
});
afterAll(async () => {
  await endLeftServer(folder);
  rmSync(folder, { recursive: true, force: true });
});

test('the server writes through to the disk and listens on no port', async () => {
  const rows = await withServer((server) =>
    query(server, "select current_setting('fsync') as fsync, current_setting('listen_addresses') as doors"),
  );

  expect(rows).toEqual([{ fsync: 'on', doors: '' }]);
});

test('nobody else may enter the folder of the socket or of the files', async () => {
  await withServer(async (server) => {
    expect(statSync(server.connection.host).mode & 0o077).toBe(0);
    expect(statSync(join(folder, 'postgres')).mode & 0o077).toBe(0);
  });
});

test('after a kill -9 the next start adopts the server that is still alive, with all that was committed', async () => {
  const postmaster = await killedAfter("insert into mark values ('before the kill')");
  expect(isAlive(postmaster)).toBe(true);

  const server = await startEmbedded({ dataFolder: folder });

  expect(server.adopted).toBe(true);
  expect(await query(server, "select word from mark where word = 'before the kill'")).toHaveLength(1);
  await server.stop();
  expect(isAlive(postmaster)).toBe(false);
});

test('after a kill -9 of process and server alike the next start recovers at once', async () => {
  const postmaster = await killedAfter("insert into mark values ('before both')");
  process.kill(postmaster, 'SIGKILL');

  const rows = await withServer((server) =>
    query(server, "select word from mark where word = 'before both'"),
  );

  expect(rows).toHaveLength(1);
});

test('a lock file of a server that is long gone stops nobody, also when its number is in use again', async () => {
  writeFileSync(join(folder, 'postgres', 'postmaster.pid'), `${process.pid}\n/nowhere\n1\n5432\n\n\n`);

  await expect(withServer((server) => query(server, 'select 1 as one'))).resolves.toEqual([{ one: 1 }]);
});

test('what a first start that was cut off left half made is swept away', async () => {
  const half = join(folder, 'postgres-initdb-half');
  mkdirSync(half);

  await withServer(async () => {});

  expect(existsSync(half)).toBe(false);
});

test('a data folder whose path is too long for a socket gets its socket elsewhere', async () => {
  const deep = join(folder, 'a-rather-long-name-of-a-folder'.repeat(4));
  const server = await startEmbedded({ dataFolder: deep });

  const rows = await query(server, 'select 1 as one');
  await server.stop();

  expect(rows).toEqual([{ one: 1 }]);
  expect(server.connection.host.startsWith(deep)).toBe(false);
  expect(existsSync(server.connection.host)).toBe(false);
});

test('files of another major version are refused with both versions named', async () => {
  const other = join(folder, 'other');
  mkdirSync(join(other, 'postgres'), { recursive: true });
  writeFileSync(join(other, 'postgres', 'PG_VERSION'), '16\n');

  await expect(startEmbedded({ dataFolder: other })).rejects.toThrow(/PostgreSQL 16.*brings 18/u);
  expect(readdirSync(other)).not.toContain('patchboard.lock');
});

async function withServer<Result>(act: (server: EmbeddedServer) => Promise<Result>): Promise<Result> {
  const server = await startEmbedded({ dataFolder: folder });
  try {
    return await act(server);
  } finally {
    await server.stop();
  }
}

async function query(server: EmbeddedServer, words: string): Promise<readonly unknown[]> {
  const client = new pg.Client(server.connection);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(words)).rows;
  } finally {
    await client.end();
  }
}

/** Another process starts the server, commits something, and is killed. Answers the server's process id. */
async function killedAfter(statement: string): Promise<number> {
  const program = `
    const { startEmbedded } = await import(process.argv[1]);
    const { default: pg } = await import('pg');
    const server = await startEmbedded({ dataFolder: process.argv[2] });
    const client = new pg.Client(server.connection);
    await client.connect();
    await client.query(process.argv[3]);
    process.kill(process.pid, 'SIGKILL');
  `;
  const module = join(import.meta.dirname, 'server.ts');
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, module, folder, statement], {
    stdio: 'ignore',
  });
  await new Promise((resolve) => child.once('exit', resolve));
  return Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
}
