import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionBody } from '../../src/contracts/api/connections.ts';
import { noticeNewAddress } from '../../src/sync/subscriptions-care.ts';
import { markDue } from '../../src/store/work.ts';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

interface Hook {
  readonly webhook_id: number;
  readonly url: string;
  readonly is_enabled: number;
}

let stage: Stage;
let connectionId: string;

beforeEach(async () => {
  stage = await openStage({ pollMs: 60_000 });
  ({ connectionId } = await connect(stage));
  // Our address is the stage's, whatever it is called.
  stage.sandbox.deliver = async ({ url, headers, body }) =>
    (await fetch(url.replace(/^https?:\/\/[^/]+/u, stage.url), { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body })).status;
});
afterEach(() => stage.close());

/** As a person at the tracker. */
async function atTracker<Body>(method: string, path: string, body?: object): Promise<Body> {
  const { credentials } = stage.sandbox.connection(stage.sandboxUrl);
  const headers = { apikey: String(credentials['apiKey']), 'content-type': 'application/json' };
  const response = await fetch(`${stage.sandboxUrl}/api/v2${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  return (text === '' ? null : (JSON.parse(text) as { data: Body }).data) as Body;
}

const hooks = () => atTracker<Hook[]>('GET', '/webhooks');
const path = () => `/api/v1/connections/${connectionId}`;
const look = () => stage.call<ConnectionBody>('GET', path());
const subscribe = () => stage.call<ConnectionBody>('POST', `${path()}/subscriptions`, {});

async function inspectNow(): Promise<void> {
  await markDue(stage.database.store.db, [{ kind: 'subscriptions', key: connectionId, lane: connectionId }]);
}

async function waitForCheck(since: string | null | undefined): Promise<ConnectionBody> {
  return stage.until('the webhooks are looked at', look, ({ webhook }) => webhook?.checkedAt !== since);
}

describe('one click', () => {
  test('makes the tracker’s webhooks, whose events are then signed, and a second click makes no second one', async () => {
    const made = await subscribe();
    const again = await subscribe();
    const unsigned = await fetch(`${stage.url}${new URL(made.webhookUrl ?? '').pathname}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
    await stage.scan('key:web-shop', [{ rule: 'sql-injection', path: 'src/a.ts', line: 1, text: 'query(x)' }]);
    const heard = await stage.until('an event arrives', look, ({ health }) => health.lastEventAt !== null);

    expect(made.webhook).toMatchObject({ automatic: true, kept: true, fault: null, subscriptions: [{ state: 'active' }] });
    expect(again.webhook?.subscriptions).toEqual(made.webhook?.subscriptions);
    expect((await hooks()).map(({ url }) => url)).toEqual([made.webhookUrl]);
    expect(unsigned.status).toBe(401);
    expect(heard.health.events.mode).toBe('webhooks');
    expect(JSON.stringify(made)).not.toContain('sandbox-secret');
  });

  test('twenty times at once makes one', async () => {
    await Promise.allSettled(Array.from({ length: 20 }, subscribe));

    expect(await hooks()).toHaveLength(1);
  });

  test('whose answer is lost is looked for, and its secret is learned by making it anew', async () => {
    stage.sandbox.misbehave({ kind: 'lose-answer', when: ({ method, path: at }) => method === 'POST' && at.endsWith('/webhooks') });
    await stage.call('POST', `${path()}/subscriptions`, {}, 502);

    const made = await subscribe();

    expect(await hooks()).toHaveLength(1);
    expect(made.webhookSecretSet).toBe(true);
  });

  test('is refused where the address is too long for the tracker, in words', async () => {
    const long = await openStage({ publicUrl: `https://patchboard.example/${'x'.repeat(240)}` });
    const { connectionId: id } = await connect(long);

    const refused = await long.call<{ detail: string }>('POST', `/api/v1/connections/${id}/subscriptions`, {}, 409);

    expect(refused.detail).toMatch(/at most 250 characters; ours has \d{3}.*PATCHBOARD_PUBLIC_URL/u);
    await long.close();
  });
});

