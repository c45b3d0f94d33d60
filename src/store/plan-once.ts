import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import type { Database, Store } from './open.ts';

/** More different statements than the rooms that use this have; what comes after them is planned each time. */
const namesMax = 300;
const names = new Map<string, string>();
const twins = new WeakMap<pg.Pool, Kysely<Database>>();

/**
 * The same store, for the few statements that run thousands of times a minute: each of a few connections plans each of them once, by a
 * name. For most of them planning takes longer than running. Not for lists and other statements whose best plan depends on their values.
 */
export function planOnce(store: Store): Store {
  const pool = store.repeating();
  const db = twins.get(pool) ?? new Kysely<Database>({ dialect: new PostgresDialect({ pool: namingPool(pool) }) });
  twins.set(pool, db);
  return { ...store, db, pool };
}

/** The same on one connection of theirs that the caller holds. */
export function planOnceOn(client: pg.PoolClient): Pick<Store, 'db' | 'pool'> {
  const held = { ...naming(client), release: () => {} };
  const pool = { connect: async () => held, end: async () => {}, query: client.query.bind(client) } as unknown as pg.Pool;
  return { db: new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }), pool };
}

type Client = Pick<pg.PoolClient, 'query' | 'release'>;

function namingPool(pool: pg.Pool) {
  const wrapped = new WeakMap<pg.PoolClient, Client>();
  const connect = async () => {
    const client = await pool.connect();
    const known = wrapped.get(client) ?? naming(client);
    wrapped.set(client, known);
    return known;
  };
  // Whoever opened the pool closes it.
  return { connect, end: async () => {}, options: pool.options } as unknown as pg.Pool;
}

function naming(client: pg.PoolClient): Client {
  const query = (text: string, values: unknown[] = []) => {
    const name = values.length === 0 ? undefined : nameOf(text);
    return client.query(name === undefined ? { text, values } : { name, text, values });
  };
  return { query: query as pg.PoolClient['query'], release: (error) => client.release(error) };
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= namesMax) {
    return known;
  }
  const name = `once ${names.size}`;
  names.set(text, name);
  return name;
}
