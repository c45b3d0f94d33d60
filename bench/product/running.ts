import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programOf } from '../../scripts/built.mjs';
import type { StoreAddress } from '../../src/store/open.ts';

const root = resolve(import.meta.dirname, '../..');
const token = 'a-token-for-the-benches-of-at-least-32-characters';
const readyMaxMs = 120_000;

/** The product as people start it, in processes of its own, on a folder of its own. */
export interface Running {
  readonly url: string;
  /** An administrator’s. */
  readonly token: string;
  readonly pid: number;
  readonly folder: string;
  /** From the start of the process to its first "ready". */
  readonly readyMs: number;
  call<Body>(method: string, path: string, body?: unknown): Promise<Body>;
  /** Ends it in order; the folder stays. */
  stop(): Promise<void>;
}

export function makeFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'patchboard-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The embedded database of a product that runs on this folder: its socket stands in line 5 of its lock file. */
export function databaseOf(folder: string): StoreAddress {
  const file = join(
    folder,
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith('postmaster.pid'),
    ) ?? '',
  );
  return { host: readFileSync(file, 'utf8').split('\n')[4] ?? '', user: 'postgres', database: 'postgres' };
}

export async function startProduct(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const { file, compiled } = programOf(root, 'src/main.ts');
  // What `npm start` starts, with the flags and the environment that `scripts/run.mjs` gave this process.
  const child = spawn(process.execPath, [...process.execArgv, file, 'serve'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: compiled,
      PATCHBOARD_DATA: folder,
      PATCHBOARD_PORT: String(port),
      PATCHBOARD_BOOTSTRAP_TOKEN: token,
      PATCHBOARD_ALLOWED_NETWORKS: '127.0.0.0/8',
      PATCHBOARD_LOG: 'error',
      ...environment,
    },
  });
  while (!(await isReady(url))) {
    if (child.exitCode !== null || performance.now() - began > readyMaxMs) {
      throw new Error('The product did not become ready.');
    }
    await sleep(20);
  }
  const readyMs = performance.now() - began;
  const call = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) {
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    }
    return (await response.json()) as Body;
  };
  const stop = async () => {
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await gone;
  };
  return { url, token, pid: child.pid ?? 0, folder, readyMs, call, stop };
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`).catch(() => null);
  return answer?.ok === true;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
