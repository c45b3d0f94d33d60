import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { loadConnection } from '../../../src/sync/connection-facts.ts';
import { takeOverSync } from '../../../src/sync/take-over.ts';
import type { TestDatabase } from '../../database.ts';
import { createTestDatabase } from '../../database.ts';
import { callThrough, connectTo, engineOn, logIn } from './engines.ts';
import type { StrictServer } from './rotating-tracker.ts';
import { serveStrict } from './rotating-tracker.ts';

let database: TestDatabase;
let strict: StrictServer;

beforeEach(async () => {
  database = await createTestDatabase({ poolMax: 20 });
  strict = await serveStrict();
});
afterEach(async () => {
  await strict.close();
  await database.drop();
});

function stateOf(connectionId: string): Promise<string | undefined> {
  return sql<{ state: string }>`select state from connections where id = ${connectionId}::uuid`
    .execute(database.store.db)
    .then(({ rows }) => rows[0]?.state);
}

test('four engines of which each has twenty calls refused renew the login once, and all calls go through', async () => {
  const engines = Array.from({ length: 4 }, () => engineOn(database.store));
  const connectionId = await connectTo(engines[0] ?? engineOn(database.store), strict.url);
  await Promise.all(engines.map((engine) => callThrough(engine, connectionId)));
  strict.expireAccess();

  const tokens = await Promise.all(engines.flatMap((engine) => Array.from({ length: 20 }, () => callThrough(engine, connectionId))));

  expect(new Set(tokens).size).toBe(1);
  expect(strict.refreshes).toBe(1);
  expect(strict.alive()).toBe(true);
  expect(await stateOf(connectionId)).toBe('active');
});

test('three processes that start at an expired token renew it once, and nobody is logged out', { timeout: 60_000 }, async () => {
  const connectionId = await connectTo(engineOn(database.store), strict.url);
  strict.expireAccess();
  const { connectionString, host, user, database: name } = database.address;
  const plan = JSON.stringify({ address: { connectionString, host, user, database: name }, connectionId, calls: 10 });
  const workers = Array.from({ length: 3 }, () => {
    const child = spawn(process.execPath, [new URL('./race-worker.ts', import.meta.url).pathname, plan], { stdio: ['pipe', 'pipe', 'inherit'] });
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
  });
  await Promise.all(workers.map(({ lines }) => lines.next()));

  const said = await Promise.all(
    workers.map(async ({ child, lines }) => {
      child.stdin.end('go\n');
      const line = await lines.next();
      await once(child, 'exit');
      return JSON.parse(String(line.value)) as string[];
    }),
  );

  expect(new Set(said.flat()).size).toBe(1);
  expect(strict.refreshes).toBe(1);
  expect(strict.alive()).toBe(true);
});

test('a lease that a dead process left behind ends by itself, and until then the present token is used', async () => {
  const engine = engineOn(database.store);
  const connectionId = await connectTo(engine, strict.url);
  await sql`update oauth_tokens set refresh_lease_until = clock_timestamp() + interval '1 hour'`.execute(database.store.db);

  const before = await callThrough(engine, connectionId);
  await sql`update oauth_tokens set refresh_lease_until = clock_timestamp() - interval '1 second'`.execute(database.store.db);
  strict.expireAccess();
  const after = await callThrough(engineOn(database.store), connectionId);

  expect(after).not.toBe(before);
  expect(strict.refreshes).toBe(1);
});

test('a login that was refused is told once, and a new login goes on with everything', async () => {
  const log: string[] = [];
  const engine = engineOn(database.store, { log });
  const connectionId = await connectTo(engine, strict.url);
  strict.revokeAll();

  const faults = await Promise.all(Array.from({ length: 8 }, () => callThrough(engine, connectionId).catch((error: unknown) => error)));
  await logIn(engine, connectionId);

  expect(faults.map((fault) => (fault as { kind?: string }).kind)).toEqual(Array.from({ length: 8 }, () => 'unauthorized'));
  expect(strict.refreshes).toBe(1);
  expect(log.filter((line) => line.startsWith('login needed'))).toHaveLength(1);
  expect(await callThrough(engine, connectionId)).toMatch(/^a-/u);
});

