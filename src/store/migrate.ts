import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { projectFolder } from '../lib/project-folder.ts';
import type { Store } from './open.ts';

const folder = join(projectFolder, 'src', 'store', 'migrations');
/** Any number; the same in every process, so that two never migrate at once. */
const lockKey = 727_001;

export interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly digest: string;
}

/** The names of this code's migrations, in order. */
async function migrationNames(): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => /^\d{4}_[\w-]+\.sql$/.test(name)).sort();
}

/** The migrations of this code, in order. */
export async function migrations(): Promise<readonly Migration[]> {
  return Promise.all(
    (await migrationNames()).map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      return { name, sql, digest: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Brings the database to this code's schema, forward only. Answers the names of what was run. */
export async function migrate(store: Store): Promise<readonly string[]> {
  const client = await store.pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    return await run(client);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [lockKey]).catch(() => {});
    client.release();
  }
}

async function run(client: pg.PoolClient): Promise<readonly string[]> {
  await client.query(
    'create table if not exists migrations (name text primary key, digest text not null, run_at timestamptz not null default now())',
  );
  const done = await client.query<{ name: string; digest: string }>('select name, digest from migrations order by name');
  const known = await migrations();
  const newer = done.rows.find((row) => !known.some((migration) => migration.name === row.name));
  if (newer !== undefined) {
    throw new Error(
      `The database was migrated by a newer Patchboard (it has ${newer.name}). Start that version; a database never goes back.`,
    );
  }
  const pending: Migration[] = [];
  for (const migration of known) {
    const before = done.rows.find((row) => row.name === migration.name);
    if (before === undefined) {
      pending.push(migration);
    } else if (before.digest !== migration.digest) {
      throw new Error(`The migration ${migration.name} was changed after this database ran it. Restore the released file.`);
    }
  }
  if (pending.length > 0) {
    await apply(client, pending);
  }
  return pending.map(({ name }) => name);
}

/**
 * All or none, and all in one message: the server goes through them while this process gets itself ready. It says at which one it is,
 * for whoever has to mend one that fails.
 */
async function apply(client: pg.PoolClient, pending: readonly Migration[]): Promise<void> {
  let now = pending[0]?.name;
  const listen = ({ message }: { readonly message?: string | undefined }) => {
    now = pending.find(({ name }) => message === saysAt(name))?.name ?? now;
  };
  const steps = pending.map(
    ({ name, sql, digest }) => `do $at$ begin raise notice '${saysAt(name)}'; end $at$;\n${sql}\n;\ninsert into migrations (name, digest) values ('${name}', '${digest}');`,
  );
  client.on('notice', listen);
  try {
    await client.query('begin');
    // The first commit of anybody else puts these on the disk too; a start does not wait for it.
    await client.query('set local synchronous_commit = off');
    await client.query(steps.join('\n'));
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw new Error(`The migration ${now} failed; nothing of this upgrade was kept: ${(error as Error).message}`, { cause: error });
  } finally {
    client.off('notice', listen);
  }
}

function saysAt(name: string): string {
  return `migration ${name}`;
}

/** Whether all migrations of this code have run; for /readyz. */
export async function isMigrated(store: Store): Promise<boolean> {
  const known = await migrationNames();
  const done = await store.pool.query<{ count: string }>('select count(*) from migrations');
  return Number(done.rows[0]?.count ?? 0) >= known.length;
}
