import { createHash, randomBytes } from 'node:crypto';
import { escapeHtml } from '../kit/rich-text.ts';

export const client = { id: 'patchboard-sandbox-client', secret: 'patchboard-sandbox-secret' } as const;

export interface SandboxLifetimes {
  readonly accessSeconds: number;
  readonly refreshSeconds: number;
}

interface Login {
  readonly refreshToken: string;
  readonly refreshUntil: number;
  accessToken: string;
  accessUntil: number;
  revoked: boolean;
}

/** The OAuth pages and the token endpoint of an instance. Refresh tokens neither rotate nor live longer by use. */
export class SandboxLogins {
  readonly #logins: Login[] = [];
  readonly #codes = new Map<string, { readonly redirectUri: string; readonly challenge: string | null }>();
  readonly #lifetimes: SandboxLifetimes;
  readonly #now: () => number;

  constructor(lifetimes: SandboxLifetimes, now: () => number) {
    this.#lifetimes = lifetimes;
    this.#now = now;
  }

  isValid(accessToken: string): boolean {
    return this.#logins.some(
      (login) => login.accessToken === accessToken && !login.revoked && login.accessUntil > this.#now(),
    );
  }

  /** A login that happened before: a valid access token, renewed when it ended. */
  grant(): string {
    const login = this.#logins.find((one) => !one.revoked && one.refreshUntil > this.#now()) ?? this.#begin();
    this.#renew(login);
    return login.accessToken;
  }

  /** An administrator ends every login (Manage Tokens). */
  revokeAll(): void {
    for (const login of this.#logins) {
      login.revoked = true;
    }
  }

  /** A browser gets the page with Allow and Deny; a script, which does not navigate, is allowed at once. */
  authorize(url: URL, browses: boolean): Response {
    const query = url.searchParams;
    if (query.get('client_id') !== client.id) {
      return page('Invalid client_id', 400);
    }
    if (!/^[0-9a-z]+$/iu.test(query.get('state') ?? '')) {
      return page('Missing State parameter in request', 400);
    }
    const back = URL.parse(query.get('redirect_uri') ?? '');
    if (back === null || query.get('response_type') !== 'code') {
      return page('Invalid redirect_uri or response_type', 400);
    }
    const decision = query.get('decision') ?? (browses ? null : 'allow');
    if (decision === null) {
      return page(consent(url));
    }
    back.searchParams.set('state', query.get('state') ?? '');
    if (decision === 'allow') {
      const code = randomBytes(24).toString('base64url');
      this.#codes.set(code, {
        redirectUri: query.get('redirect_uri') ?? '',
        challenge: query.get('code_challenge'),
      });
      back.searchParams.set('code', code);
    } else {
      back.searchParams.set('error', 'access_denied');
    }
    return new Response(null, { status: 302, headers: { location: back.href } });
  }

  token(url: URL, body: string): Response {
    const form = new URLSearchParams(body);
    if (
      url.search !== '' ||
      form.get('client_id') !== client.id ||
      form.get('client_secret') !== client.secret
    ) {
      return refused();
    }
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return this.#exchange(form);
      case 'refresh_token':
        return this.#refresh(form.get('refresh_token') ?? '');
      default:
        return json(400, { error: 'unsupported_grant_type' });
    }
  }

  revoke(url: URL, body: string): Response {
    const token = new URLSearchParams(body).get('token') ?? url.searchParams.get('token');
    for (const login of this.#logins.filter(
      (one) => one.accessToken === token || one.refreshToken === token,
    )) {
      login.revoked = true;
    }
    return new Response('', { status: 200 });
  }

  #exchange(form: URLSearchParams): Response {
    const code = this.#codes.get(form.get('code') ?? '');
    this.#codes.delete(form.get('code') ?? '');
    const verifier = form.get('code_verifier') ?? '';
    const proved =
      typeof code?.challenge !== 'string' ||
      createHash('sha256').update(verifier).digest('base64url') === code.challenge;
    if (code === undefined || code.redirectUri !== form.get('redirect_uri') || !proved) {
      return refused();
    }
    return this.#answer(this.#begin(), true);
  }

  #begin(): Login {
    const login: Login = {
      refreshToken: randomBytes(48).toString('base64url'),
      refreshUntil: this.#now() + this.#lifetimes.refreshSeconds * 1_000,
      accessToken: '',
      accessUntil: 0,
      revoked: false,
    };
    this.#logins.push(login);
    return login;
  }

  #refresh(token: string): Response {
    const login = this.#logins.find((one) => one.refreshToken === token && !one.revoked);
    return login === undefined || login.refreshUntil <= this.#now() ? refused() : this.#answer(login, false);
  }

  /** Within its lifetime the same access token comes again, with what is left of its time. */
  #renew(login: Login): void {
    if (login.accessUntil <= this.#now()) {
      login.accessToken = randomBytes(48).toString('base64url');
      login.accessUntil = this.#now() + this.#lifetimes.accessSeconds * 1_000;
    }
  }

  #answer(login: Login, withRefreshToken: boolean): Response {
    this.#renew(login);
    return json(200, {
      access_token: login.accessToken,
      ...(withRefreshToken ? { refresh_token: login.refreshToken } : {}),
      scope: 'useraccount',
      token_type: 'Bearer',
      expires_in: Math.floor((login.accessUntil - this.#now()) / 1_000),
    });
  }
}

/** One answer for a wrong secret, an expired token and a locked user; the cause is in the instance's log alone. */
function refused(): Response {
  return json(401, { error_description: 'access_denied', error: 'server_error' });
}

function json(status: number, body: object): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

function page(inner: string, status = 200): Response {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>ServiceNow sandbox</title>
<style>:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:32rem;margin:4rem auto;padding:0 1rem}a{display:inline-block;padding:.5rem 1.25rem;margin-right:.75rem;border:1px solid;border-radius:6px;text-decoration:none}</style>
<h1>ServiceNow sandbox</h1><p>${inner}</p></html>`;
  return new Response(html, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
}

function consent(url: URL): string {
  const link = (decision: string, words: string) => {
    const to = new URL(url);
    to.searchParams.set('decision', decision);
    return `<a href="${escapeHtml(to.pathname + to.search)}">${words}</a>`;
  };
  return `Patchboard would like to connect to your account on this instance.</p><p>${link('allow', 'Allow')}${link('deny', 'Deny')}`;
}
