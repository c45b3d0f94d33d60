import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tracker } from '../contracts/tracker.ts';
import { projectFolder } from '../lib/project-folder.ts';

const folder = join(projectFolder, 'src', 'trackers');

/** Every tracker there is: one for each folder beside this file. `memory` only where asked, for tests and as an example. */
export async function findTrackers(options: { readonly includeMemory?: boolean } = {}): Promise<readonly Tracker[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'kit')
    .map((entry) => entry.name)
    .filter((name) => name !== 'memory' || options.includeMemory === true)
    // A folder whose index.ts is still to be written is no tracker yet.
    .filter((name) => existsSync(join(folder, name, 'index.ts')));
  return Promise.all(
    names.sort().map(async (name) => {
      // Written so that a build finds them all.
      const module = (await import(`./${name}/index.ts`)) as { readonly default: Tracker };
      return module.default;
    }),
  );
}
