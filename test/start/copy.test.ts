import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endLeftServer } from '../../src/store/embedded/server.ts';
import type { Started } from './process.ts';
import { addressOf, startServe } from './process.ts';

interface Instance {
  readonly writesToTrackers: boolean;
  readonly epoch: number;
}

const token = 'a-bootstrap-token-of-32-characters-or-more';
let top = '';
let running: Started | null = null;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'patchboard-copy-'));
});
afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended;
  await Promise.all(['original', 'copy'].map((name) => endLeftServer(join(top, name)).catch(() => {})));
  rmSync(top, { recursive: true, force: true });
});

/** What the product says of itself, started on a folder and ended again. */
async function instanceOn(name: string): Promise<Instance> {
  running = startServe(join(top, name), { PATCHBOARD_BOOTSTRAP_TOKEN: token });
  const address = await addressOf(running);
  const answer = await fetch(`${address}/api/v1/instance`, { headers: { authorization: `Bearer ${token}` } });
  const instance = (await answer.json()) as Instance;
  running.child.kill('SIGTERM');
  await running.ended;
  return instance;
}

function copy(from: string, to: string): void {
  execFileSync('cp', ['-a', join(top, from), join(top, to)]);
}

test('Cloned DB: a folder that is started again writes, a copy of it elsewhere only reads, a backup put back goes on in a new epoch', { timeout: 120_000 }, async () => {
  const first = await instanceOn('original');
  const again = await instanceOn('original');
  copy('original', 'copy');
  const elsewhere = await instanceOn('copy');
  renameSync(join(top, 'original'), join(top, 'lost'));
  copy('lost', 'original');
  const restored = await instanceOn('original');

  expect([first, again]).toMatchObject([
    { writesToTrackers: true, epoch: 0 },
    { writesToTrackers: true, epoch: 0 },
  ]);
  expect(elsewhere).toMatchObject({ writesToTrackers: false });
  expect(restored).toMatchObject({ writesToTrackers: true, epoch: 1 });
});
