import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Log } from '../lib/log.ts';
import type { StoreAddress } from '../store/open.ts';
import type { BegunDatabase } from './begin-database.ts';
import { beginDatabase } from './begin-database.ts';

export interface DatabaseServer {
  stop(): Promise<void>;
  /** Tells the server to end and does not wait. */
  abandon(): void;
}

const leastVersion = 15;
/** A server that starts beside us is waited for; one that refuses us is not. */
const patienceMs = 30_000;
const passing = ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EAI_AGAIN', '57P03'];

/** A database on the way to answering. */
export interface ReachedDatabase {
  /** Known long before anybody answers there on a first start. */
  readonly address: StoreAddress;
  readonly server: Promise<DatabaseServer>;
}

/** The operator's PostgreSQL, or one of our own in the data folder. */
export async function reachDatabase(config: Config, log: Log, begun: BegunDatabase | null): Promise<ReachedDatabase> {
  const { databaseUrl, dataFolder } = config;
  if (databaseUrl !== null) {
    const server = checkServer(databaseUrl, log).then(() => ({ stop: async () => {}, abandon: () => {} }));
    return { address: { connectionString: databaseUrl }, server: heardOf(server) };
  }
  const own = begun?.dataFolder === dataFolder ? begun : beginDatabase(dataFolder);
  const server = heardOf(
    own.server.then((one) => {
      own.told.forEach(([message, facts]) => log(message, facts));
      return one;
    }),
  );
  return { address: await own.address, server };
}

/** Whoever waits for it hears how it failed; until then nobody has to. */
function heardOf<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => {});
  return promise;
}

async function checkServer(databaseUrl: string, log: Log): Promise<void> {
  const { host, pathname } = new URL(databaseUrl);
  const where = `${host}${pathname}`;
  const deadline = Date.now() + patienceMs;
  while (true) {
    try {
      const { version, forgets } = await factsOf(databaseUrl);
      if (version < leastVersion) {
        throw new Error(`The server is PostgreSQL ${version}. Patchboard needs ${leastVersion} or newer.`);
      }
      if (forgets) {
        throw new Error(
          'Its synchronous_commit is off, so that it may lose what it has confirmed, and cards would be made twice. Set it to on (alter database … set synchronous_commit = on).',
        );
      }
      return;
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      if (!passing.includes(code) || Date.now() > deadline) {
        throw new Error(`The database ${where} (DATABASE_URL) cannot be used: ${message || code}`, {
          cause: error,
        });
      }
      log.warn('waiting for the database', { where, because: code });
      await sleep(1_000);
    }
  }
}

/** `forgets`: it confirms a commit before that is kept. */
async function factsOf(connectionString: string): Promise<{ readonly version: number; readonly forgets: boolean }> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const rows = await client.query<{ version: string; commits: string }>(
      "select current_setting('server_version_num') as version, current_setting('synchronous_commit') as commits",
    );
    const [row] = rows.rows;
    return { version: Math.floor(Number(row?.version) / 10_000), forgets: row?.commits === 'off' };
  } finally {
    await client.end().catch(() => {});
  }
}
