import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'kysely';
import type { Doors } from '../../test/doors.ts';
import { enrol, openDoors, sessionOf } from '../../test/doors.ts';
import type { OpenIdProvider, Spoiling } from '../../test/openid-provider.ts';
import { startOpenIdProvider } from '../../test/openid-provider.ts';
import type { Me } from '../contracts/api/people.ts';
import type { SingleSignOn } from '../contracts/api/single-sign-on.ts';

let doors: Doors;
let provider: OpenIdProvider;
const path = '/api/v1/single-sign-on';

beforeAll(async () => {
  [doors, provider] = await Promise.all([openDoors(), startOpenIdProvider()]);
});
afterAll(() => Promise.all([doors.close(), provider.close()]));
beforeEach(async () => {
  provider.spoiling = {};
  provider.denies = false;
  await set({});
});

const set = (change: object) => {
  const { issuer, clientId, clientSecret } = provider;
  const body = { label: 'Acme', issuer, clientId, clientSecret, defaultRole: 'developer', enabled: true, ...change };
  return doors.ask<SingleSignOn>({ method: 'PUT', path, body });
};

/** The browser's cookies, as one header. */
type Cookies = Readonly<Record<string, string>>;
const headerOf = (cookies: Cookies) => Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; ');
const cookiesOf = (headers: Readonly<Record<string, unknown>>): Cookies =>
  Object.fromEntries([headers['set-cookie'] ?? []].flat().map((line) => String(line).split(';')[0]?.split('=') as [string, string]));

let callers = 0;
/** Each from another address: what is limited by address is not what is looked at here. */
const address = () => `192.0.2.${(callers += 1)}`;

/** Where the provider sends the browser back to, and what the browser holds by then. */
async function toTheProvider(begun: { readonly path?: string; readonly cookie?: string } = {}) {
  const answer = await doors.ask<{ authorizationUrl: string }>({ method: 'POST', path: begun.path ?? '/api/v1/session/oidc', as: begun.cookie === undefined ? null : { cookie: begun.cookie }, address: address() });
  expect(answer.status).toBe(200);
  const response = await fetch(answer.body.authorizationUrl, { redirect: 'manual' });
  const back = new URL(response.headers.get('location') ?? '');
  return { back: `${back.pathname}${back.search}`, cookie: [begun.cookie ?? '', headerOf(cookiesOf(answer.headers))].filter((one) => one !== '').join('; ') };
}

async function comeBack({ back, cookie }: { readonly back: string; readonly cookie: string }) {
  const answer = await doors.ask({ path: back, as: null, headers: { cookie }, address: address() });
  const held = cookiesOf(answer.headers)['patchboard_session'];
  const me = held === undefined || held === '' ? null : (await doors.ask<Me>({ path: '/api/v1/me', as: { cookie: `patchboard_session=${held}` } })).body;
  return { to: String(answer.headers['location']), me, session: `patchboard_session=${held}` };
}

const signIn = async (person: object) => {
  provider.person = person as Readonly<Record<string, unknown>>;
  return comeBack(await toTheProvider());
};

describe('somebody new', () => {
  test('is let in with the default role, and is the same person the next time, whatever their e-mail is by then', async () => {
    const first = await signIn({ sub: 'ada', email: 'ada@acme.example', name: 'Ada Lovelace' });
    const second = await signIn({ sub: 'ada', email: 'ada.king@acme.example', name: 'Ada King' });

    expect(first).toMatchObject({ to: '/overview', me: { name: 'Ada Lovelace', email: 'ada@acme.example', role: 'developer', singleSignOn: true } });
    expect(second.me).toEqual(first.me);
  });

  test('is refused without a role, without an e-mail, and with the e-mail of somebody who is here', async () => {
    await enrol(doors.store, { email: 'grace@acme.example', role: 'administrator', password: 'a sentence nobody guesses' });
    const taken = await signIn({ sub: 'not-grace', email: 'Grace@acme.example', email_verified: true });
    const without = await signIn({ sub: 'no-mail' });
    await set({ defaultRole: null });
    const roleless = await signIn({ sub: 'nobody', email: 'nobody@acme.example' });

    expect([taken, without, roleless].map(({ to }) => to)).toEqual(['/sign-in?failed=email_taken', '/sign-in?failed=no_email', '/sign-in?failed=no_role']);
    expect([taken, without, roleless].map(({ me }) => me)).toEqual([null, null, null]);
  });

  test('must have a verified e-mail of an allowed domain, where domains are named', async () => {
    await set({ allowedDomains: ['acme.example'] });
    const person = { sub: 'domains', email: 'one@acme.example' };

    expect((await signIn(person)).to).toBe('/sign-in?failed=email_unverified');
    expect((await signIn({ ...person, email: 'one@acme.example.evil.example', email_verified: true })).to).toBe('/sign-in?failed=domain');
    expect((await signIn({ ...person, email_verified: true })).to).toBe('/overview');
  });
});

