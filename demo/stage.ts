import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFormats } from '../src/formats/index.ts';
import type { House } from '../src/house.ts';
import { openHouse } from '../src/house.ts';
import { hashPassword } from '../src/lib/password.ts';
import { randomToken } from '../src/lib/seal.ts';
import { startEmbedded } from '../src/store/embedded/server.ts';
import { migrate } from '../src/store/migrate.ts';
import { openStore } from '../src/store/open.ts';
import type { Store, StoreAddress } from '../src/store/open.ts';
import { createSetupToken, createUser, userByEmail } from '../src/store/people.ts';
import { findTrackers } from '../src/trackers/index.ts';
import type { Sandbox } from '../src/trackers/kit/sandbox.ts';
import { prepareWebFolder } from '../scripts/web.ts';
import type { DemoBoard } from './boards.ts';
import { authorityOf, openBoards } from './boards.ts';

export interface DemoStage {
  readonly url: string;
  readonly token: string;
  readonly person: { readonly email: string; readonly password: string };
  /** Opens the first-run page; null where the person is there already. */
  readonly setupToken: string | null;
  readonly boards: readonly DemoBoard[];
  /** Of the first board. */
  readonly sandbox: Sandbox;
  readonly sandboxUrl: string;
  readonly house: House;
  close(): Promise<void>;
}

const person = { email: 'demo@example.com', password: 'patchboard-demo' };

export interface DemoStageOptions {
  readonly port: number;
  readonly sandboxPort: number;
  readonly databaseUrl: string | null;
  readonly firstRun?: boolean;
  /** Whose pages a login with Microsoft Entra ID opens. Default: those of a board that has them, else Microsoft's. */
  readonly entraAuthority?: string;
  /** Trackers whose sandboxes stand beside the product. */
  readonly trackers?: readonly string[] | 'all';
}

/** Product, database and sandbox trackers on this machine alone; nothing is kept. */
export async function openDemoStage(options: DemoStageOptions): Promise<DemoStage> {
  const folder = mkdtempSync(join(tmpdir(), 'patchboard-demo-'));
  const server = options.databaseUrl === null ? await startEmbedded({ dataFolder: folder }) : null;
  const address: StoreAddress = server === null ? { connectionString: options.databaseUrl ?? '' } : server.connection;
  const store = openStore(address);
  await migrate(store);
  const setupToken = options.firstRun === true ? await createSetupToken(store.db) : null;
  if (setupToken === null) {
    await makePerson(store);
  }
  const { trackers: wanted = ['businessmap'] } = options;
  const boards = await openBoards({ ...(wanted === 'all' ? {} : { trackers: wanted }), firstPort: options.sandboxPort });
  const first = boards[0];
  if (first === undefined) {
    throw new Error('There is no tracker of this name.');
  }
  const token = randomToken();
  const publicUrl = `http://127.0.0.1:${options.port}`;
  const house = await openHouse({
    store,
    secretKey: randomToken(),
    deployment: { id: 'demo', place: null },
    trackers: await findTrackers(),
    formats: await findFormats(),
    publicUrl,
    allowedNetworks: ['127.0.0.0/8'],
    entraAuthority: options.entraAuthority ?? authorityOf(boards),
    pollMs: 5_000,
    quarantineMs: 10_000,
    webFolder: await prepareWebFolder(),
    bootstrapToken: token,
    roles: ['web', 'worker'],
    log: () => {},
  });
  await house.app?.listen({ host: '127.0.0.1', port: options.port });
  const { port } = (house.app?.server.address() ?? { port: options.port }) as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    person,
    setupToken,
    boards,
    sandbox: first.sandbox,
    sandboxUrl: first.sandboxUrl,
    house,
    close: async () => {
      await house.close();
      await Promise.all(boards.map((board) => board.close()));
      await store.close();
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A server's database may have the person of an earlier demo. */
async function makePerson(store: Store): Promise<void> {
  if ((await userByEmail(store.db, person.email)) === null) {
    await createUser(store.db, { ...person, name: 'Demo', role: 'administrator', passwordHash: await hashPassword(person.password) });
  }
}
