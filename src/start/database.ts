import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { Log } from '../lib/log.ts';
import { startEmbedded } from '../store/embedded/server.ts';
import type { StoreAddress } from '../store/open.ts';
import type { BegunDatabase } from './begin-database.ts';

export interface DatabaseServer {
  readonly address: StoreAddress;
  stop(): Promise<void>;
  /** Tells the server to end and does not wait. */
  abandon(): void;
}

const leastVersion = 15;
/** A server that starts beside us is waited for; one that refuses us is not. */
const patienceMs = 30_000;
const passing = ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EAI_AGAIN', '57P03'];

/** The operator's PostgreSQL, or one of our own in the data folder. */
export async function reachDatabase(config: Config, log: Log, begun: BegunDatabase | null): Promise<DatabaseServer> {
  if (config.databaseUrl !== null) {
    await checkServer(config.databaseUrl, log);
    return { address: { connectionString: config.databaseUrl }, stop: async () => {}, abandon: () => {} };
  }
  const server = await (begun?.dataFolder === config.dataFolder ? begun.server : startEmbedded({ dataFolder: config.dataFolder, log }));
  begun?.told.forEach(([message, facts]) => log(message, facts));
  return { address: server.connection, stop: server.stop, abandon: server.abandon };
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