test('groups give the highest of their roles, at each sign-in', async () => {
  await set({ defaultRole: null, roleByGroup: [{ group: 'readers', role: 'viewer' }, { group: 'security', role: 'analyst' }] });
  const person = { sub: 'grouped', email: 'grouped@acme.example' };

  expect((await signIn({ ...person, groups: ['security', 'readers', 'chess'] })).me?.role).toBe('analyst');
  expect((await signIn({ ...person, groups: ['readers'] })).me?.role).toBe('viewer');
  expect((await signIn({ ...person, groups: ['chess'] })).to).toBe('/sign-in?failed=no_role');
});

test('whoever is disabled stays outside', async () => {
  const { me } = await signIn({ sub: 'leaver', email: 'leaver@acme.example' });
  await sql`update users set disabled_at = now() where email = ${me?.email ?? ''}`.execute(doors.store.db);

  expect((await signIn({ sub: 'leaver', email: 'leaver@acme.example' })).to).toBe('/sign-in?failed=disabled');
});

describe('an ID token is refused', () => {
  const spoilings: readonly (readonly [string, () => Spoiling])[] = [
    ['with another nonce', () => ({ claims: { nonce: 'another' } })],
    ['without a nonce', () => ({ claims: { nonce: undefined } })],
    ['for another client', () => ({ claims: { aud: 'somebody-else' } })],
    ['for several clients, of which another is meant', () => ({ claims: { aud: ['patchboard', 'somebody-else'], azp: 'somebody-else' } })],
    ['of another issuer', () => ({ claims: { iss: 'https://evil.example' } })],
    ['that has expired', () => ({ claims: { exp: 1_000 } })],
    ['without a signature', () => ({ unsigned: true })],
    ['signed by a stranger', () => ({ foreignKey: true })],
  ];
  test.each(spoilings)('%s', async (_name, spoiling) => {
    provider.spoiling = spoiling();

    expect(await signIn({ sub: 'spoiled', email: 'spoiled@acme.example' })).toMatchObject({ to: '/sign-in?failed=provider', me: null });
  });
});

describe('a way back is refused', () => {
  test('with another state, in another browser, twice, or with a code that was used', async () => {
    provider.person = { sub: 'eve', email: 'eve@acme.example' };
    const mine = await toTheProvider();
    const theirs = await toTheProvider();

    expect((await comeBack({ ...mine, back: mine.back.replace(/state=[^&]+/u, 'state=another') })).to).toBe('/sign-in?failed=unknown');
    expect((await comeBack({ back: mine.back, cookie: theirs.cookie })).to).toBe('/sign-in?failed=unknown');
    expect((await comeBack({ back: mine.back, cookie: '' })).to).toBe('/sign-in?failed=unknown');
    expect((await comeBack(mine)).to).toBe('/overview');
    expect((await comeBack(mine)).to).toBe('/sign-in?failed=unknown');
    const code = /code=[^&]+/u.exec(mine.back)?.[0] ?? '';
    expect((await comeBack({ ...theirs, back: theirs.back.replace(/code=[^&]+/u, code) })).to).toBe('/sign-in?failed=provider');
  });

  test('from another issuer, after ten minutes, and when the provider is changed meanwhile', async () => {
    provider.person = { sub: 'mixed', email: 'mixed@acme.example' };
    const mixed = await toTheProvider();
    expect((await comeBack({ ...mixed, back: mixed.back.replace(/iss=[^&]+/u, `iss=${encodeURIComponent('https://evil.example')}`) })).to).toBe('/sign-in?failed=provider');
    const late = await toTheProvider();
    await sql`update identity_logins set expires_at = now() - interval '1 second'`.execute(doors.store.db);
    expect((await comeBack(late)).to).toBe('/sign-in?failed=unknown');
    const off = await toTheProvider();
    await set({ enabled: false });
    expect((await comeBack(off)).to).toBe('/sign-in?failed=off');
  });

  test('with the provider’s own no', async () => {
    provider.denies = true;

    expect((await signIn({ sub: 'shy' })).to).toBe('/sign-in?failed=denied');
  });
});

