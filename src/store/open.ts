import type { Transaction as KyselyTransaction } from 'kysely';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { DB } from './database-types.ts';

export type Database = DB;
export type Transaction = KyselyTransaction<Database>;
/** The pool, or a transaction on it. */
export type Connection = Kysely<Database>;

export interface Store {
  readonly db: Connection;
  readonly pool: pg.Pool;
  /** For a thread that opens a pool of its own. */
  readonly address: StoreAddress;
  close(): Promise<void>;
}

export interface StoreAddress {
  readonly connectionString?: string;
  readonly host?: string;
  readonly user?: string;
  readonly database?: string;
}

const statementMaxMs = 120_000;

/** Opens a pool. Times come back as Date, bigint as string, jsonb parsed. */
export function openStore(
  address: StoreAddress,
  options: { readonly poolMax?: number; readonly name?: string } = {},
): Store {
  const pool = new pg.Pool({
    ...address,
    max: options.poolMax ?? 20,
    application_name: options.name ?? 'patchboard',
    statement_timeout: statementMaxMs,
    idle_in_transaction_session_timeout: statementMaxMs,
  });
  // An idle connection that the server ends (57P01 on its shutdown) must not end the process; the next query says so.
  pool.on('error', () => {});
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  // Kysely leaves a pool alone that it never used itself.
  const close = async () => {
    await db.destroy();
    if (!pool.ending) {
      await pool.end();
    }
  };
  return { db, pool, address, close };
}

/** Runs `act` in one transaction. No network call belongs inside. */
export function inTransaction<Result>(
  store: Pick<Store, 'db'>,
  act: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  return store.db.transaction().execute(act);
}
