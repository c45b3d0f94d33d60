import { readConfig } from '../config.ts';
import { isMigrated, migrate } from '../store/migrate.ts';
import type { Store } from '../store/open.ts';
import { openStore } from '../store/open.ts';
import { startEmbedded } from '../store/embedded/server.ts';
import type { Command } from '../cli/command.ts';

const migrateCommand: Command = {
  name: 'migrate',
  summary: 'Bring the database to this version’s schema',
  usage: [''],
  options: {},
  examples: ['DATABASE_URL=postgres://… patchboard migrate'],
  run: async (given, io) => {
    const ran = await withStore((store) => migrate(store));
    io.out(
      given.is('json')
        ? JSON.stringify({ ran })
        : ran.length === 0
          ? 'The schema is up to date.'
          : `Ran ${ran.join(', ')}.`,
    );
    return 0;
  },
};

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
}

const doctor: Command = {
  name: 'doctor',
  summary: 'Look at the configuration, the database and what needs a person',
  usage: [''],
  options: {},
  examples: ['patchboard doctor', 'patchboard doctor --json'],
  run: async (given, io) => {
    const findings = await examine();
    if (given.is('json')) {
      io.out(JSON.stringify({ ok: findings.every((one) => one.ok), findings }));
    } else {
      for (const { ok, name, message } of findings) {
        io.out(`${ok ? 'ok  ' : 'FAIL'}  ${name}: ${message}`);
      }
    }
    return findings.every((one) => one.ok) ? 0 : 1;
  },
};

async function examine(): Promise<readonly Finding[]> {
  const config = readConfig();
  const findings: Finding[] = [
    { name: 'node', ok: Number(process.versions.node.split('.')[0]) >= 24, message: process.version },
    {
      name: 'configuration',
      ok: config.warnings.length === 0,
      message: config.warnings.join(' ') || 'no warning',
    },
  ];
  try {
    await withStore(async (store) => findings.push(...(await examineDatabase(store))));
  } catch (error) {
    findings.push({ name: 'database', ok: false, message: (error as Error).message });
  }
  return findings;
}

async function examineDatabase(store: Store): Promise<readonly Finding[]> {
  const version = await store.pool.query<{ server_version: string }>('show server_version');
  const server = { name: 'database', ok: true, message: `PostgreSQL ${version.rows[0]?.server_version}` };
  // A database that nobody has migrated yet has no list of migrations either.
  const hasList = await store.pool.query("select to_regclass('migrations') is not null as there");
  if (hasList.rows[0]?.there !== true || !(await isMigrated(store))) {
    const message = 'is not this version’s. Start Patchboard, or run: patchboard migrate';
    return [server, { name: 'schema', ok: false, message }];
  }
  const counts = waiting.map(({ name, query }) => counted(store, name, query));
  return [server, { name: 'schema', ok: true, message: 'up to date' }, ...(await Promise.all(counts))];
}

/** What waits for a person; nothing should. */
const waiting = [
  {
    name: 'failed deliveries',
    query: "select count(*)::integer as n from deliveries where outcome = 'failed'",
  },
  { name: 'open holds', query: "select count(*)::integer as n from holds where state = 'open'" },
  {
    name: 'duplicate cards',
    query: 'select count(*)::integer as n from orphan_cards where resolved_at is null',
  },
  {
    name: 'connections that need somebody',
    query: "select count(*)::integer as n from connections where state = 'unauthorized'",
  },
] as const;

async function counted(store: Store, name: string, query: string): Promise<Finding> {
  const rows = await store.pool.query<{ n: number }>(query);
  const n = rows.rows[0]?.n ?? 0;
  return { name, ok: n === 0, message: String(n) };
}

/** The database of this configuration, started if it is the embedded one and nobody has. */
async function withStore<Result>(act: (store: Store) => Promise<Result>): Promise<Result> {
  const { databaseUrl, dataFolder } = readConfig();
  const server = databaseUrl === null ? await startEmbedded({ dataFolder }) : null;
  const store = openStore(server === null ? { connectionString: databaseUrl ?? '' } : server.connection);
  try {
    return await act(store);
  } finally {
    await store.close();
    await server?.stop();
  }
}

/** Commands that open the database themselves. */
export const operating: readonly Command[] = [doctor, migrateCommand];