describe('a person who is here already', () => {
  test('links an account while signed in, and signs in by it from then on', async () => {
    const id = await enrol(doors.store, { email: 'linus@acme.example', role: 'analyst', password: 'a sentence nobody guesses' });
    const cookie = await sessionOf(doors.store, id);
    provider.person = { sub: 'linus-at-acme', email: 'other@acme.example' };

    expect((await comeBack(await toTheProvider({ path: '/api/v1/me/oidc', cookie }))).to).toBe('/settings?tab=account&signOn=linked');
    expect((await signIn(provider.person)).me).toMatchObject({ email: 'linus@acme.example', role: 'analyst' });
  });

  test('cannot be given an account by somebody else’s browser, nor take somebody else’s', async () => {
    const [one, two] = [await doors.person('analyst'), await doors.person('administrator')];
    provider.person = { sub: 'lure', email: 'lure@acme.example' };
    const lure = await toTheProvider({ path: '/api/v1/me/oidc', cookie: one });
    const swapped = { ...lure, cookie: lure.cookie.replace(one, two) };
    expect((await comeBack(swapped)).to).toBe('/settings?tab=account&signOn=unknown');

    await signIn({ sub: 'owned', email: 'owned@acme.example' });
    expect((await comeBack(await toTheProvider({ path: '/api/v1/me/oidc', cookie: two }))).to).toBe('/settings?tab=account&signOn=linked_elsewhere');
  });

  test('is unlinked by an administrator, and every session ends', async () => {
    const { session, me } = await signIn({ sub: 'unlinked', email: 'unlinked@acme.example' });
    const users = await doors.ask<{ items: { id: string; email: string; singleSignOn: boolean; hasPassword: boolean }[] }>({ path: '/api/v1/users' });
    const user = users.body.items.find(({ email }) => email === me?.email);
    expect(user).toMatchObject({ singleSignOn: true, hasPassword: false });

    await doors.ask({ method: 'PATCH', path: `/api/v1/users/${user?.id}`, body: { singleSignOn: false } });

    expect((await doors.ask({ path: '/api/v1/me', as: { cookie: session } })).status).toBe(401);
    expect((await signIn({ sub: 'unlinked', email: 'unlinked@acme.example' })).to).toBe('/sign-in?failed=email_taken');
  });
});

test('signing out tells where the provider ends its own session', async () => {
  const { session } = await signIn({ sub: 'goer', email: 'goer@acme.example' });
  const answer = await doors.ask<{ endSessionUrl: string }>({ method: 'DELETE', path: '/api/v1/session', as: { cookie: session } });

  expect(answer.body.endSessionUrl).toMatch(new RegExp(`^${provider.issuer}/logout\\?.*post_logout_redirect_uri=http`, 'u'));
  expect((await doors.ask({ path: '/api/v1/me', as: { cookie: session } })).status).toBe(401);
});

describe('passwords', () => {
  test('stay a way in for administrators, where they are switched off for everybody else', async () => {
    const password = 'a sentence nobody guesses';
    await enrol(doors.store, { email: 'way-in@acme.example', role: 'administrator', password });
    await enrol(doors.store, { email: 'no-way@acme.example', role: 'analyst', password });
    await set({ passwords: 'administrators' });
    const enter = async (email: string) => (await doors.ask({ path: '/api/v1/session', body: { email, password }, as: null })).status;

    expect([await enter('way-in@acme.example'), await enter('no-way@acme.example')]).toEqual([201, 403]);
    await set({ passwords: 'administrators', enabled: false });
    expect(await enter('no-way@acme.example')).toBe(201);
  });
});

describe('the provider', () => {
  test('is asked before it is switched on, keeps its secret to itself, and does not take it to another issuer', async () => {
    const wrong = await set({ issuer: `${provider.issuer}/elsewhere` });
    const secret = { clientSecret: undefined };
    const moved = await set({ ...secret, issuer: 'https://login.example.com', enabled: false });
    const kept = await set(secret);

    expect([wrong.status, moved.status, kept.status]).toEqual([400, 400, 200]);
    expect(kept.body.provider?.hasClientSecret).toBe(true);
    expect(kept.text).not.toContain(provider.clientSecret);
    const rows = await sql<{ row: string }>`select p::text as row from identity_provider p union all select a::text from audit_log a`.execute(doors.store.db);
    expect(rows.rows.map(({ row }) => row).join('\n')).not.toContain(provider.clientSecret);
    expect((await signIn({ sub: 'kept', email: 'kept@acme.example' })).to).toBe('/overview');
  });

  test('is not begun from another site, and leaves its words to the audit log alone', async () => {
    const foreign = await doors.ask({ method: 'POST', path: '/api/v1/session/oidc', as: null, headers: { 'sec-fetch-site': 'cross-site' } });
    expect(foreign.status).toBe(403);
    provider.denies = true;
    await signIn({ sub: 'quiet' });
    const { body } = await doors.ask<{ items: { act: string; detail: object }[] }>({ path: '/api/v1/audit?limit=1' });

    expect(body.items[0]).toMatchObject({ act: 'single sign-on failed', detail: { because: 'denied', words: 'access_denied' } });
  });

  test('is forgotten on request; then nobody can begin', async () => {
    expect((await doors.ask({ method: 'DELETE', path })).status).toBe(204);

    expect((await doors.ask({ method: 'POST', path: '/api/v1/session/oidc', as: null })).status).toBe(409);
    expect((await doors.ask({ path: '/api/v1/session/oidc', as: null })).body).toEqual({ singleSignOn: null, passwords: 'everybody' });
  });
});
