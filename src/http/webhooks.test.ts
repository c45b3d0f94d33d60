import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Doors } from '../../test/doors.ts';
import { openDoors } from '../../test/doors.ts';

let doors: Doors;
let connectionId: string;
let address: string;

const moved = { event: 'Card moved', board_id: 7, card_id: 41 };

beforeAll(async () => {
  doors = await openDoors();
  const body = {
    tracker: 'businessmap',
    name: 'Board',
    settings: { url: 'https://example.kanbanize.com' },
    credentials: { apiKey: 'a key' },
  };
  const made = await doors.ask<{ id: string; webhookUrl: string }>({ path: '/api/v1/connections', body });
  connectionId = made.body.id;
  address = new URL(made.body.webhookUrl).pathname;
});
afterAll(() => doors.close());

function send(
  body: unknown,
  more: { readonly path?: string; readonly headers?: Record<string, string> } = {},
) {
  return doors.ask({ method: 'POST', path: more.path ?? address, body, headers: more.headers, as: null });
}

async function inbox(): Promise<readonly { state: string; event: string | null; refs: string[] }[]> {
  const rows = await sql<{ state: string; event: string | null; refs: string[] }>`
    select state, event, refs from inbox where connection_id = ${connectionId}::uuid order by received_at, id
  `.execute(doors.store.db);
  return rows.rows;
}

async function emptyInbox(): Promise<void> {
  await sql`delete from inbox`.execute(doors.store.db);
}

describe('a webhook', () => {
  test('that is answered 200 is stored, and the card that it names is looked at', async () => {
    await emptyInbox();
    const asset = await doors.ask<{ id: string }>({ path: '/api/v1/assets', body: { name: 'Hooked' } });
    const one = { title: 'A thing', description: '', severity: 'low' };
    const made = await doors.ask<{ id: string }>({
      path: `/api/v1/assets/${asset.body.id}/vulnerabilities`,
      body: one,
    });
    const link = await sql<{ id: string }>`
      insert into links (id, vulnerability_id, connection_id, state, marker, card_ref)
      values (gen_random_uuid(), ${made.body.id}::bigint, ${connectionId}::uuid, 'linked', 'pb-test', '41') returning id
    `.execute(doors.store.db);

    const answer = await send(moved);

    expect(answer.status).toBe(200);
    expect(await inbox()).toEqual([{ state: 'done', event: 'Card moved', refs: ['41'] }]);
    const due =
      await sql`select 1 from work where kind = 'link' and key = ${link.rows[0]?.id} and due_at <= clock_timestamp()`.execute(
        doors.store.db,
      );
    expect(due.rows).toHaveLength(1);
  });

  test('about a card that nobody knows yet is kept until its card is known', async () => {
    await emptyInbox();

    const answer = await send({ ...moved, card_id: 999 });

    expect(answer.status).toBe(200);
    expect(await inbox()).toEqual([{ state: 'unmatched', event: 'Card moved', refs: ['999'] }]);
  });

  test.each([
    ['with another token', () => `${address.slice(0, -4)}AAAA`],
    ['under another tracker’s name', () => address.replace('businessmap', 'servicenow')],
    ['without a token', () => '/webhooks/businessmap/none'],
  ])('%s finds nobody, and nothing is stored', async (_which, path) => {
    await emptyInbox();

    const answer = await send(moved, { path: path() });

    expect(answer.status).toBe(404);
    expect(answer.text).toBe('');
    expect(await inbox()).toEqual([]);
  });

  test('that makes no sense is kept as a dead letter and shown in Sync activity', async () => {
    await emptyInbox();

    const answer = await send('<html>not JSON</html>', { headers: { 'content-type': 'text/html' } });

    expect(answer.status).toBe(200);
    expect(await inbox()).toEqual([{ state: 'dead', event: null, refs: [] }]);
    const activity = await doors.ask<{ items: { outcome: string; direction: string; message: string }[] }>({
      path: '/api/v1/deliveries?direction=inbound',
    });
    expect(activity.body.items[0]).toMatchObject({ outcome: 'failed', direction: 'inbound' });
  });

  test('is not taken for a call of the API: its Authorization header is the tracker’s own', async () => {
    const answer = await send(moved, { headers: { authorization: 'Bearer something-of-the-tracker' } });

    expect(answer.status).toBe(200);
  });

  test('of more than 1 MB is a dead letter with its size and digest, and never refused', async () => {
    await emptyInbox();

    const answer = await send(Buffer.alloc(1024 ** 2 + 1, 'x'), {
      headers: { 'content-type': 'application/json' },
    });

    const endless = await send(Buffer.alloc(17 * 1024 ** 2, 'x'), { headers: { 'content-type': 'application/json' } });

    expect([answer.status, endless.status]).toEqual([200, 413]);
    expect(await inbox()).toEqual([{ state: 'dead', event: null, refs: [] }]);
    const activity = await doors.ask<{ items: { message: string }[] }>({ path: '/api/v1/deliveries?direction=inbound' });
    expect(activity.body.items[0]?.message).toMatch(/1048577 bytes \(SHA-256 [0-9a-f]{64}\)/u);
  });

  test('without a body is a dead letter', async () => {
    await emptyInbox();

    const answer = await doors.ask({ method: 'POST', path: address, as: null });

    expect(answer.status).toBe(200);
    expect(await inbox()).toEqual([{ state: 'dead', event: null, refs: [] }]);
  });

  test('that cannot be stored is answered 503, so that the tracker sends it again', async () => {
    await sql`alter table inbox rename to inbox_away`.execute(doors.store.db);
    const answer = await send(moved);
    await sql`alter table inbox_away rename to inbox`.execute(doors.store.db);

    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await send(moved)).status).toBe(200);
  });

  test('needs the secret once one is set, and the secret is shown to nobody', async () => {
    await emptyInbox();
    const secret = 'the-secret-of-the-board';
    const path = `/api/v1/connections/${connectionId}`;
    const changed = await doors.ask<{ webhookSecretSet: boolean }>({
      method: 'PATCH',
      path,
      body: { webhookSecret: secret },
    });

    const without = await send(moved);
    const wrong = await send(moved, { headers: { 'x-kanbanize-secret': 'another' } });
    const right = await send(moved, { headers: { 'x-kanbanize-secret': secret } });
    await doors.ask({ method: 'PATCH', path, body: { webhookSecret: null } });

    expect([without.status, wrong.status, right.status]).toEqual([401, 401, 200]);
    expect(await inbox()).toHaveLength(1);
    expect(changed.body.webhookSecretSet).toBe(true);
    expect(changed.text).not.toContain(secret);
  });
});

