import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { runSeed } from '../world.ts';
import type { Bug } from './bug.ts';
import { patched } from './bug.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const home = pathToFileURL(`${root}${sep}`).href;
const loaded = new Map<string, Bug>();

export interface Engine {
  readonly runSeed: typeof runSeed;
}

/**
 * The simulation with a broken engine inside: every module of ours is loaded anew under the bug's name, and the files it
 * names with its patches. Production code knows nothing of it: it has no flags and no hooks for bugs.
 */
export async function loadEngine(bug: Bug | null): Promise<Engine> {
  if (bug === null) {
    return import('../world.ts');
  }
  loaded.set(bug.name, bug);
  return (await import(`../world.ts?bug=${bug.name}`)) as Engine;
}

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const bug = bugOf(context.parentURL);
    const ours = found.url.startsWith(home) && !found.url.includes('/node_modules/') && bugOf(found.url) === null;
    return bug !== null && ours ? { ...found, url: `${found.url}?bug=${bug}` } : found;
  },
  load(url, context, next) {
    const bug = loaded.get(bugOf(url) ?? '');
    if (bug === undefined) {
      return next(url, context);
    }
    const path = fileURLToPath(url.split('?')[0] ?? url);
    const file = relative(root, path).split(sep).join('/');
    return { format: 'module-typescript', source: patched(bug, file, readFileSync(path, 'utf8')), shortCircuit: true };
  },
});

function bugOf(url: string | undefined): string | null {
  return /\?bug=([a-z0-9-]+)$/u.exec(url ?? '')?.[1] ?? null;
}
