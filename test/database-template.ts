import { createHash } from 'node:crypto';
import pg from 'pg';
import { migrate, migrations } from '../src/store/migrate.ts';
import type { StoreAddress } from '../src/store/open.ts';
import { openStore } from '../src/store/open.ts';

export interface TestServer {
  readonly server: StoreAddress;
  /** Name of the migrated database that tests copy. */
  readonly template: string;
}

/** Any number; two runs on one server must not make the template at once. */
const lockKey = 727_002;

/** A database with this code's schema, made once per schema. */
export async function prepareTemplate(server: StoreAddress): Promise<TestServer> {
  const digest = createHash('sha256');
  for (const migration of await migrations()) {
    digest.update(migration.digest);
  }
  const template = `patchboard_template_${digest.digest('hex').slice(0, 12)}`;
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    const made = await client.query('select 1 from pg_database where datname = $1 and datistemplate', [
      template,
    ]);
    if (made.rowCount === 0) {
      await client.query(`drop database if exists ${template}`);
      await client.query(`create database ${template}`);
      await fill(addressOf(server, template));
      await client.query(`alter database ${template} is_template true`);
    }
  } finally {
    await client.end();
  }
  return { server, template };
}

async function fill(address: StoreAddress): Promise<void> {
  const store = openStore(address, { poolMax: 1 });
  try {
    await migrate(store);
  } finally {
    await store.close();
  }
}

/** The same server, another database. */
export function addressOf(server: StoreAddress, database: string): StoreAddress {
  if (server.connectionString === undefined) {
    return { ...server, database };
  }
  const url = new URL(server.connectionString);
  url.pathname = `/${database}`;
  return { connectionString: url.href };
}
