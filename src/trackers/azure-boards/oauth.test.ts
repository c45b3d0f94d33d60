import { describe, expect, test } from 'vitest';
import type { OAuthRequest, Tokens } from '../../contracts/tracker.ts';
import { faultOf } from '../kit/stage.ts';
import { oauth } from './oauth.ts';
import { tenantId } from './sandbox-organization.ts';
import { logIn, openSignIn } from './test-stage.ts';

const asked = { state: 'state-1', codeChallenge: 'challenge' };
const renew = (request: OAuthRequest, { refreshToken }: Pick<Tokens, 'refreshToken'>) =>
  oauth.refresh({ ...request, refreshToken });

describe('a person signs in', () => {
  test('at the own directory, with a challenge, for work items, projects and the own profile, and to stay signed in', async () => {
    await using house = await openSignIn();

    const url = new URL(oauth.authorizationUrl({ ...house.request, ...asked }));

    expect(url.pathname).toBe(`/${tenantId}/oauth2/v2.0/authorize`);
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(url.searchParams.get('state')).toBe('state-1');
    expect(url.searchParams.get('redirect_uri')).toBe(house.request.redirectUri);
    expect(url.searchParams.get('scope')?.split(' ')).toEqual([
      '499b84ac-1321-427f-aa17-267ca6975798/vso.work_write',
      '499b84ac-1321-427f-aa17-267ca6975798/vso.project',
      '499b84ac-1321-427f-aa17-267ca6975798/vso.profile',
      'offline_access',
    ]);
    expect(oauth.flow(house.request.credentials)).toBe('interactive');
  });

  test('without a directory the app is one of several directories', async () => {
    await using house = await openSignIn({ credentials: { tenantId: undefined } });

    expect(new URL(oauth.authorizationUrl({ ...house.request, ...asked })).pathname).toContain('/organizations/');
    expect((await logIn(house.request)).accessToken).not.toBe('');
  });

  test('and gets tokens that say how long they last', async () => {
    const now = () => 1_790_000_000_000;
    await using house = await openSignIn({ now, accessSeconds: 3_600 });

    const tokens = await logIn(house.request);

    expect(tokens.expiresAt).toBe(now() + 3_600_000);
    expect((tokens.refreshExpiresAt ?? 0) - now()).toBe(90 * 86_400_000);
    expect(tokens.refreshToken).not.toBeNull();
  });

  test('with the verifier of another sign-in gets nothing', async () => {
    await using house = await openSignIn();
    const page = await fetch(oauth.authorizationUrl({ ...house.request, ...asked }), { redirect: 'manual' });
    const code = new URL(page.headers.get('location') ?? '').searchParams.get('code') ?? '';

    const fault = await faultOf(oauth.exchange({ ...house.request, code, codeVerifier: 'another' }));

    expect(fault).toMatchObject({ kind: 'unauthorized', detail: { trackerCode: 'AADSTS501481' } });
  });

  test('each refresh brings a new refresh token, and the old one is worth nothing', async () => {
    await using house = await openSignIn();
    const first = await logIn(house.request);

    const second = await renew(house.request, first);
    const fault = await faultOf(renew(house.request, first));

    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect((await renew(house.request, second)).accessToken).not.toBe(second.accessToken);
    expect(fault.kind).toBe('unauthorized');
    expect(fault.detail.hint).toContain('sign in again');
  });

  test('after a change of the password signs in again', async () => {
    await using house = await openSignIn();
    const tokens = await logIn(house.request);
    house.sandbox.entra.revokeAll();

    const fault = await faultOf(renew(house.request, tokens));

    expect(fault).toMatchObject({ kind: 'unauthorized', detail: { trackerCode: 'AADSTS50173' } });
    expect(fault.detail.hint).toContain('password');
  });

  test('a directory that is down keeps the tokens: it is unavailable, and no verdict', async () => {
    await using house = await openSignIn();
    const tokens = await logIn(house.request);
    const kinds: string[] = [];
    for (const status of [500, 503]) {
      house.sandbox.misbehave({ kind: 'answer', status, headers: { 'content-type': 'text/html' }, body: '<h1>Away</h1>' });
      kinds.push((await faultOf(renew(house.request, tokens))).kind);
    }
    const busy = { error: 'invalid_request', error_description: 'AADSTS90033: A transient error has occurred.' };
    house.sandbox.misbehave({ kind: 'answer', status: 400, headers: { 'content-type': 'application/json' }, body: JSON.stringify(busy) });
    kinds.push((await faultOf(renew(house.request, tokens))).kind);
    house.sandbox.misbehave({ kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Proxy</h1>' });
    kinds.push((await faultOf(renew(house.request, tokens))).kind);

    expect(kinds).toEqual(['unavailable', 'unavailable', 'unavailable', 'nonsense']);
    expect((await renew(house.request, tokens)).accessToken).not.toBe('');
  });

  test('no secret is in what is kept of the exchanges', async () => {
    await using house = await openSignIn();
    const tokens = await logIn(house.request);

    const kept = house.exchanges.join('\n');

    for (const secret of [tokens.accessToken, tokens.refreshToken, house.request.credentials['clientSecret']]) {
      expect(kept).not.toContain(String(secret));
    }
  });
});

describe('a service principal', () => {
  test('works from its secret alone, and as itself', async () => {
    await using house = await openSignIn({ signIn: 'service-principal' });

    const tokens = await renew(house.request, { refreshToken: null });

    expect(oauth.flow(house.request.credentials)).toBe('unattended');
    expect(tokens.refreshToken).toBeNull();
    expect(house.sandbox.entra.whoHas(tokens.accessToken)?.displayName).toContain('service principal');
  });

  test('learns its directory from the organization’s refusal, where nobody entered it', async () => {
    await using house = await openSignIn({ signIn: 'service-principal', credentials: { tenantId: undefined } });

    const tokens = await renew(house.request, { refreshToken: null });

    expect(house.sandbox.entra.whoHas(tokens.accessToken)?.displayName).toContain('service principal');
  });

  test('a wrong secret is told as what it mostly is', async () => {
    await using house = await openSignIn({ signIn: 'service-principal', credentials: { clientSecret: 'the-id-of-it' } });

    const fault = await faultOf(renew(house.request, { refreshToken: null }));

    expect(fault).toMatchObject({ kind: 'unauthorized', detail: { trackerCode: 'AADSTS7000215' } });
    expect(fault.detail.hint).toContain('Value of the secret');
  });
});

describe('what comes back on the redirect is explained', () => {
  test.each([
    ['access_denied', 'AADSTS90094: Admin consent is required.', 'An administrator has to consent'],
    ['access_denied', 'AADSTS65004: User declined to consent.', 'declined'],
    ['invalid_request', 'AADSTS50194: Application is not configured as a multi-tenant application.', 'Directory (tenant) ID'],
    ['invalid_client', 'AADSTS7000222: The provided client secret keys are expired.', 'expired'],
    ['access_denied', null, 'cancelled'],
    ['server_error', 'AADSTS53003: Blocked by Conditional Access.', 'conditional access'],
  ])('%s %s', (error, description, words) => {
    expect(oauth.explain(error, description)).toContain(words);
  });
});

test('a personal access token needs no sign-in', () => {
  expect(oauth.applies({ personalAccessToken: 'x' })).toBe(false);
});