test.each(['down', 'busy', 'sign-in page', 'lose answer'] as const)(
  'a token endpoint that is in trouble (%s) logs nobody out, and the next try goes through',
  async (mischief) => {
    const engine = engineOn(database.store);
    const connectionId = await connectTo(engine, strict.url);
    strict.expireAccess();
    strict.mischief = mischief;

    const fault = (await callThrough(engine, connectionId).catch((error: unknown) => error)) as { readonly kind?: string };
    strict.mischief = 'none';

    expect(fault.kind).toBe(mischief === 'busy' ? 'throttled' : 'unavailable');
    expect(await callThrough(engine, connectionId)).toMatch(/^a-/u);
    expect(strict.alive()).toBe(true);
  },
);

test('a refresh token whose access token never worked is not trusted yet: the one before it is tried', async () => {
  const engine = engineOn(database.store);
  const connectionId = await connectTo(engine, strict.url);
  const { tokens, client, options, tracker } = engine;
  const connection = await loadConnection(options.store.db, options.sealKey, connectionId);
  if (connection === null) {
    throw new Error('The connection is there.');
  }
  // Renewed, and the tracker fails over before the new token was ever used.
  const first = await callThrough(engine, connectionId);
  const held = tokens.forSession(connection, tracker('rotating'), client(connection, () => {}));
  await held.accessToken({ rejected: first });
  strict.forgetRotation();

  const token = await callThrough(engineOn(database.store), connectionId);

  expect(token).toMatch(/^a-/u);
  expect(strict.alive()).toBe(true);
});

test('a copy of the database uses the tokens it has and renews none, until it is taken over', async () => {
  const original = engineOn(database.store, { deployment: 'production' });
  const connectionId = await connectTo(original, strict.url);
  await sql`update instance set sync_owner = 'production'`.execute(database.store.db);
  const copy = engineOn(database.store, { deployment: 'staging' });
  const present = await callThrough(copy, connectionId);
  strict.expireAccess();

  const fault = (await callThrough(copy, connectionId).catch((error: unknown) => error)) as { readonly kind?: string };
  const asked = strict.refreshes;
  await takeOverSync(copy);

  expect(present).toMatch(/^a-/u);
  expect({ kind: fault.kind, asked }).toEqual({ kind: 'unavailable', asked: 0 });
  expect(await callThrough(copy, connectionId)).not.toBe(present);
  expect(strict.alive()).toBe(true);
});

test('ahead of its end a token is renewed, and trouble while it lives is not noticed', async () => {
  const engine = engineOn(database.store);
  const connectionId = await connectTo(engine, strict.url);
  const { tokens } = engine;
  const sealed = tokens.seal({ id: connectionId }, strict.url, {
    accessToken: await callThrough(engine, connectionId),
    refreshToken: 'r-unknown-to-the-server',
    expiresAt: Date.now() + 60_000,
    refreshExpiresAt: null,
  });
  await sql`update oauth_tokens set sealed = ${sealed.sealed}`.execute(database.store.db);

  expect(await callThrough(engine, connectionId)).toMatch(/^a-/u);
  expect(strict.refreshes).toBe(0);
});

test('the tokens are nowhere in the database or the log in clear', async () => {
  const log: string[] = [];
  const store = openStore(database.address, { poolMax: 2 });
  const engine = engineOn(store, { log });
  const connectionId = await connectTo(engine, strict.url);
  strict.expireAccess();
  const token = await callThrough(engine, connectionId);
  const rows = await sql<{ all: string }>`
    select coalesce(string_agg(t::text, ' '), '') || (select coalesce(string_agg(k::text, ' '), '') from connections k) as all from oauth_tokens t
  `.execute(store.db);
  await store.close();

  expect(rows.rows[0]?.all).toContain(connectionId);
  expect(rows.rows[0]?.all).not.toContain(token);
  expect(Buffer.from(rows.rows[0]?.all ?? '').includes(Buffer.from(token).toString('hex'))).toBe(false);
  expect(log.join(' ')).not.toContain(token);
});
