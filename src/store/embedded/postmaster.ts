import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readlinkSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environment } from './cluster.ts';
import { gone, isAlive, signal } from './processes.ts';
import type { Runner } from './unprivileged.ts';

const startupMaxMs = 60_000;
/** How long a dead server's lock file or shared memory may stand in the way of the next one. */
const lingerMaxMs = 15_000;
const stopMaxMs = 30_000;
const logMaxBytes = 10 * 1024 * 1024;

export interface SocketAddress {
  readonly host: string;
  readonly user: string;
  readonly database: string;
}

/** Process id of the server that runs on these files, by its own lock file; null: none. */
export function findPostmaster(cluster: string): number | null {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) {
    return null;
  }
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) && serves(pid, cluster) ? pid : null;
}

/** The id may belong to somebody else by now. */
function serves(pid: number, cluster: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(cluster);
  } catch {
    // No /proc on this system: believe the lock file.
    return true;
  }
}

/** Whether its programs were replaced while it ran (a fresh install): such a server can load nothing more. */
export function isOutdated(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`).endsWith(' (deleted)');
  } catch {
    return false;
  }
}

const settings = {
  listen_addresses: '',
  max_connections: '100',
  shared_buffers: '256MB',
  work_mem: '16MB',
  maintenance_work_mem: '64MB',
  max_wal_size: '1GB',
  fsync: 'on',
  synchronous_commit: 'on',
  jit: 'off',
  timezone: 'UTC',
  log_min_messages: 'warning',
};

export interface Launch {
  readonly binaries: string;
  readonly cluster: string;
  readonly sockets: string;
  readonly runner: Runner;
  readonly logFile: string;
  readonly address: SocketAddress;
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts the server and waits until it answers. Answers its process id. */
export async function launch(wish: Launch): Promise<number> {
  const began = Date.now();
  keepShort(wish.logFile);
  while (true) {
    const from = existsSync(wish.logFile) ? statSync(wish.logFile).size : 0;
    const child = spawnServer(wish);
    let ended = false;
    child.once('exit', () => (ended = true));
    child.once('error', () => (ended = true));
    while (!ended && Date.now() - began < startupMaxMs) {
      if (child.pid !== undefined && (await answers(wish.address))) {
        return child.pid;
      }
      await sleep(15);
    }
    const said = readFileSync(wish.logFile, 'utf8').slice(from).trim().slice(-1_000);
    const lingers = /postmaster\.pid|shared memory block|address already in use/iu.test(said);
    if (!ended || !lingers || Date.now() - began > lingerMaxMs) {
      throw new Error(
        `The embedded PostgreSQL does not start. It says: ${said || '(nothing)'} (${wish.logFile})`,
      );
    }
    await sleep(200);
  }
}

function spawnServer({ binaries, cluster, sockets, runner, logFile, settings: more }: Launch) {
  // Quoted, since the list of folders is split at commas.
  const options = Object.entries({ ...settings, ...more, unix_socket_directories: `"${sockets}"` });
  const words = ['-D', cluster, ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const [program = '', ...rest] = [...runner.prefix, join(binaries, 'postgres'), ...words];
  const log = openSync(logFile, 'a', 0o600);
  // A session of its own: Ctrl-C in the terminal reaches us alone, and we stop the server in order.
  const child = spawn(program, rest, {
    stdio: ['ignore', log, log],
    detached: true,
    uid: runner.uid,
    gid: runner.gid,
    cwd: '/',
    env: environment,
  });
  closeSync(log);
  child.unref();
  return child;
}

function keepShort(logFile: string): void {
  if (existsSync(logFile) && statSync(logFile).size > logMaxBytes) {
    renameSync(logFile, `${logFile}.1`);
  }
}

/** Whether the server takes queries now. */
export async function answers(address: SocketAddress): Promise<boolean> {
  // Read when it is needed: a first start has something better to begin with.
  const { default: pg } = await import('pg');
  const client = new pg.Client({ ...address, connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** In order: no new sessions, open ones rolled back, a checkpoint, the end. */
export async function stopPostmaster(pid: number): Promise<void> {
  signal(pid, 'SIGINT');
  if (await gone(pid, stopMaxMs)) {
    return;
  }
  // At once; the next start recovers from the log.
  signal(pid, 'SIGQUIT');
  if (!(await gone(pid, 5_000))) {
    throw new Error(`The embedded PostgreSQL (process ${pid}) does not end. End it by hand.`);
  }
}
