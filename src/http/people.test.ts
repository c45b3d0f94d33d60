import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Doors } from '../../test/doors.ts';
import { enrol, openDoors, sessionOf } from '../../test/doors.ts';
import { audit, signInFailed } from '../store/audit.ts';
import { createSetupToken, needsSetup } from '../store/people.ts';

const password = 'correct horse battery';

let doors: Doors;

beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

function cookieOf(answer: Answer<unknown>): string {
  return String([answer.headers['set-cookie']].flat()[0] ?? '').split(';')[0] ?? '';
}

function signIn(email: string, words: string, address = '192.0.2.1') {
  return doors.ask({ path: '/api/v1/session', body: { email, password: words }, as: null, address });
}

const me = async (cookie: string) => (await doors.ask({ path: '/api/v1/me', as: { cookie } })).status;

describe('the first run', () => {
  test('lets exactly one of 200 claims at the same moment become the administrator, then there is nothing to claim', async () => {
    const token = await createSetupToken(doors.store.db);
    const claim = (n: number) => ({ token, email: `claim-${n}@example.com`, name: `Claim ${n}`, password });
    const claims = Array.from({ length: 200 }, (_unused, n) =>
      doors.ask({ path: '/api/v1/setup', body: claim(n), as: null, address: `198.51.100.${n}` }),
    );

    const answers = await Promise.all(claims);

    const winners = answers.filter((answer) => answer.status === 201);
    expect(winners).toHaveLength(1);
    expect(
      answers.filter((answer) => answer.status !== 201 && answer.status !== 403 && answer.status !== 404),
    ).toEqual([]);
    const users = await sql<{ role: string }>`select role from users`.execute(doors.store.db);
    expect(users.rows).toEqual([{ role: 'administrator' }]);
    expect(await me(cookieOf(winners[0] as Answer<unknown>))).toBe(200);
    expect((await doors.ask({ path: '/api/v1/setup', body: claim(999), as: null })).status).toBe(404);
    expect(await needsSetup(doors.store.db)).toBe(false);
    expect(await createSetupToken(doors.store.db)).toBeNull();
  });
});

describe('signing in', () => {
  test('gives a cookie that scripts cannot read and other sites cannot use, and signing out ends it', async () => {
    await enrol(doors.store, { email: 'ada@example.com', role: 'analyst', password });

    const answer = await signIn('Ada@example.com', password);

    expect(answer.status).toBe(201);
    const setCookie = String(answer.headers['set-cookie']);
    expect(setCookie).toContain('HttpOnly');
    expect(setCookie).toContain('SameSite=Lax');
    const cookie = cookieOf(answer);
    expect(await me(cookie)).toBe(200);
    expect((await doors.ask({ method: 'DELETE', path: '/api/v1/session', as: { cookie } })).status).toBe(204);
    expect(await me(cookie)).toBe(401);
  });

  test('keeps only a digest of the session’s token', async () => {
    const id = await enrol(doors.store, { email: 'digest@example.com', role: 'viewer', password });
    const token = (await sessionOf(doors.store, id)).split('=')[1] ?? '';

    const rows = await sql<{
      row: string;
    }>`select encode(token_hash, 'escape') || s::text as row from sessions s`.execute(doors.store.db);

    expect(token.length).toBeGreaterThan(40);
    expect(rows.rows.some(({ row }) => row.includes(token))).toBe(false);
  });

  test('says the same of a wrong password, an unknown account and a disabled one', async () => {
    await enrol(doors.store, { email: 'bob@example.com', role: 'viewer', password });
    const gone = await enrol(doors.store, { email: 'gone@example.com', role: 'viewer', password });
    await sql`update users set disabled_at = now() where id = ${gone}::uuid`.execute(doors.store.db);

    const answers = await Promise.all([
      signIn('bob@example.com', 'wrong'),
      signIn('nobody@example.com', password),
      signIn('gone@example.com', password),
    ]);

    expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
  });

  test('is slowed after ten wrong passwords from one address, also with the right one, and not for others', async () => {
    await enrol(doors.store, { email: 'carol@example.com', role: 'viewer', password });
    const failure = { by: null, act: signInFailed, subject: 'carol@example.com', address: '203.0.113.9' };
    await Promise.all(
      Array.from({ length: 9 }, () => audit(doors.store.db, { ...failure, correlationId: '' })),
    );
    const tenth = await signIn('Carol@example.com', 'guess', '203.0.113.9');

    const same = await signIn('carol@example.com', password, '203.0.113.9');
    const other = await signIn('carol@example.com', password, '203.0.113.10');

    expect(tenth.status).toBe(401);
    expect(same.status).toBe(429);
    expect(Number(same.headers['retry-after'])).toBeGreaterThan(0);
    expect(other.status).toBe(201);
  });

  test('begun by another site is refused', async () => {
    const answer = await doors.ask({
      path: '/api/v1/session',
      body: { email: 'a@example.com', password },
      as: null,
      headers: { 'sec-fetch-site': 'cross-site' },
    });

    expect(answer.status).toBe(403);
  });

  test('ends by itself when nobody was there for eight hours, or after a day', async () => {
    const id = await enrol(doors.store, { email: 'idle@example.com', role: 'viewer', password });
    const [idle, old] = [await sessionOf(doors.store, id), await sessionOf(doors.store, id)];
    expect([await me(idle), await me(old)]).toEqual([200, 200]);
    const userId = sql`(select id from users where email = 'idle@example.com')`;
    const first = sql`(select token_hash from sessions where user_id = ${userId} order by created_at limit 1)`;
    await sql`update sessions set last_seen_at = now() - interval '9 hours' where token_hash = ${first}`.execute(
      doors.store.db,
    );
    await sql`update sessions set expires_at = now() - interval '1 second' where user_id = ${userId} and token_hash <> ${first}`.execute(
      doors.store.db,
    );

    expect([await me(idle), await me(old)]).toEqual([401, 401]);
  });

  test('with https holds the cookie to this host and to https', async () => {
    const secure = await openDoors({ publicUrl: 'https://patchboard.example.com' });
    await enrol(secure.store, { email: 'eve@example.com', role: 'viewer', password });

    const answer = await secure.ask({
      path: '/api/v1/session',
      body: { email: 'eve@example.com', password },
      as: null,
      headers: { origin: 'https://patchboard.example.com' },
    });
    const plain = cookieOf(answer).replace('__Host-', '');
    const asPlain = await secure.ask({ path: '/api/v1/me', as: { cookie: plain } });
    const held = await secure.ask({ path: '/api/v1/me', as: { cookie: cookieOf(answer) } });
    await secure.close();

    expect(String(answer.headers['set-cookie'])).toMatch(/^__Host-patchboard_session=.*Secure/u);
    expect(answer.headers['strict-transport-security']).toContain('max-age=31536000');
    expect([asPlain.status, held.status]).toEqual([401, 200]);
  });
});

