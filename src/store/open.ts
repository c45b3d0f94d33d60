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
  /**
   * A few connections beside, for plan-once.ts: each keeps one plan for a statement, whatever its values. Opened when first asked for, and
   * kept.
   */
  readonly repeating: () => pg.Pool;
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
/**
 * What runs thousands of times a minute is over in a moment. They stay open: a new one makes its plans anew, which takes as long as thirty
 * visits.
 */
const repeatingMax = 6;

/**
 * A plan that is made once is mostly made while a table is empty, or was never counted, and has to be good for a million rows: nothing is
 * read as a whole to find a few rows in it.
 */
const lookUpsOnly = ['plan_cache_mode=force_generic_plan', 'enable_seqscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off'].map((one) => `-c ${one}`).join(' ');

/** Opens a pool. Times come back as Date, bigint as string, jsonb parsed. */
export function openStore(
  address: StoreAddress,
  /** `kept`: so many stay open however long nothing is asked. */
  options: { readonly poolMax?: number; readonly kept?: number; readonly name?: string } = {},
): Store {
  const max = options.poolMax ?? 20;
  const open = (more: pg.PoolConfig) => {
    const opened = new pg.Pool({
      ...address,
      application_name: options.name ?? 'patchboard',
      statement_timeout: statementMaxMs,
      idle_in_transaction_session_timeout: statementMaxMs,
      ...more,
    });
    // An idle connection that the server ends (57P01 on its shutdown) must not end the process; the next query says so.
    return opened.on('error', () => {});
  };
  const pool = open({ max, min: options.kept ?? 0 });
  let beside: pg.Pool | null = null;
  const few = Math.min(max, repeatingMax);
  const repeating = () => (beside ??= open({ max: few, min: few, options: lookUpsOnly }));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  // Kysely leaves a pool alone that it never used itself.
  const close = async () => {
    await db.destroy();
    if (!pool.ending) {
      await pool.end();
    }
    await beside?.end();
  };
  return { db, pool, repeating, address, close };
}

/** Runs `act` in one transaction. No network call belongs inside. */
export function inTransaction<Result>(
  store: Pick<Store, 'db'>,
  act: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  return store.db.transaction().execute(act);
}
