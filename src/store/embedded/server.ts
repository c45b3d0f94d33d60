import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { binariesFolder } from './binaries.ts';
import { isAlive, lockDataFolder } from './data-lock.ts';
import type { Runner } from './unprivileged.ts';
import { findRunner } from './unprivileged.ts';

const run = promisify(execFile);

/** Longest socket path that every system takes (sun_path is 104 to 108 bytes with its name and port). */
const socketFolderMax = 80;
const startupMaxMs = 60_000;
const stopMaxMs = 30_000;

export interface EmbeddedServer {
  readonly connection: { readonly host: string; readonly user: string; readonly database: string };
  /** True when a server was found alive that an earlier process had left behind. */
  readonly adopted: boolean;
  stop(): Promise<void>;
}

/**
 * A real PostgreSQL server of our own in `folder/postgres`: a unix socket in a folder that only we may enter, no port,
 * fsync on. Survives a kill -9 of this process; the next start adopts what is still running.
 */
export async function startEmbedded(options: { readonly dataFolder: string }): Promise<EmbeddedServer> {
  const folder = resolve(options.dataFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const release = lockDataFolder(folder);
  try {
    const server = await start(folder);
    return {
      ...server,
      stop: async () => {
        await server.stop();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

async function start(folder: string): Promise<EmbeddedServer> {
  const runner = findRunner();
  const binaries = binariesFolder();
  const cluster = join(folder, 'postgres');
  const sockets = socketFolder(folder, runner);
  const connection = { host: sockets, user: 'postgres', database: 'postgres' };
  if (!existsSync(join(cluster, 'PG_VERSION'))) {
    await initialise(binaries, cluster, runner);
  }
  const left = serverLeftBehind(cluster);
  if (left !== null && (await answers(connection, 5_000))) {
    return { connection, adopted: true, stop: () => stopServer(left) };
  }
  if (left !== null) {
    // It was killed a moment ago, or hangs: it has to be gone before another may start.
    await stopServer(left);
  }
  const pid = await launch({ binaries, cluster, sockets, runner, folder, connection });
  return { connection, adopted: false, stop: () => stopServer(pid) };
}

function socketFolder(folder: string, runner: Runner): string {
  const near = join(folder, 'run');
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const chosen = near.length <= socketFolderMax ? near : join(tmpdir(), `patchboard-${name}`);
  mkdirSync(chosen, { recursive: true, mode: 0o700 });
  chmodSync(chosen, 0o700);
  runner.own(chosen);
  return chosen;
}

async function initialise(binaries: string, cluster: string, runner: Runner): Promise<void> {
  // What a first start left half made is of no use to anybody.
  rmSync(cluster, { recursive: true, force: true });
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  runner.own(cluster);
  const words = ['-D', cluster, '-U', 'postgres', '-A', 'trust', '--locale=C', '-E', 'UTF8', '--no-instructions'];
  const [program = '', ...rest] = [...runner.prefix, join(binaries, 'initdb'), ...words];
  try {
    await run(program, rest, { uid: runner.uid, gid: runner.gid, cwd: '/', env: environment() });
  } catch (error) {
    rmSync(cluster, { recursive: true, force: true });
    throw explained('The embedded PostgreSQL could not make its data folder', error);
  }
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' };
}

/** Process id of a server that still runs on this folder; null: none. */
function serverLeftBehind(cluster: string): number | null {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) {
    return null;
  }
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) && isPostgres(pid) ? pid : null;
}

function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres');
  } catch {
    return true;
  }
}

interface Launch {
  readonly binaries: string;
  readonly cluster: string;
  readonly sockets: string;
  readonly runner: Runner;
  readonly folder: string;
  readonly connection: EmbeddedServer['connection'];
}

const settings = {
  listen_addresses: '',
  max_connections: '100',
  shared_buffers: '64MB',
  work_mem: '16MB',
  maintenance_work_mem: '64MB',
  max_wal_size: '1GB',
  fsync: 'on',
  synchronous_commit: 'on',
  jit: 'off',
  timezone: 'UTC',
  log_min_messages: 'warning',
};

async function launch({ binaries, cluster, sockets, runner, folder, connection }: Launch): Promise<number> {
  const options = Object.entries({ ...settings, unix_socket_directories: sockets });
  const words = ['-D', cluster, ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const [program = '', ...rest] = [...runner.prefix, join(binaries, 'postgres'), ...words];
  const deadline = Date.now() + startupMaxMs;
  while (true) {
    const log = openSync(join(folder, 'postgres.log'), 'a', 0o600);
    // A session of its own: Ctrl-C in the terminal reaches us alone, and we stop the server in order.
    const child = spawn(program, rest, {
      stdio: ['ignore', log, log],
      detached: true,
      uid: runner.uid,
      gid: runner.gid,
      cwd: '/',
      env: environment(),
    });
    let ended = false;
    child.once('exit', () => (ended = true));
    child.once('error', () => (ended = true));
    child.unref();
    while (!ended && Date.now() < deadline) {
      if (await answers(connection, 0)) {
        return child.pid ?? 0;
      }
      await sleep(20);
    }
    if (Date.now() >= deadline) {
      throw new Error(`The embedded PostgreSQL does not start. Its own words are in ${join(folder, 'postgres.log')}.`);
    }
    // The last one's shared memory or lock file may linger for a moment after a kill.
    await sleep(200);
  }
}

/** Whether the server takes connections, tried for up to `patienceMs`. */
async function answers(connection: EmbeddedServer['connection'], patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  do {
    const client = new pg.Client({ ...connection, connectionTimeoutMillis: 2_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } catch {
      if (patienceMs > 0) {
        await sleep(50);
      }
    } finally {
      await client.end().catch(() => {});
    }
  } while (Date.now() < deadline);
  return false;
}

/** In order: no new sessions, open ones rolled back, a checkpoint, the end. */
async function stopServer(pid: number): Promise<void> {
  signal(pid, 'SIGINT');
  if (await gone(pid, stopMaxMs)) {
    return;
  }
  // At once; the next start recovers from the log.
  signal(pid, 'SIGQUIT');
  await gone(pid, 5_000);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}

async function gone(pid: number, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (isAlive(pid)) {
    if (Date.now() >= deadline) {
      return false;
    }
    await sleep(20);
  }
  return true;
}

function explained(what: string, error: unknown): Error {
  const words = (error as { stderr?: string }).stderr ?? String(error);
  return new Error(`${what}: ${words.trim().slice(0, 2_000)}`, { cause: error });
}
