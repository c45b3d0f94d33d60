import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';
import { build } from 'vite';
import { isAlive } from '../src/store/embedded/processes.ts';
import { buildsFolder, builtFolder } from './built.mjs';
import { putInPlace } from './put-in-place.ts';

/** The third is what a scan's thread reads, in a file that can be read without being a thread. */
const entries = [
  ['main', 'src/main.ts'],
  ['scan-thread', 'src/ingest/scan-thread.ts'],
  ['process-scan', 'src/ingest/process-scan.ts'],
] as const;
/** So many are kept besides a new one: a process that still runs from one reads of it what it comes to need. */
const olderKept = 2;

/**
 * Builds the product of its present source, packages and all, and answers the folder: a start reads some eighty files there in place
 * of 1,300. Made under another name and put in place when it is whole. What is edited meanwhile has another folder's name.
 */
export async function buildProduct(root: string): Promise<string> {
  const folder = builtFolder(root);
  if (existsSync(folder)) {
    return folder;
  }
  mkdirSync(buildsFolder(root), { recursive: true });
  sweep(buildsFolder(root));
  const draft = mkdtempSync(join(buildsFolder(root), `.draft-${process.pid}-`));
  await build({
    configFile: false,
    root,
    publicDir: false,
    logLevel: 'warn',
    plugins: [keepPlaces],
    // The very files that Node itself would choose, not those that packages have for bundlers.
    resolve: { mainFields: [] },
    ssr: { noExternal: true, resolve: { conditions: ['node'] } },
    build: {
      ssr: true,
      target: 'node24',
      minify: false,
      outDir: draft,
      rolldownOptions: {
        input: Object.fromEntries(entries.map(([name, file]) => [name, join(root, file)])),
        // All in one folder: a scan's thread is found beside whoever starts it.
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  putInPlace(draft, folder);
  return folder;
}

/** Packages of the older kind may ask where they are. They go on seeing the place where npm put them. */
const keepPlaces: Plugin = {
  name: 'keep-places',
  transform(code, id) {
    const asks = /\b__(?:dir|file)name\b/u.test(code) && id.includes('/node_modules/') && /\.c?js$/u.test(id);
    return asks ? { code: `var __filename = ${JSON.stringify(id)}, __dirname = ${JSON.stringify(dirname(id))};${code}`, map: null } : null;
  },
};

/** What builds that were killed left, and all but the latest of those that are whole. */
function sweep(builds: string): void {
  const names = readdirSync(builds);
  const dead = names.filter((name) => {
    const maker = /^\.draft-(\d+)-/u.exec(name)?.[1];
    return maker !== undefined && !isAlive(Number(maker));
  });
  const madeAt = (name: string) => statSync(join(builds, name)).mtimeMs;
  const whole = names.filter((name) => !name.startsWith('.')).sort((one, other) => madeAt(other) - madeAt(one));
  for (const name of [...dead, ...whole.slice(olderKept)]) {
    rmSync(join(builds, name), { recursive: true, force: true });
  }
}
