import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Runner } from './unprivileged.ts';

const run = promisify(execFile);
const draftPrefix = 'postgres-initdb-';

/** What PostgreSQL's programs are told of the world; nothing of ours leaks to them. */
export const environment = { PATH: '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' };

/** Major version of these binaries; a data folder of another one cannot be opened by them. */
const majorVersion = '18';

/** The database's files in `folder/postgres`, made on the first start. */
export async function ensureCluster(folder: string, binaries: string, runner: Runner): Promise<string> {
  const cluster = join(folder, 'postgres');
  sweepDrafts(folder);
  if (existsSync(cluster)) {
    checkVersion(cluster);
    runner.own(cluster);
    return cluster;
  }
  await initialise({ folder, cluster, binaries, runner });
  return cluster;
}

function checkVersion(cluster: string): void {
  const file = join(cluster, 'PG_VERSION');
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'none';
  if (found !== majorVersion) {
    throw new Error(
      `The database in ${cluster} is of PostgreSQL ${found}; this Patchboard brings ${majorVersion}. Start the Patchboard that made it, or give this one an empty folder with PATCHBOARD_DATA.`,
    );
  }
}

/** What a first start that was killed left half made. */
function sweepDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(draftPrefix)) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

interface Birth {
  readonly folder: string;
  readonly cluster: string;
  readonly binaries: string;
  readonly runner: Runner;
}

/**
 * Made under a name of its own and moved into place when it is whole: PG_VERSION is the first file that initdb writes,
 * and an initdb that we lost in a kill -9 may still be at work, or clean up, under the old name.
 */
async function initialise({ folder, cluster, binaries, runner }: Birth): Promise<void> {
  const outer = mkdtempSync(join(folder, draftPrefix));
  const draft = join(outer, 'postgres');
  mkdirSync(draft, { mode: 0o700 });
  runner.own(outer);
  const words = [
    '-D',
    draft,
    '-U',
    'postgres',
    '-A',
    'trust',
    '--locale=C',
    '-E',
    'UTF8',
    '--no-instructions',
  ];
  const [program = '', ...rest] = [...runner.prefix, join(binaries, 'initdb'), ...words];
  try {
    await run(program, rest, { uid: runner.uid, gid: runner.gid, cwd: '/', env: environment });
  } catch (error) {
    rmSync(outer, { recursive: true, force: true });
    const said = ((error as { stderr?: string }).stderr ?? String(error)).trim().slice(0, 2_000);
    throw new Error(`The embedded PostgreSQL could not make its files in ${folder}: ${said}`, {
      cause: error,
    });
  }
  renameSync(draft, cluster);
  rmSync(outer, { recursive: true, force: true });
}
