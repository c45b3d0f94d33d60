import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { OAuthRequest, SessionContext, Tokens, Tracker } from '../../../src/contracts/tracker.ts';
import { TrackerFault } from '../../../src/contracts/tracker.ts';
import memory from '../../../src/trackers/memory/index.ts';

/**
 * A tracker whose refresh tokens rotate and which takes the second use of one for a theft: the whole login ends. That is the
 * strictest that RFC 9700 (4.14.2) allows, and what two workers that refresh at once run into.
 */
export interface StrictServer {
  readonly url: string;
  /** Calls of the token endpoint for a refresh, whatever came of them. */
  refreshes: number;
  /** Whether every login still lives. */
  alive(): boolean;
  /** Access tokens are refused from now on, as if their time were over. */
  expireAccess(): void;
  /** The tracker loses its last rotation, as after a failover of its own: the refresh token before is the good one again. */
  forgetRotation(): void;
  /** An administrator of the tracker ends every login. */
  revokeAll(): void;
  /** How the next calls of the token endpoint end. */
  mischief: 'none' | 'lose answer' | 'down' | 'busy' | 'sign-in page';
  latencyMs: number;
  close(): Promise<void>;
}

interface Family {
  refresh: string;
  used: Set<string>;
  access: string;
  dead: boolean;
}

const lifeSeconds = 3_600;

export async function serveStrict(): Promise<StrictServer> {
  const families: Family[] = [];
  const strict = {
    refreshes: 0,
    mischief: 'none' as StrictServer['mischief'],
    latencyMs: 20,
    alive: () => families.length > 0 && families.every((one) => !one.dead),
    forgetRotation: () => {
      for (const one of families) {
        const before = [...one.used].at(-1) ?? '';
        one.used.delete(before);
        Object.assign(one, { refresh: before, access: '' });
      }
    },
    revokeAll: () => families.forEach((one) => (one.dead = true)),
    expireAccess: () => families.forEach((one) => (one.access = '')),
  };
  const answerToken = async (form: URLSearchParams, response: ServerResponse) => {
    if (form.get('grant_type') === 'authorization_code') {
      const family = { refresh: fresh('r'), used: new Set<string>(), access: fresh('a'), dead: false };
      families.push(family);
      return json(response, 200, tokensOf(family));
    }
    strict.refreshes += 1;
    await new Promise((resolve) => setTimeout(resolve, strict.latencyMs));
    switch (strict.mischief) {
      case 'down':
        return json(response, 503, { error: 'temporarily_unavailable' });
      case 'busy':
        return json(response, 429, { error: 'slow_down' });
      case 'sign-in page':
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Sign in</title>');
      case 'none':
      case 'lose answer':
    }
    const given = form.get('refresh_token') ?? '';
    const family = families.find((one) => one.refresh === given || one.used.has(given));
    if (family === undefined || family.dead || family.used.has(given)) {
      for (const robbed of family === undefined ? [] : [family]) {
        robbed.dead = true;
      }
      return json(response, 400, { error: 'invalid_grant' });
    }
    if (strict.mischief === 'lose answer') {
      strict.mischief = 'none';
      return void response.socket?.destroy();
    }
    family.used.add(family.refresh);
    Object.assign(family, { refresh: fresh('r'), access: fresh('a') });
    return json(response, 200, tokensOf(family));
  };
  const server = createServer((request, response) => {
    const act = async () => {
      const body = await textOf(request);
      if (request.url === '/token') {
        return answerToken(new URLSearchParams(body), response);
      }
      const bearer = (request.headers.authorization ?? '').replace('Bearer ', '');
      const known = families.some((one) => !one.dead && one.access !== '' && one.access === bearer);
      return json(response, known ? 200 : 401, { ok: known });
    };
    void act();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return Object.assign(strict, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function tokensOf({ access, refresh }: Family) {
  return { access_token: access, refresh_token: refresh, expires_in: lifeSeconds };
}

function fresh(kind: string): string {
  return `${kind}-${randomBytes(24).toString('hex')}`;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

async function askForTokens(request: OAuthRequest, form: Record<string, string>): Promise<Tokens> {
  const response = await request.http.send({
    method: 'POST',
    url: `${String(request.settings['url'])}/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
    purpose: 'read',
    secretFields: ['access_token', 'refresh_token', 'code'],
  });
  if (response.status === 400) {
    throw new TrackerFault('unauthorized', `The token endpoint refused (${response.text}).`);
  }
  if (response.status === 429) {
    throw new TrackerFault('throttled', 'The token endpoint asks for a pause.', { retryAfterMs: 1_000 });
  }
  if (response.status !== 200) {
    throw new TrackerFault('unavailable', `The token endpoint answered ${response.status}.`);
  }
  if (!response.text.startsWith('{')) {
    throw new TrackerFault('nonsense', 'The token endpoint answered with a page.');
  }
  const body = JSON.parse(response.text) as { access_token: string; refresh_token: string; expires_in: number };
  const expiresAt = request.now() + body.expires_in * 1_000;
  return { accessToken: body.access_token, refreshToken: body.refresh_token, expiresAt, refreshExpiresAt: null };
}

/** Asks once; a 401 is asked about once more with a fresh token, as the adapters do. Answers the token that worked. */
async function callSigned({ http, settings, accessToken }: SessionContext): Promise<string> {
  const url = `${String(settings['url'])}/call`;
  const send = (token: string) =>
    http.send({ method: 'GET', url, purpose: 'read', headers: { authorization: `Bearer ${token}` } });
  const first = await accessToken();
  if ((await send(first)).status === 200) {
    return first;
  }
  const second = await accessToken({ rejected: first });
  if ((await send(second)).status === 200) {
    return second;
  }
  throw new TrackerFault('unauthorized', 'A fresh token was refused too.');
}

export const rotating: Tracker = {
  ...memory,
  id: 'rotating',
  credentials: z.strictObject({ clientId: z.string() }),
  oauth: {
    callbackPath: '/spa/callback/rotating',
    applies: () => true,
    flow: () => 'interactive',
    authorizationUrl: ({ settings, state, redirectUri }) =>
      `${String(settings['url'])}/authorize?state=${state}&redirect_uri=${encodeURIComponent(redirectUri)}`,
    exchange: (request) => askForTokens(request, { grant_type: 'authorization_code', code: request.code }),
    refresh: (request) =>
      askForTokens(request, { grant_type: 'refresh_token', refresh_token: request.refreshToken ?? '' }),
    explain: (error) => `It was not allowed (${error}).`,
  },
  open: (context) => ({
    ...memory.open(context),
    targetOptions: async () => [{ value: await callSigned(context), label: 'The token that worked' }],
  }),
};