describe('a connection', () => {
  test('never gives its credentials back, and keeps them sealed', async () => {
    const secret = 'an-api-key-that-nobody-sees';
    const body = {
      tracker: 'businessmap',
      name: 'Sealed',
      settings: { url: 'https://sealed.kanbanize.com' },
      credentials: { apiKey: secret },
    };
    const made = await doors.ask<{ id: string }>({ path: '/api/v1/connections', body });
    const path = `/api/v1/connections/${made.body.id}`;
    const answers = [
      made,
      await doors.ask({ path }),
      await doors.ask({ path: '/api/v1/connections' }),
      await doors.ask({ method: 'PATCH', path, body: { name: 'Renamed' } }),
      await doors.ask({ path: '/api/v1/audit' }),
    ];
    const rows = await sql<{
      row: string;
    }>`select k::text || encode(credentials, 'escape') as row from connections k where id = ${made.body.id}::uuid`.execute(
      doors.store.db,
    );

    expect(answers.map((answer) => answer.text.includes(secret))).toEqual(answers.map(() => false));
    expect(rows.rows[0]?.row).toBeTruthy();
    expect(rows.rows[0]?.row).not.toContain(secret);
    expect(doors.log.join('\n')).not.toContain(secret);
  });

  test('that moves to another address needs its credentials anew: a key goes only to whom it was given for', async () => {
    const body = {
      tracker: 'businessmap',
      name: 'Moving',
      settings: { url: 'https://first.kanbanize.com' },
      credentials: { apiKey: 'for the first' },
    };
    const made = await doors.ask<{ id: string }>({ path: '/api/v1/connections', body });
    const path = `/api/v1/connections/${made.body.id}`;
    const settings = { url: 'https://second.kanbanize.com' };

    const without = await doors.ask({ method: 'PATCH', path, body: { settings } });
    const withThem = await doors.ask({
      method: 'PATCH',
      path,
      body: { settings, credentials: { apiKey: 'for the second' } },
    });

    expect([without.status, withThem.status]).toEqual([400, 200]);
  });

  test.each([
    'http://169.254.169.254/',
    'https://user:pass@example.com/',
    'http://10.0.0.1/',
    'ftp://example.com/',
  ])('to %s is refused', async (url) => {
    const body = {
      tracker: 'businessmap',
      name: 'Nowhere',
      settings: { url },
      credentials: { apiKey: 'a key' },
    };

    expect((await doors.ask({ path: '/api/v1/connections', body })).status).toBe(400);
  });
});
