import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { binariesFolder } from './binaries.ts';
import { ensureCluster } from './cluster.ts';
import { DataFolderInUse, lockDataFolder } from './data-lock.ts';
import type { SocketAddress } from './postmaster.ts';
import { answers, findPostmaster, isOutdated, launch, stopPostmaster } from './postmaster.ts';
import { signal } from './processes.ts';
import type { Runner } from './unprivileged.ts';
import { findRunner } from './unprivileged.ts';

/** Longest socket folder that every system takes (sun_path is 104 to 108 bytes with its name and port). */
const socketFolderMax = 80;
const adoptionMaxMs = 5_000;
/** One that is just stopping gets so long to be done before the next start is refused. */
const releaseMaxMs = 3_000;

export interface EmbeddedServer {
  readonly connection: SocketAddress;
  /** True when a server was found alive that an earlier process had left behind. */
  readonly adopted: boolean;
  stop(): Promise<void>;
  /** Tells the server to end in order and does not wait for it. */
  abandon(): void;
}

export interface EmbeddedOptions {
  readonly dataFolder: string;
  /** Told where it will answer, long before it does on a first start. */
  readonly onPlace?: (connection: SocketAddress) => void;
  readonly log?: (message: string, facts: Readonly<Record<string, unknown>>) => void;
  /** Server settings over ours, for tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * A real PostgreSQL server of our own in `dataFolder/postgres`: a unix socket in a folder that only we may enter, no
 * port, fsync on. Survives a kill -9 of this process; the next start adopts what is still running. Throws
 * DataFolderInUse when another process is at work on the folder.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  mkdirSync(options.dataFolder, { recursive: true, mode: 0o700 });
  const folder = realpathSync(options.dataFolder);
  const release = await lockWithin(folder, releaseMaxMs);
  try {
    const server = await start(folder, options);
    return {
      ...server,
      stop: async () => {
        await server.stop();
        release();
      },
      abandon: () => {
        server.abandon();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

async function lockWithin(folder: string, patienceMs: number): Promise<() => void> {
  const deadline = Date.now() + patienceMs;
  while (true) {
    try {
      return lockDataFolder(folder);
    } catch (error) {
      if (!(error instanceof DataFolderInUse) || Date.now() > deadline) {
        throw error;
      }
      await sleep(100);
    }
  }
}

async function start(folder: string, { onPlace, log = () => {}, settings }: EmbeddedOptions): Promise<EmbeddedServer> {
  const binaries = binariesFolder();
  const runner = findRunner(binaries);
  runner.admit(folder);
  const sockets = socketFolder(folder, runner);
  const connection = { host: sockets, user: 'postgres', database: 'postgres' };
  onPlace?.(connection);
  const cluster = await ensureCluster(folder, binaries, runner);
  const stop = async (pid: number) => {
    await stopPostmaster(pid);
    rmSync(sockets, { recursive: true, force: true });
  };
  const left = findPostmaster(cluster);
  if (left !== null && !isOutdated(left) && (await answersWithin(connection, adoptionMaxMs))) {
    log('database adopted', { pid: left });
    return { connection, adopted: true, stop: () => stop(left), abandon: () => signal(left, 'SIGINT') };
  }
  if (left !== null) {
    // It was killed a moment ago, hangs, or lost its programs: it has to be gone before another may start.
    log('left database ended', { pid: left });
    await stopPostmaster(left);
  }
  const logFile = join(folder, 'postgres.log');
  const pid = await launch({ binaries, cluster, sockets, runner, logFile, address: connection, settings });
  log('database started', { pid, as: runner.kind });
  return { connection, adopted: false, stop: () => stop(pid), abandon: () => signal(pid, 'SIGINT') };
}

async function answersWithin(address: SocketAddress, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (!(await answers(address))) {
    if (Date.now() > deadline) {
      return false;
    }
    await sleep(50);
  }
  return true;
}

/** In the data folder; where that path is too long for a socket, in the system's folder for passing things. */
function socketFolder(folder: string, runner: Runner): string {
  const near = join(folder, 'run');
  const name = `patchboard-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  const far = [tmpdir(), '/tmp'].map((parent) => join(parent, name)).find(fits);
  const chosen = fits(near) ? near : far;
  if (chosen === undefined) {
    throw new Error(
      `No folder for the database's socket has a path short enough: ${near}. Give a shorter PATCHBOARD_DATA.`,
    );
  }
  mkdirSync(chosen, { recursive: true, mode: 0o700 });
  refuseForeign(chosen, runner);
  chmodSync(chosen, 0o700);
  runner.own(chosen);
  return chosen;
}

function fits(folder: string): boolean {
  return Buffer.byteLength(folder) <= socketFolderMax;
}

/** Where everybody may write, somebody else may have been there first, to listen in our place. */
function refuseForeign(folder: string, runner: Runner): void {
  const found = lstatSync(folder);
  const friends = [process.getuid?.(), runner.uid];
  if (!found.isDirectory() || (process.getuid !== undefined && !friends.includes(found.uid))) {
    throw new Error(`${folder} belongs to somebody else. Remove it, or give a shorter PATCHBOARD_DATA.`);
  }
}

/** Ends a server whose Patchboard is gone. False if somebody is at work on the folder. */
export async function endLeftServer(dataFolder: string): Promise<boolean> {
  const folder = realpathSync(dataFolder);
  try {
    const release = lockDataFolder(folder);
    const left = findPostmaster(join(folder, 'postgres'));
    if (left !== null) {
      await stopPostmaster(left);
    }
    release();
    return true;
  } catch (error) {
    if (error instanceof DataFolderInUse) {
      return false;
    }
    throw error;
  }
}
