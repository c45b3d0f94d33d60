import { describe, expect, test } from 'vitest';
import { oauth } from './oauth.ts';
import { draftFor, faultOf, logIn, signIn } from './signed-in.ts';

const asked = { state: 'a1B2', codeChallenge: 'challenge' };

describe('logging in', () => {
  test('asks for a code with the state as it is, and without a challenge unless PKCE is wanted', async () => {
    await using house = await signIn();

    const url = new URL(oauth.authorizationUrl({ ...house.request, ...asked }));

    expect(url.pathname).toBe('/oauth_auth.do');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'patchboard-sandbox-client',
      redirect_uri: 'https://patchboard.example/spa/callback/servicenow',
      state: 'a1B2',
    });
  });

  test('PKCE goes along with the secret if the settings say so', async () => {
    await using house = await signIn({ settings: { pkce: true } });

    const url = new URL(oauth.authorizationUrl({ ...house.request, ...asked }));

    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(house.tokens.accessToken).not.toBe('');
  });

  test('a browser sees a page with Allow and Deny, and Deny comes back in words', async () => {
    await using house = await signIn();
    const url = oauth.authorizationUrl({ ...house.request, ...asked });

    const page = await (
      await house.sandbox.handle(new Request(url, { headers: { 'sec-fetch-mode': 'navigate' } }))
    ).text();
    const denied = await fetch(`${url}&decision=deny`, { redirect: 'manual' });

    expect(page).toContain('Allow');
    expect(denied.headers.get('location')).toContain('error=access_denied');
    expect(oauth.explain('access_denied', null)).toContain('choose Allow');
  });

  test('the end of the refresh token is 100 days from the login, or what the settings say', async () => {
    const now = () => 1_790_000_000_000;
    await using stock = await signIn({ now });
    await using own = await signIn({ now, settings: { tokenLifetimes: { refreshSeconds: 86_400 } } });

    expect((stock.tokens.refreshExpiresAt ?? 0) - now()).toBe(100 * 86_400_000);
    expect((own.tokens.refreshExpiresAt ?? 0) - now()).toBe(86_400_000);
  });

  test('no secret is in an address or in what is kept of the exchange', async () => {
    await using house = await signIn();

    const kept = JSON.stringify(house.exchanges);

    expect(kept).not.toContain(house.tokens.accessToken);
    expect(kept).not.toContain(house.tokens.refreshToken);
    expect(kept).not.toContain('patchboard-sandbox-secret');
    expect(house.sandbox.requests.every(({ path }) => !path.includes('patchboard-sandbox-secret'))).toBe(
      true,
    );
  });
});

