import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Scan } from '../../src/contracts/api/scans.ts';
import type { Running } from '../product/running.ts';
import { makeFolder, startProduct } from '../product/running.ts';
import { watchMemory } from './memory.ts';
import type { Measured } from './multitool.ts';
import { installMultitool, matchForward } from './multitool.ts';
import { writeScan } from './write-scan.ts';

/**
 * `npm run bench:ingest`: a report of 100,000 findings against 100,000 known ones, from the first byte of the upload until the
 * scan is completed in the embedded PostgreSQL, beside the matching alone of SARIF Multitool on the same two files; then what a
 * finding costs as more and more is known of an asset. `--known 1000000` goes on to a million.
 */
const { values } = parseArgs({
  options: {
    findings: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '2' },
    known: { type: 'string', default: '100000' },
    only: { type: 'string', default: '' },
  },
});
const findings = Number(values.findings);
const rounds = Number(values.rounds);
const knownMost = Number(values.known);
const files = await mkdtemp(join(tmpdir(), 'bench-ingest-'));
const data = makeFolder();
const product = await startProduct(data.path);
const say = (words: string) => process.stdout.write(`${words}\n`);

try {
  if (values.only !== 'growth') {
    await sideBySide();
  }
  if (values.only !== 'multitool') {
    await growth();
  }
} finally {
  await product.stop();
  data.remove();
  await rm(files, { recursive: true, force: true });
}

async function sideBySide(): Promise<void> {
  const before = join(files, 'before.sarif');
  const now = join(files, 'now.sarif');
  const count = await writeScan(before, findings, 0);
  const countNow = await writeScan(now, findings, 1);
  say(`${count} findings (${await megabytesOf(before)} MB), then ${countNow} (${await megabytesOf(now)} MB)`);
  const { program, version } = await installMultitool(join(files, 'multitool'));
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await product.call('POST', '/api/v1/assets', { name: `Round ${round}`, key: `round-${round}` });
    const first = await upload(product, `round-${round}`, before);
    say(`Patchboard, all of them new: ${told(first)}`);
    const second = await upload(product, `round-${round}`, now);
    say(`Patchboard: ${told(second)}; ${JSON.stringify(second.scan.summary)}`);
    ours.push(second);
    const one = await matchForward(program, before, now, join(files, 'matched.sarif'));
    say(`SARIF Multitool ${version}: ${told(one)}`);
    theirs.push(one);
  }
  const best = (all: readonly Measured[]) => Math.min(...all.map((one) => one.seconds));
  say(`ours takes ${(best(ours) / best(theirs)).toFixed(2)} of its time (best of ${rounds}; wanted below 0.50), memory ${Math.max(...ours.map((one) => one.megabytes)).toFixed(0)} MB`);
}

/** A report of so many findings, of which some are new to the asset, against ever more that is known beside them. */
async function growth(): Promise<void> {
  const measured = 10_000;
  const part = 90_000;
  await product.call('POST', '/api/v1/assets', { name: 'Growth', key: 'growth' });
  const old = join(files, 'old.sarif');
  const fresh = join(files, 'fresh.sarif');
  const more = join(files, 'more.sarif');
  let known = await writeScan(old, measured, 0, 'measured/');
  await writeScan(fresh, measured, 1, 'measured/');
  await upload(product, 'growth', old, 'partial');
  const costs = new Map<number, number>();
  for (let step = 0; ; step += 1) {
    let best = Number.POSITIVE_INFINITY;
    // There and back again: each time the same findings are matched, moved and recorded.
    for (const file of [fresh, old, fresh, old]) {
      const { seconds, scan } = await upload(product, 'growth', file, 'partial');
      best = Math.min(best, (seconds * 1e6) / (scan.summary?.findings ?? 1));
    }
    costs.set(known, best);
    say(`${known} known: ${best.toFixed(0)} µs a finding, ${(best / ([...costs.values()][0] ?? best)).toFixed(2)} of the first`);
    if (known >= knownMost) {
      break;
    }
    const parts = known < 100_000 ? 1 : 9;
    for (let index = 0; index < parts && known < knownMost; index += 1) {
      known += await writeScan(more, parts === 1 ? part : 100_000, 0, `more${step}-${index}/`);
      await upload(product, 'growth', more, 'partial');
    }
  }
  const all = [...costs];
  const [first, last] = [all[0], all.at(-1)];
  say(`cost of a finding at ${last?.[0]} known ones: ${((last?.[1] ?? 0) / (first?.[1] ?? 1)).toFixed(2)} of that at ${first?.[0]} (wanted below 1.50)`);
}

interface Uploaded extends Measured {
  readonly scan: Scan;
}

async function upload({ url, pid, call }: Running, asset: string, file: string, coverage = 'complete'): Promise<Uploaded> {
  const memory = watchMemory(pid);
  const began = performance.now();
  const response = await fetch(`${url}/api/v1/assets/key:${asset}/scans?coverage=${coverage}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.token}`, 'content-type': 'application/octet-stream' },
    body: createReadStream(file),
    duplex: 'half',
  });
  if (!response.ok) {
    throw new Error(`The upload was answered ${response.status}: ${await response.text()}`);
  }
  let scan = (await response.json()) as Scan;
  while (scan.status === 'queued' || scan.status === 'processing') {
    await sleep(20);
    scan = await call<Scan>('GET', `/api/v1/scans/${scan.id}`);
  }
  if (scan.status === 'failed') {
    throw new Error(`The scan failed: ${JSON.stringify(scan.error)}`);
  }
  return { scan, seconds: (performance.now() - began) / 1_000, megabytes: memory.end() };
}

function told({ seconds, megabytes }: Measured): string {
  return `${seconds.toFixed(1)} s, peak ${megabytes.toFixed(0)} MB`;
}

async function megabytesOf(file: string): Promise<string> {
  return ((await stat(file)).size / 1e6).toFixed(0);
}
