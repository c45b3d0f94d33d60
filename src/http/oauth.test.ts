import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Doors, Wish } from '../../test/doors.ts';
import { openDoors } from '../../test/doors.ts';
import type { ConnectionBody } from '../contracts/api/connections.ts';
import type { ServedSandbox } from '../trackers/kit/sandbox-server.ts';
import { serveSandbox } from '../trackers/kit/sandbox-server.ts';
import { signatureHeader, timestampHeader } from '../trackers/servicenow/business-rule.ts';
import type { ServiceNowSandbox } from '../trackers/servicenow/sandbox.ts';
import { makeSandbox } from '../trackers/servicenow/sandbox.ts';

let doors: Doors;
let sandbox: ServiceNowSandbox;
let served: ServedSandbox;

beforeAll(async () => {
  doors = await openDoors();
  sandbox = makeSandbox();
  served = await serveSandbox(sandbox);
});
afterAll(async () => {
  await served.close();
  await doors.close();
});

type As = Wish['as'];

async function connect(): Promise<string> {
  const body = { tracker: 'servicenow', name: 'Instance', ...sandbox.connection(served.url) };
  return (await doors.ask<ConnectionBody>({ path: '/api/v1/connections', body })).body.id;
}

async function begin(id: string, as: As): Promise<string> {
  const { body } = await doors.ask<{ authorizationUrl: string }>({ path: `/api/v1/connections/${id}/authorize`, body: {}, as });
  return body.authorizationUrl;
}

/** The browser at the instance: a person allows or denies, and is sent back. Answers where to. */
async function decide(authorizationUrl: string, decision = 'allow'): Promise<string> {
  const answer = await fetch(`${authorizationUrl}&decision=${decision}`, { redirect: 'manual' });
  const back = new URL(answer.headers.get('location') ?? 'about:blank');
  return `${back.pathname}${back.search}`;
}

function comeBack(path: string, as: As): Promise<Answer<unknown>> {
  return doors.ask({ path, as, ...(as !== null && as !== undefined && 'cookie' in as ? { headers: { 'sec-fetch-site': 'cross-site', accept: 'text/html' } } : {}) });
}

async function look(id: string): Promise<ConnectionBody> {
  return (await doors.ask<ConnectionBody>({ path: `/api/v1/connections/${id}` })).body;
}

