import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbedded } from '../../src/store/embedded/server.ts';
import { makeFolder, startProduct } from './running.ts';

/**
 * `npm run bench:start -- [ROUNDS]`: from the start of the process to "ready", cold (an empty folder, the code as the install leaves
 * it) and warm, beside the database alone (initdb and server start; server start) in the same round; and what the whole product
 * holds in memory when idle. Uncompiled: a cold start where nothing is kept of what Node made of the source.
 */
const rounds = Number(process.argv[2] ?? 5);
const idleSeconds = 20;

async function databaseAloneMs(folder: string): Promise<number> {
  const began = performance.now();
  const server = await startEmbedded({ dataFolder: folder });
  const ms = performance.now() - began;
  await server.stop();
  return ms;
}

async function productMs(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  const product = await startProduct(folder, environment);
  await product.stop();
  return product.readyMs;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The database's first process is a child of nobody's: its number stands in its folder. */
function databasePid(folder: string): number {
  const file = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('postmaster.pid'),
  );
  return Number(readFileSync(join(folder, file ?? 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** Memory that these processes and all below them hold, shared pages counted once (proportional set size), in bytes. */
function heldBy(roots: readonly number[]): number {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/u.test(name))
      .map((name) => [Number(name), parentOf(Number(name))]),
  );
  const below = (pid: number): boolean => roots.includes(pid) || (pid > 1 && below(parents.get(pid) ?? 0));
  return [...parents.keys()].filter(below).reduce((sum, pid) => sum + proportionalSize(pid), 0);
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function proportionalSize(pid: number): number {
  try {
    return (
      1_024 * Number(/^Pss:\s+(\d+)/mu.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
    );
  } catch {
    return 0;
  }
}

// As an install does; each for a folder of its own, and not for ours.
const { NODE_COMPILE_CACHE: _ours, ...environment } = process.env;
for (const script of ['build.ts', 'compile.ts']) {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts', script)], { env: environment });
}
const uncompiled: { alone: number; product: number }[] = [];
const cold: { alone: number; product: number }[] = [];
const warm: { alone: number; product: number }[] = [];
for (let round = 0; round < rounds; round += 1) {
  const bare = makeFolder();
  const whole = makeFolder();
  const raw = makeFolder();
  const alone = await databaseAloneMs(bare.path);
  cold.push({ alone, product: await productMs(whole.path) });
  uncompiled.push({
    alone,
    product: await productMs(raw.path, { NODE_COMPILE_CACHE: join(raw.path, 'compiled') }),
  });
  warm.push({ alone: await databaseAloneMs(bare.path), product: await productMs(whole.path) });
  [bare, whole, raw].forEach((folder) => folder.remove());
}
const tell = (what: string, times: readonly { alone: number; product: number }[]) => {
  const alone = median(times.map((one) => one.alone));
  const product = median(times.map((one) => one.product));
  const ratios = times.map((one) => one.product / one.alone);
  const seconds = (ms: number) => (ms / 1_000).toFixed(2);
  process.stdout.write(
    `${what}: ready in ${seconds(product)} s, the database alone ${seconds(alone)} s (medians of ${rounds}): ${median(ratios).toFixed(2)} times (least ${Math.min(...ratios).toFixed(2)}), ${seconds(product - alone)} s more\n`,
  );
};
tell('cold (wanted at most 1.5 times)', cold);
tell('cold, uncompiled', uncompiled);
tell('warm (wanted at most 2 s more)', warm);

const folder = makeFolder();
const product = await startProduct(folder.path);
await fetch(`${product.url}/`);
await sleep(idleSeconds * 1_000);
process.stdout.write(
  `idle after ${idleSeconds} s: ${Math.round(heldBy([product.pid, databasePid(folder.path)]) / 1_000_000)} MB in all its processes, the database's included (wanted under 300 MB)\n`,
);
await product.stop();
folder.remove();