describe('the health job', () => {
  test.each([
    ['turned off', () => atTracker('PATCH', '/webhooks/1', { is_enabled: 0 })],
    ['deleted', () => atTracker('DELETE', '/webhooks/1')],
    ['given another address', () => atTracker('PATCH', '/webhooks/1', { url: 'https://elsewhere.example' })],
  ])('mends a webhook that somebody %s, and says so', async (_how, harm) => {
    const made = await subscribe();
    await harm();

    await inspectNow();
    const after = await waitForCheck(made.webhook?.checkedAt);
    const audit = await stage.call<{ items: { act: string }[] }>('GET', '/api/v1/audit');

    expect(await hooks()).toEqual([expect.objectContaining({ url: made.webhookUrl, is_enabled: 1 })]);
    expect(after.webhook?.subscriptions).toMatchObject([{ state: 'active' }]);
    expect(audit.items.map(({ act }) => act)).toContain('webhooks mended');
  });

  test('says “webhooks degraded, polling” while it cannot look', async () => {
    const made = await subscribe();
    const end = stage.sandbox.misbehave({ kind: 'answer', status: 403, body: '{}', times: Infinity, when: ({ path: at }) => at.includes('/webhooks') });

    await inspectNow();
    const { health } = await waitForCheck(made.webhook?.checkedAt);
    end();

    expect(health.state).toBe('degraded');
    expect(health.reasons.join(' ')).toMatch(/Webhooks degraded, polling every 1 min/u);
  });

  test('moves the webhooks when our own address changed', async () => {
    const made = await subscribe();
    await sql`update connections set subscriptions_url = replace(subscriptions_url, 'http://', 'https://older.')`.execute(stage.database.store.db);
    await atTracker('PATCH', '/webhooks/1', { url: 'https://older.example/webhooks/businessmap/t' });

    await noticeNewAddress(stage.house.engine);
    await waitForCheck(made.webhook?.checkedAt);

    expect((await hooks()).map(({ url }) => url)).toEqual([made.webhookUrl]);
  });
});

describe('removing a connection', () => {
  test('removes its webhooks, and what still comes is answered with 410', async () => {
    const { webhookUrl } = await subscribe();

    await stage.call('DELETE', path(), undefined, 204);
    const late = await fetch(`${stage.url}${new URL(webhookUrl ?? '').pathname}`, { method: 'POST', body: '{}' });

    expect(await hooks()).toEqual([]);
    expect(late.status).toBe(410);
  });

  test('says what could not be removed at the tracker', async () => {
    await subscribe();
    stage.sandbox.misbehave({ kind: 'answer', status: 403, body: '{}', times: Infinity, when: ({ path: at }) => at.includes('/webhooks') });

    const { leftBehind } = await stage.call<{ leftBehind: string[] }>('DELETE', path(), undefined, 200);

    expect(leftBehind).toEqual([expect.stringContaining('webhooks could not be removed')]);
  });
});

describe('the secret of webhooks', () => {
  const send = async (secret: string | null) => {
    const { webhookUrl } = await look();
    const headers = { 'content-type': 'application/json', ...(secret === null ? {} : { 'x-kanbanize-secret': secret }) };
    return (await fetch(`${stage.url}${new URL(webhookUrl ?? '').pathname}`, { method: 'POST', headers, body: '{"event": "Card moved", "card_id": 1}' })).status;
  };

  test('is asked for once it is set, and the one before it is accepted for a day', async () => {
    const open = await send(null);
    await stage.call('PATCH', path(), { webhookSecret: 'the first secret' });
    await stage.call('PATCH', path(), { webhookSecret: 'the second secret' });

    const answers = [await send(null), await send('the first secret'), await send('the second secret'), await send('another secret')];
    await stage.call('PATCH', path(), { webhookSecret: null });

    expect([open, ...answers, await send(null)]).toEqual([200, 401, 200, 200, 401, 200]);
  });

  test('while the connection is paused webhooks are stored', async () => {
    await stage.call('PATCH', path(), { paused: true });

    const status = await send(null);
    const kept = await sql`select 1 from inbox`.execute(stage.database.store.db);

    expect([status, kept.rows.length]).toEqual([200, 1]);
  });

  test('stands in the instructions that an administrator sees, with the address', async () => {
    const body = await look();

    expect(body.webhook?.instructions).toContain(body.webhookUrl);
    expect(body.webhook?.instructions).not.toMatch(/\{url\}|\{secret\}/u);
  });
});