describe('refreshing', () => {
  test('keeps the refresh token, and its end does not move', async () => {
    let at = 1_790_000_000_000;
    await using house = await signIn({ now: () => at });
    at += 1_000_000;

    const fresh = await oauth.refresh({ ...house.request, refreshToken: house.tokens.refreshToken });

    expect(fresh).toMatchObject({ refreshToken: null, refreshExpiresAt: null });
  });

  test('takes the expiry from the answer: a token that is asked for early is the same with less time', async () => {
    let at = 1_790_000_000_000;
    await using house = await signIn({ now: () => at });
    at += 1_000_000;

    const fresh = await oauth.refresh({ ...house.request, refreshToken: house.tokens.refreshToken });

    expect(fresh.accessToken).toBe(house.tokens.accessToken);
    expect(fresh.expiresAt - at).toBe(800_000);
  });

  test('after 100 days a new login is asked for', async () => {
    let at = 1_790_000_000_000;
    await using house = await signIn({ now: () => at });
    at += 8_640_001_000;

    const fault = await faultOf(oauth.refresh({ ...house.request, refreshToken: house.tokens.refreshToken }));

    expect(fault.kind).toBe('unauthorized');
    expect(fault.detail.hint).toContain('Log in with ServiceNow again');
  });

  test('a call with an expired access token goes through with a fresh one, once', async () => {
    let at = 1_790_000_000_000;
    await using house = await signIn({ now: () => at });
    house.tokens = { ...house.tokens, expiresAt: at + 10 ** 9 };
    at += 1_801_000;

    const found = await house.session.find('pb-1', { table: 'incident' });

    expect(found).toEqual([]);
    expect(house.sandbox.requests.slice(-3).map(({ status }) => status)).toEqual([401, 200, 200]);
  });

  test('one 401 on a token that still lives is asked once more with the same token; a second one is unauthorized', async () => {
    await using house = await signIn();
    house.sandbox.misbehave({ kind: 'refuse-credentials', when: ({ path }) => path.startsWith('/api/') });

    expect(await house.session.find('pb-1', { table: 'incident' })).toEqual([]);
    house.sandbox.misbehave({ kind: 'refuse-credentials', times: 2, when: ({ path }) => path.startsWith('/api/') });
    const fault = await faultOf(house.session.find('pb-1', { table: 'incident' }));

    expect(fault.kind).toBe('unauthorized');
  });

  test('a record whose moment to be sent passes while the token is renewed is not sent: the next try is a new one', async () => {
    let at = 1_790_000_000_000;
    await using house = await signIn({ now: () => at });
    house.tokens = { ...house.tokens, expiresAt: at + 10 ** 9 };
    at += 1_801_000;
    house.sandbox.misbehave({ kind: 'latency', ms: 400, when: ({ path }) => path === '/oauth_token.do' });

    const fault = await faultOf(house.session.create(draftFor(house), { sendBefore: house.http.now() + 200 }));

    expect(fault.kind).toBe('unavailable');
    expect(house.sandbox.cards()).toEqual([]);
  });

  test('a login that was revoked is unauthorized, and nothing more is tried', async () => {
    await using house = await signIn();
    house.sandbox.logins.revokeAll();

    const fault = await faultOf(house.session.find('pb-1', { table: 'incident' }));

    expect(fault.kind).toBe('unauthorized');
  });
});

const html = { 'content-type': 'text/html' };
const json = { 'content-type': 'application/json' };
test.each([
  [401, json, '{"error_description":"access_denied","error":"server_error"}', 'unauthorized'],
  [401, json, '{"error":"invalid_grant","error_description":"User not found"}', 'unauthorized'],
  [
    401,
    json,
    '{"error":"invalid_client","error_description":"Invalid client_id or client_secret."}',
    'unauthorized',
  ],
  [400, json, '{"error":"unsupported_grant_type"}', 'unauthorized'],
  [200, html, '<title>Instance Hibernating page</title>', 'unavailable'],
  [302, { location: 'https://developer.servicenow.com/dev.do#!/home?wu=true' }, '', 'unavailable'],
  [200, html, '<title>Sign in</title>', 'nonsense'],
  [200, json, '{"error":"temporarily"}', 'nonsense'],
  [202, json, '', 'unavailable'],
  [429, { ...json, 'retry-after': '7' }, '{}', 'throttled'],
  [500, json, '{"error":"server_error"}', 'unavailable'],
  [503, html, '<h1>maintenance</h1>', 'unavailable'],
  [403, html, '<h1>proxy</h1>', 'nonsense'],
] as const)('a token endpoint that answers %i %j %s is %s', async (status, headers, body, kind) => {
  await using house = await signIn();
  house.sandbox.misbehave({
    kind: 'answer',
    status,
    headers,
    body,
    when: ({ path }) => path === '/oauth_token.do',
  });

  const fault = await faultOf(oauth.refresh({ ...house.request, refreshToken: house.tokens.refreshToken }));

  expect(fault.kind).toBe(kind);
});

test('revoking ends the login', async () => {
  await using house = await signIn();

  await oauth.revoke?.({ ...house.request, tokens: house.tokens });

  expect(
    (await faultOf(oauth.refresh({ ...house.request, refreshToken: house.tokens.refreshToken }))).kind,
  ).toBe('unauthorized');
});

test('logging in again gives new tokens and a new end', async () => {
  let at = 1_790_000_000_000;
  await using house = await signIn({ now: () => at });
  at += 90 * 86_400_000;

  const again = await logIn(house.request);

  expect((again.refreshExpiresAt ?? 0) - at).toBe(100 * 86_400_000);
});
