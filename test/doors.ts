import type { FastifyInstance } from 'fastify';
import sarif from '../src/formats/sarif/index.ts';
import type { House } from '../src/house.ts';
import { openHouse } from '../src/house.ts';
import type { Role } from '../src/core/vocabulary.ts';
import { hashPassword } from '../src/lib/password.ts';
import { createUser, openSession } from '../src/store/people.ts';
import type { Store } from '../src/store/open.ts';
import businessmap from '../src/trackers/businessmap/index.ts';
import servicenow from '../src/trackers/servicenow/index.ts';
import { createTestDatabase } from './database.ts';

/** The doors of the product on a real database, spoken to without a port. */
export interface Doors {
  readonly app: FastifyInstance;
  readonly house: House;
  readonly store: Store;
  /** As the administrator's API token, unless `as` says otherwise. */
  ask<Body = Record<string, unknown>>(wish: Wish): Promise<Answer<Body>>;
  /** Cookie of a new person in this role, signed in. */
  person(role: Role): Promise<string>;
  readonly log: readonly string[];
  close(): Promise<void>;
}

export interface Wish {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** A cookie, a bearer token, or null for nobody. */
  readonly as?: { readonly cookie: string } | { readonly token: string } | null;
  readonly address?: string;
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Body;
  readonly text: string;
}

export const administratorToken = 'a-bootstrap-token-of-32-characters-or-more';

export async function openDoors(
  options: { readonly publicUrl?: string; readonly poolMax?: number } = {},
): Promise<Doors> {
  const database = await createTestDatabase({ poolMax: options.poolMax ?? 10 });
  const log: string[] = [];
  const house = await openHouse({
    store: database.store,
    secretKey: 'a-secret-key-for-tests-of-32-characters',
    deployment: { id: 'test', place: null },
    trackers: [businessmap, servicenow],
    formats: [sarif],
    publicUrl: options.publicUrl ?? 'http://127.0.0.1:4180',
    allowedNetworks: ['127.0.0.0/8'],
    entraAuthority: 'http://127.0.0.1:1',
    pollMs: 60_000,
    quarantineMs: 1_000,
    webFolder: null,
    bootstrapToken: administratorToken,
    roles: ['web'],
    log: (message, facts) => log.push(`${message} ${JSON.stringify(facts)}`),
  });
  const { app } = house;
  if (app === null) {
    throw new Error('A process with the role web has doors.');
  }
  await app.ready();
  let people = 0;
  return {
    app,
    house,
    store: database.store,
    log,
    ask: (wish) => askApp(app, wish),
    person: async (role) => {
      people += 1;
      const email = `${role}-${people}@example.com`;
      const id = await createUser(database.store.db, { email, name: role, role, passwordHash: 'none' });
      return sessionOf(database.store, id);
    },
    close: async () => {
      await house.close();
      await database.drop();
    },
  };
}

async function askApp<Body>(app: FastifyInstance, wish: Wish): Promise<Answer<Body>> {
  const response = await app.inject({
    method: wish.method ?? (wish.body === undefined ? 'GET' : 'POST'),
    url: wish.path,
    headers: { ...identity(wish.as), ...jsonHeader(wish.body), ...wish.headers },
    ...(wish.body === undefined ? {} : { payload: isRaw(wish.body) ? wish.body : JSON.stringify(wish.body) }),
    ...(wish.address === undefined ? {} : { remoteAddress: wish.address }),
  });
  const type = String(response.headers['content-type'] ?? '');
  const body = (type.includes('json') && response.body !== '' ? response.json() : null) as Body;
  return {
    status: response.statusCode,
    headers: response.headers as Answer<Body>['headers'],
    body,
    text: response.body,
  };
}

function isRaw(body: unknown): body is string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body);
}

function jsonHeader(body: unknown): Record<string, string> {
  return body === undefined || Buffer.isBuffer(body) ? {} : { 'content-type': 'application/json' };
}

function identity(as: Wish['as']): Record<string, string> {
  if (as === null) {
    return {};
  }
  if (as !== undefined && 'cookie' in as) {
    return { cookie: as.cookie, 'sec-fetch-site': 'same-origin' };
  }
  return { authorization: `Bearer ${as?.token ?? administratorToken}` };
}

/** A hash costs what a guess costs: it is made once for each password. */
const hashes = new Map<string, Promise<string>>();

/** A person who can sign in with this password. Answers the id. */
export async function enrol(
  store: Store,
  person: { readonly email: string; readonly role: Role; readonly password: string },
): Promise<string> {
  const hash = hashes.get(person.password) ?? hashPassword(person.password);
  hashes.set(person.password, hash);
  return createUser(store.db, { ...person, name: person.email, passwordHash: await hash });
}

/** Cookie of a new session, as signing in gives it. */
export async function sessionOf(store: Store, userId: string): Promise<string> {
  const token = await openSession(store.db, userId, { address: '127.0.0.1', agent: 'test' });
  return `patchboard_session=${token}`;
}
