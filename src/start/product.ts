import type { Config } from '../config.ts';
import type { House } from '../house.ts';
import type { Log } from '../lib/log.ts';
import { makeSealKey } from '../lib/seal.ts';
import type { Store } from '../store/open.ts';
import type { BegunDatabase } from './begin-database.ts';
import type { ReachedDatabase } from './database.ts';
import { reachDatabase } from './database.ts';
import type { Door } from './door.ts';
import { takePort } from './door.ts';
import { readRooms } from './rooms.ts';
import { ensureSecretKey } from './secret-key.ts';
import type { WebBuild } from './web-build.ts';
import { buildWeb, noWebBuild } from './web-build.ts';
import { webFolder } from './web-sources.ts';

/** The whole product in this process: database, doors, work. */
export interface Product {
  /** Where people find it; null in a process without the role web. */
  readonly url: string | null;
  /** For the first administrator; null once there is one. Good for one use. */
  readonly setupLink: string | null;
  readonly store: Store;
  readonly web: WebBuild;
  /** In the reverse order of the start, within a bound. */
  stop(): Promise<void>;
  /** At once, without waiting for anybody; nothing is lost, the next start recovers. */
  abandon(): void;
}

const doorPatienceMs = 5_000;

interface Opened {
  door: Door | null;
  web: WebBuild | null;
  database: ReachedDatabase | null;
  store: Store | null;
  house: House | null;
}

export async function startProduct(config: Config, log: Log, begun: BegunDatabase | null): Promise<Product> {
  const opened: Opened = { door: null, web: null, database: null, store: null, house: null };
  try {
    return await open({ config, log, begun }, opened);
  } catch (error) {
    await closeAll(opened);
    if (opened.database === null) {
      await begun?.end();
    }
    throw error;
  }
}

interface Start {
  readonly config: Config;
  readonly log: Log;
  readonly begun: BegunDatabase | null;
}

async function open({ config, log, begun }: Start, opened: Opened): Promise<Product> {
  const isWeb = config.roles.includes('web');
  const door = isWeb ? (opened.door = await takePort(config)) : null;
  // Reading the code and building the doors take about as long as a first start of the database: both at once. So little is imported above.
  const database = (opened.database = await reachDatabase(config, log, begun));
  const rooms = await readRooms();
  const { openStore, migrate, checkSealKey, deploymentOf, createSetupToken, openHouse, trackers, formats } = rooms;
  const store = (opened.store = openStore(database.address));
  const secret = ensureSecretKey(config);
  if (secret.made) {
    log('secret key made', { file: secret.file, hint: keyHint(config) });
  }
  const deployment = database.server.then(async () => {
    log('database ready', { migrated: await migrate(store) });
    await checkSealKey(store.db, makeSealKey(secret.key));
    return deploymentOf(config, secret.key, store);
  });
  deployment.catch(() => {});
  const publicUrl = config.publicUrl ?? door?.url ?? localUrl(config);
  const house = (opened.house = await openHouse({
    store,
    secretKey: secret.key,
    deployment,
    trackers,
    formats,
    publicUrl,
    allowedNetworks: config.allowedNetworks,
    entraAuthority: config.entraAuthority,
    pollMs: config.pollSeconds * 1_000,
    quarantineMs: config.quarantineSeconds * 1_000,
    commands: { file: config.commandsFile, variables: config.inherited },
    webFolder: isWeb ? webFolder : null,
    bootstrapToken: config.bootstrapToken,
    roles: config.roles,
    soleProcess: config.databaseUrl === null,
    keepsThreadReady: true,
    log,
  }));
  if (house.app !== null) {
    await house.app.ready();
    door?.lead(house.app.routing);
  }
  // Last, so that it takes nothing from the start.
  const web = (opened.web = isWeb ? buildWeb() : noWebBuild);
  const token = isWeb ? await createSetupToken(store.db) : null;
  const server = await database.server;
  return {
    url: isWeb ? publicUrl : null,
    setupLink: token === null ? null : `${publicUrl}/setup#token=${token}`,
    store,
    web,
    stop: () => closeAll(opened),
    abandon: () => {
      void web.stop();
      server.abandon();
    },
  };
}

/** What a process without a door calls its address: that of the web process beside it. */
function localUrl({ host, port }: Config): string {
  return `http://${host}:${port}`;
}

function keyHint({ databaseUrl }: Config): string {
  return databaseUrl === null
    ? 'Keep a copy of it: without it the credentials of trackers cannot be read.'
    : 'Keep a copy of it. Every other process on this database needs the same key: give it in PATCHBOARD_SECRET_KEY.';
}

/** Each step is tried, whatever became of the one before; the first fault is told at the end. */
async function closeAll({ door, web, house, store, database }: Opened): Promise<void> {
  const faults: unknown[] = [];
  const steps = [
    () => door?.close(doorPatienceMs),
    () => web?.stop(),
    () => house?.close(),
    () => store?.close(),
    () => database?.server.then((server) => server.stop(), () => {}),
  ];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) {
    throw faults[0];
  }
}
