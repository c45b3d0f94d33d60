/**
 * The program behind web-build.ts: builds the web app of the given sources' digest and puts it into its folder. One at a time: a
 * second one waits for the first, and finds its work done. Gone, with what it left half made, as soon as whoever started it is.
 */

import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'vite';
import { takeLock } from '../store/embedded/data-lock.ts';
import { readStamp, stampName, webFolder, webSources } from './web-sources.ts';

const stamp = process.argv[2] ?? '';
const waitMs = 100;
let draft: string | null = null;
let release = () => {};

process.once('disconnect', () => process.exit(1));
process.once('SIGTERM', () => process.exit(1));
process.on('exit', () => {
  if (draft !== null) {
    remove(draft);
  }
  release();
});

release = await waitForTurn();
if (readStamp() !== stamp) {
  sweepDrafts();
  draft = mkdtempSync(join(webSources, `.dist-${process.pid}-`));
  await build({
    configFile: join(webSources, 'vite.config.ts'),
    root: webSources,
    logLevel: 'warn',
    build: { outDir: draft, emptyOutDir: true },
  });
  writeFileSync(join(draft, stampName), stamp);
  putInPlace(draft);
}
process.exit(0);

async function waitForTurn(): Promise<() => void> {
  while (true) {
    const taken = takeLock(join(webSources, '.dist-lock'));
    if (typeof taken !== 'number') {
      return taken;
    }
    await sleep(waitMs);
  }
}

function putInPlace(made: string): void {
  const old = `${made}-old`;
  if (existsSync(webFolder)) {
    renameSync(webFolder, old);
  }
  renameSync(made, webFolder);
  remove(old);
}

/** What builds that were killed left. */
function sweepDrafts(): void {
  for (const name of readdirSync(webSources).filter((one) => /^\.dist-\d+-/u.test(one))) {
    remove(join(webSources, name));
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
