import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { Store, StoreAddress } from '../src/store/open.ts';
import { openStore } from '../src/store/open.ts';
import type { TestServer } from './database-template.ts';
import { addressOf } from './database-template.ts';

export interface TestDatabase {
  readonly store: Store;
  /** For a second pool or process on the same database. */
  readonly address: StoreAddress;
  /** Another database with the same rows, as a dump that is restored elsewhere makes one. Nobody may be at work on this one. */
  copy(): Promise<TestDatabase>;
  /** Closes the store and removes the database. Call it in afterAll. */
  drop(): Promise<void>;
}

/**
 * An empty, migrated database for one test file (or one test), on a real PostgreSQL that the whole run shares.
 *
 *     const database = await createTestDatabase();
 *     afterAll(() => database.drop());
 */
export async function createTestDatabase(options: { readonly poolMax?: number } = {}): Promise<TestDatabase> {
  const { server, template } = await askForServer();
  return createFrom(server, template, options);
}

async function createFrom(server: StoreAddress, template: string, options: { readonly poolMax?: number }): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name} template ${template}`);
  const address = addressOf(server, name);
  const store = openStore(address, { poolMax: options.poolMax ?? 10, name: 'patchboard test' });
  return {
    store,
    address,
    copy: async () => {
      await onServer(server, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
      return createFrom(server, name, options);
    },
    drop: async () => {
      await store.close();
      await onServer(server, `drop database if exists ${name} with (force)`);
    },
  };
}

async function askForServer(): Promise<TestServer> {
  const response = await fetch(inject('databaseDoor'));
  if (!response.ok) {
    throw new Error(`The test database did not start: ${await response.text()}`);
  }
  return (await response.json()) as TestServer;
}

async function onServer(server: StoreAddress, words: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(words);
  } finally {
    await client.end();
  }
}