describe('a person', () => {
  test('who changes the password needs the old one, and every other session ends', async () => {
    const id = await enrol(doors.store, { email: 'dave@example.com', role: 'developer', password });
    const [here, elsewhere] = [await sessionOf(doors.store, id), await sessionOf(doors.store, id)];
    const change = (currentPassword: string) =>
      doors.ask({
        path: '/api/v1/me/password',
        body: { currentPassword, newPassword: 'another long password' },
        as: { cookie: here },
      });

    const wrong = await change('wrong');
    const right = await change(password);

    expect([wrong.status, right.status]).toEqual([403, 204]);
    expect([await me(here), await me(elsewhere), await me(cookieOf(right))]).toEqual([401, 401, 200]);
    expect((await signIn('dave@example.com', password)).status).toBe(401);
    expect((await signIn('dave@example.com', 'another long password')).status).toBe(201);
  });

  test('whose role changes is signed out, and may then do what the new role may', async () => {
    const id = await enrol(doors.store, { email: 'frank@example.com', role: 'viewer', password });
    const cookie = await sessionOf(doors.store, id);

    const answer = await doors.ask<{ role: string }>({
      method: 'PATCH',
      path: `/api/v1/users/${id}`,
      body: { role: 'analyst' },
    });

    expect(answer.body.role).toBe('analyst');
    expect(await me(cookie)).toBe(401);
    const again = await sessionOf(doors.store, id);
    expect(
      (await doors.ask({ path: '/api/v1/assets', body: { name: 'Of Frank' }, as: { cookie: again } })).status,
    ).toBe(201);
  });

  test('who is the last administrator stays one', async () => {
    const rows = await sql<{
      id: string;
    }>`select id from users where role = 'administrator' and disabled_at is null`.execute(doors.store.db);
    expect(rows.rows).toHaveLength(1);
    const path = `/api/v1/users/${rows.rows[0]?.id}`;

    const answers = [
      await doors.ask({ method: 'PATCH', path, body: { role: 'viewer' } }),
      await doors.ask({ method: 'PATCH', path, body: { disabled: true } }),
    ];

    expect(answers.map((answer) => answer.status)).toEqual([409, 409]);
  });

  test('who is a developer may neither accept a risk nor declare a false positive, but may begin work', async () => {
    const asset = await doors.ask<{ id: string }>({ path: '/api/v1/assets', body: { name: 'Decisions' } });
    const made = await doors.ask<{ id: string }>({
      path: `/api/v1/assets/${asset.body.id}/vulnerabilities`,
      body: { title: 'Weak', description: '', severity: 'low' },
    });
    const cookie = await doors.person('developer');
    const decide = (body: object) =>
      doors.ask({ path: `/api/v1/vulnerabilities/${made.body.id}/status`, body, as: { cookie } });

    const answers = [
      await decide({ status: 'risk_accepted', reason: 'It is fine.' }),
      await decide({ status: 'false_positive', reason: 'It is none.' }),
      await decide({ status: 'fixed' }),
      await decide({ status: 'in_progress' }),
    ];

    expect(answers.map((answer) => answer.status)).toEqual([403, 403, 409, 200]);
  });
});