describe('logging in', () => {
  test('goes out to the tracker and comes back to the page of the connection, which then works', async () => {
    const id = await connect();
    const as = { cookie: await doors.person('administrator') };

    const back = await comeBack(await decide(await begin(id, as)), as);
    const { body: checked } = await doors.ask<{ steps: { name: string; ok: boolean; message: string }[] }>({ path: `/api/v1/connections/${id}/check`, body: {} });

    expect(back.status).toBe(302);
    expect(back.headers['location']).toBe(`/connections/${id}?login=succeeded`);
    expect((await look(id)).login).toMatchObject({
      flow: 'interactive',
      redirectUrl: 'http://127.0.0.1:4180/spa/callback/servicenow',
      loggedInAt: expect.any(String),
      outcome: { ok: true },
    });
    expect(checked.steps.filter((step) => !step.ok)).toEqual([]);
  });

  test('says when the login ends for good', async () => {
    const id = await connect();
    await comeBack(await decide(await begin(id, undefined)), undefined);

    const { health } = await look(id);

    const days = (Date.parse(health.credentialExpiresAt ?? '') - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(99);
    expect(days).toBeLessThan(101);
  });

  test('that is denied is explained on the page of the connection', async () => {
    const id = await connect();
    const as = { cookie: await doors.person('administrator') };

    const back = await comeBack(await decide(await begin(id, as), 'deny'), as);

    expect(back.headers['location']).toBe(`/connections/${id}?login=failed`);
    expect((await look(id)).login?.outcome).toMatchObject({ ok: false, message: expect.stringContaining('choose Allow') });
  });

  test('with a wrong client secret is explained, and can be begun again', async () => {
    const id = await connect();
    const wrong = { clientId: 'patchboard-sandbox-client', clientSecret: 'not-the-secret' };
    await doors.ask({ method: 'PATCH', path: `/api/v1/connections/${id}`, body: { credentials: wrong } });

    const back = await comeBack(await decide(await begin(id, undefined)), undefined);

    expect(back.headers['location']).toBe(`/connections/${id}?login=failed`);
    expect((await look(id)).login?.outcome?.message).toContain('ServiceNow gave no token');
  });

  test('while the instance sleeps can be tried again', async () => {
    const id = await connect();
    const path = await decide(await begin(id, undefined));
    sandbox.misbehave({ kind: 'outage', when: (request) => request.path === '/oauth_token.do' });

    await comeBack(path, undefined);

    expect((await look(id)).login?.outcome?.message).toMatch(/hibernating.*[Bb]egin the login again/u);
  });

  test('a connection that needs none says so', async () => {
    const body = { tracker: 'businessmap', name: 'Board', settings: { url: 'https://example.kanbanize.com' }, credentials: { apiKey: 'the key of an account of its own' } };
    const { body: made } = await doors.ask<ConnectionBody>({ path: '/api/v1/connections', body });

    const answer = await doors.ask<{ detail: string }>({ path: `/api/v1/connections/${made.id}/authorize`, body: {} });

    expect(answer.status).toBe(409);
    expect(answer.body.detail).toContain('needs no login');
    expect(made.login).toBeNull();
  });
});

describe('a login is finished only', () => {
  test('by the session that began it: nobody is lured into somebody else’s account', async () => {
    const id = await connect();
    const path = await decide(await begin(id, { cookie: await doors.person('administrator') }));

    const stranger = await comeBack(path, { cookie: await doors.person('administrator') });
    const token = await comeBack(path, undefined);

    expect([stranger.status, token.status]).toEqual([400, 400]);
    expect(stranger.text).toContain('begun by somebody else');
    expect((await look(id)).login?.loggedInAt).toBeNull();
  });

  test('once', async () => {
    const id = await connect();
    const as = { cookie: await doors.person('administrator') };
    const path = await decide(await begin(id, as));

    const answers = await Promise.all([comeBack(path, as), comeBack(path, as), comeBack(path, as)]);

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([302, 400, 400]);
  });

  test('within ten minutes', async () => {
    const id = await connect();
    const path = await decide(await begin(id, undefined));
    await sql`update oauth_logins set expires_at = clock_timestamp() - interval '1 second'`.execute(doors.store.db);

    expect((await comeBack(path, undefined)).status).toBe(400);
  });

  test('by whoever is signed in, and an administrator', async () => {
    const path = await decide(await begin(await connect(), undefined));

    const nobody = await comeBack(path, null);
    const viewer = await comeBack(path, { cookie: await doors.person('viewer') });
    const finished = await comeBack(path, { cookie: await doors.person('administrator') });

    expect([nobody.status, viewer.status, finished.status]).toEqual([401, 403, 302]);
  });

  test('for the connection for which it was begun', async () => {
    const [one, other] = [await connect(), await connect()];
    await comeBack(await decide(await begin(one, undefined)), undefined);

    expect((await look(one)).login?.loggedInAt).not.toBeNull();
    expect((await look(other)).login?.loggedInAt).toBeNull();
  });
});

test('removing a connection ends its login at the tracker', async () => {
  const id = await connect();
  await comeBack(await decide(await begin(id, undefined)), undefined);

  const removed = await doors.ask({ method: 'DELETE', path: `/api/v1/connections/${id}` });
  const left = await sql`select 1 from oauth_tokens where connection_id = ${id}::uuid`.execute(doors.store.db);

  expect(removed.status).toBe(204);
  expect(sandbox.requests.filter(({ path }) => path.startsWith('/oauth_revoke_token.do'))).toHaveLength(2);
  expect(left.rows).toEqual([]);
});

test('the address of the webhook, with the token in it, is shown to administrators alone', async () => {
  const id = await connect();

  const seen = await doors.ask<ConnectionBody>({ path: `/api/v1/connections/${id}`, as: { cookie: await doors.person('analyst') } });

  expect((await look(id)).webhookUrl).toContain('/webhooks/servicenow/');
  expect(seen.body.webhookUrl).toBeNull();
});

test('no code, state or token is in the log', () => {
  expect(doors.log.join('\n')).not.toMatch(/code=|state=|[\w-]{40,}/u);
});

test('the secret that the instructions offer is required from the first webhook that is signed with it', async () => {
  const body = await look(await connect());
  const secret = /webhook_secret` with the value `([^`]+)`/u.exec(body.webhook?.instructions ?? '')?.[1] ?? '';
  const send = (signedWith: string | null, at = Date.now()) => {
    const payload = JSON.stringify({ v: 1, table: 'incident', sys_id: 'a'.repeat(32) });
    const seconds = String(Math.floor(at / 1_000));
    const signature = `v1=${createHmac('sha256', signedWith ?? '').update(`${seconds}.${payload}`).digest('base64')}`;
    const headers: Record<string, string> = signedWith === null ? {} : { [timestampHeader]: seconds, [signatureHeader]: signature };
    return doors.ask({ method: 'POST', path: new URL(body.webhookUrl ?? '').pathname, body: payload, headers, as: null });
  };

  const before = await send(null);
  const first = await send(secret);
  const after = [await send(null), await send('another secret'), await send(secret), await send(secret, Date.now() - 6 * 60_000)];

  expect([before.status, first.status]).toEqual([200, 200]);
  expect(after.map(({ status }) => status)).toEqual([401, 401, 200, 401]);
  expect((await look(body.id)).webhookSecretSet).toBe(true);
});
