import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectFolder } from '../lib/project-folder.ts';

export const webSources = join(projectFolder, 'web');
const shared = join(projectFolder, 'src', 'contracts', 'api');

/** Where the built web app is, or will be. */
export const webFolder = join(webSources, 'dist');

/** The file in a built web app that says which sources it was built from. */
export const stampName = '.sources';

/** Of what the built web app was made; null: there is none. */
export function readStamp(): string | null {
  const file = join(webFolder, stampName);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** The same for the same sources: what is compared with the stamp. */
export function digestOfSources(): string {
  const hash = createHash('sha256').update(readFileSync(join(projectFolder, 'package-lock.json')));
  for (const file of [...filesBelow(webSources), ...filesBelow(shared)].sort()) {
    hash.update(relative(projectFolder, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name === 'dist' || entry.name.startsWith('.')) {
      return [];
    }
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
