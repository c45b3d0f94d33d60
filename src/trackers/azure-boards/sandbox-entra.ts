import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { choice, failed, json, page, refuseAt } from './sandbox-entra-answer.ts';
import type { Person } from './sandbox-organization.ts';
import { people, tenantId } from './sandbox-organization.ts';

/** Microsoft Entra ID as far as an app needs it: a person's choice, codes with PKCE, rotating refresh tokens, app-only tokens. */

export const client = {
  id: '0b6f2f2e-7a3d-4c55-9f3e-2f2a6d3b9e10',
  secret: 'Sandbox~Client.Secret-0123456789abcdef',
} as const;
const resource = '499b84ac-1321-427f-aa17-267ca6975798';
const refreshDays = 90;
const codeMs = 600_000;

export interface EntraLifetimes {
  readonly accessSeconds: number;
}

interface Code {
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly scope: string;
  readonly until: number;
  used: boolean;
}

interface Refresh {
  readonly scope: string;
  readonly until: number;
  state: 'valid' | 'rotated' | 'revoked';
}

export class SandboxEntra {
  readonly #codes = new Map<string, Code>();
  readonly #refresh = new Map<string, Refresh>();
  readonly #access = new Map<string, { readonly who: Person; until: number }>();
  readonly #lifetimes: EntraLifetimes;
  readonly #now: () => number;
  /** Null: every address is registered with the app. */
  redirectUris: ReadonlySet<string> | null = null;
  /** Whether people may agree for themselves. */
  consent: 'person' | 'administrator' = 'person';

  constructor(lifetimes: EntraLifetimes, now: () => number) {
    this.#lifetimes = lifetimes;
    this.#now = now;
  }

  whoHas(accessToken: string): Person | null {
    const found = this.#access.get(accessToken);
    return found === undefined || found.until <= this.#now() ? null : found.who;
  }

  /** A sign-in that happened before. */
  grant(who: Person = people.integration): string {
    return this.#accessToken(who);
  }

  /** The password was changed, or an administrator ended the sessions. */
  revokeAll(): void {
    this.#access.clear();
    for (const one of this.#refresh.values()) {
      one.state = 'revoked';
    }
  }

  /** Null: not one of its addresses. */
  answer(method: string, url: URL, headers: Headers, body: string): Response | null {
    const [, tenant = '', what = ''] =
      /^\/([^/]+)\/(oauth2\/v2\.0\/authorize|oauth2\/v2\.0\/token|adminconsent)$/u.exec(url.pathname) ?? [];
    if (what === '') {
      return null;
    }
    if (![tenantId, 'organizations', 'common'].includes(tenant)) {
      return failed(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`, this.#now());
    }
    if (what.endsWith('authorize')) {
      return this.#authorize(url, headers.get('sec-fetch-mode') === 'navigate');
    }
    if (what === 'adminconsent') {
      this.consent = 'person';
      return page('The administrator agreed.');
    }
    return method === 'POST'
      ? this.#token(tenant, new URLSearchParams(body))
      : page('Only POST is answered here.', 405);
  }

  /** A browser gets a page with Accept and Cancel; a script, which does not navigate, is accepted at once. */
  #authorize(url: URL, browses: boolean): Response {
    const query = url.searchParams;
    const back = URL.parse(query.get('redirect_uri') ?? '');
    if (query.get('client_id') !== client.id) {
      return page(
        `AADSTS700016: Application with identifier '${query.get('client_id')}' was not found in the directory.`,
        400,
      );
    }
    const registered = this.redirectUris?.has(query.get('redirect_uri') ?? '') ?? true;
    const secure = back?.protocol === 'https:' || ['localhost', '127.0.0.1'].includes(back?.hostname ?? '');
    if (back === null || !registered || !secure) {
      return page(
        'AADSTS50011: The redirect URI specified in the request does not match the redirect URIs configured for the application.',
        400,
      );
    }
    if (query.get('response_type') !== 'code') {
      return page('AADSTS900144: The request body must contain the following parameter: response_type.', 400);
    }
    const decision = query.get('decision') ?? (browses ? null : 'accept');
    if (decision === null) {
      return page(choice(url));
    }
    back.searchParams.set('state', query.get('state') ?? '');
    if (this.consent === 'administrator') {
      refuseAt(
        back,
        'access_denied',
        90094,
        'Admin consent is required for the permissions requested by this application.',
      );
    } else if (decision === 'accept') {
      const code = `1.${randomBytes(48).toString('base64url')}`;
      const scope = query.get('scope') ?? '';
      this.#codes.set(code, {
        ...{ redirectUri: query.get('redirect_uri') ?? '', challenge: query.get('code_challenge') },
        ...{ scope, until: this.#now() + codeMs, used: false },
      });
      back.searchParams.set('code', code);
      back.searchParams.set('session_state', randomUUID());
    } else {
      refuseAt(back, 'access_denied', 65004, 'User declined to consent to access the app.');
    }
    return new Response(null, { status: 302, headers: { location: back.href } });
  }

  #token(tenant: string, form: URLSearchParams): Response {
    const now = this.#now();
    if (form.get('client_id') !== client.id) {
      return failed(
        400,
        'unauthorized_client',
        700016,
        `Application with identifier '${form.get('client_id')}' was not found in the directory.`,
        now,
      );
    }
    if (form.get('client_secret') !== client.secret) {
      return failed(
        401,
        'invalid_client',
        7000215,
        'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.',
        now,
      );
    }
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return this.#exchange(form);
      case 'refresh_token':
        return this.#renew(form);
      case 'client_credentials':
        return this.#appOnly(tenant, form);
      default:
        return failed(
          400,
          'unsupported_grant_type',
          70003,
          `The app requested an unsupported grant type '${form.get('grant_type')}'.`,
          now,
        );
    }
  }

  #exchange(form: URLSearchParams): Response {
    const now = this.#now();
    const code = this.#codes.get(form.get('code') ?? '');
    const refuse = (number: number, words: string) => failed(400, 'invalid_grant', number, words, now);
    if (code === undefined) {
      return refuse(9002313, 'Invalid request. Request is malformed or invalid.');
    }
    if (code.used) {
      return refuse(
        54005,
        'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
      );
    }
    if (code.until <= now) {
      return refuse(70008, 'The provided authorization code or refresh token has expired due to inactivity.');
    }
    if (code.redirectUri !== form.get('redirect_uri')) {
      return refuse(
        500112,
        'The reply address does not match the reply address provided when requesting Authorization code.',
      );
    }
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (code.challenge !== null && proof !== code.challenge) {
      return refuse(
        501481,
        'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
      );
    }
    code.used = true;
    return this.#granted(form.get('scope') ?? code.scope);
  }

  #renew(form: URLSearchParams): Response {
    const now = this.#now();
    const token = this.#refresh.get(form.get('refresh_token') ?? '');
    const refuse = (number: number, words: string) => failed(400, 'invalid_grant', number, words, now);
    if (token === undefined || token.state === 'rotated') {
      return refuse(70000, "The provided value for the input parameter 'refresh_token' is not valid.");
    }
    if (token.state === 'revoked') {
      return refuse(
        50173,
        'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
      );
    }
    if (token.until <= now) {
      return refuse(700082, 'The refresh token has expired due to inactivity.');
    }
    token.state = 'rotated';
    return this.#granted(form.get('scope') ?? token.scope);
  }

  /** App-only tokens know no single permissions, and no refresh token. */
  #appOnly(tenant: string, form: URLSearchParams): Response {
    const now = this.#now();
    const scope = form.get('scope') ?? '';
    if (tenant !== tenantId) {
      return failed(
        400,
        'invalid_request',
        50059,
        'No tenant-identifying information found in either the request or implied by any provided credentials.',
        now,
      );
    }
    if (scope !== `${resource}/.default`) {
      return failed(
        400,
        'invalid_scope',
        1002012,
        `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
        now,
      );
    }
    return json(200, {
      token_type: 'Bearer',
      ...this.#lifetime(),
      access_token: this.#accessToken(people.service),
    });
  }

  #granted(scope: string): Response {
    const wanted = scope.split(' ').filter((one) => one !== '');
    if (!wanted.some((one) => one.startsWith(resource))) {
      return failed(
        400,
        'invalid_scope',
        70011,
        `The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`,
        this.#now(),
      );
    }
    const refreshToken = `1.${randomBytes(64).toString('base64url')}`;
    const lasts = wanted.includes('offline_access');
    if (lasts) {
      this.#refresh.set(refreshToken, {
        scope,
        until: this.#now() + refreshDays * 86_400_000,
        state: 'valid',
      });
    }
    return json(200, {
      token_type: 'Bearer',
      scope: wanted.filter((one) => one.startsWith(resource)).join(' '),
      ...this.#lifetime(),
      access_token: this.#accessToken(people.integration),
      ...(lasts ? { refresh_token: refreshToken } : {}),
    });
  }

  #lifetime() {
    return { expires_in: this.#lifetimes.accessSeconds, ext_expires_in: this.#lifetimes.accessSeconds };
  }

  #accessToken(who: Person): string {
    const token = `eyJ0eXAi.${randomBytes(60).toString('base64url')}.${randomBytes(20).toString('base64url')}`;
    this.#access.set(token, { who, until: this.#now() + this.#lifetimes.accessSeconds * 1_000 });
    return token;
  }
}
