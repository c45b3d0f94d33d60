import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How an ID token is spoiled before it is signed, or instead of that. */
export interface Spoiling {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly unsigned?: boolean;
  /** By a key that the provider does not publish. */
  readonly foreignKey?: boolean;
}

export interface OpenIdProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Whoever sits before the browser: claims of the next ID tokens. */
  person: Readonly<Record<string, unknown>>;
  spoiling: Spoiling;
  /** The person says no. */
  denies: boolean;
  readonly codesGiven: number;
  close(): Promise<void>;
}

interface Grant {
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
  readonly person: Readonly<Record<string, unknown>>;
}

const clientId = 'patchboard';
const clientSecret = 'a-secret-of-the-client';
const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** A small OpenID provider of our own: discovery, keys, authorization code with PKCE, signed ID tokens. Everybody is let in. */
export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const grants = new Map<string, Grant>();
  let given = 0;
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: { -readonly [Name in keyof OpenIdProvider]: OpenIdProvider[Name] } = {
    issuer,
    clientId,
    clientSecret,
    person: {},
    spoiling: {},
    denies: false,
    get codesGiven() {
      return given;
    },
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    if (url.pathname === '/.well-known/openid-configuration') {
      send(response, 200, metadataOf(issuer));
    } else if (url.pathname === '/keys') {
      send(response, 200, { keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] });
    } else if (url.pathname === '/authorize') {
      authorize(url, response);
    } else if (url.pathname === '/token' && request.method === 'POST') {
      token(request, new URLSearchParams(await textOf(request)), response);
    } else if (url.pathname === '/logout') {
      response.writeHead(302, { location: url.searchParams.get('post_logout_redirect_uri') ?? '/' }).end();
    } else {
      send(response, 404, { error: 'not_found' });
    }
  }

  function authorize({ searchParams }: URL, response: ServerResponse): void {
    const back = new URL(searchParams.get('redirect_uri') ?? issuer);
    back.searchParams.set('state', searchParams.get('state') ?? '');
    back.searchParams.set('iss', issuer);
    if (provider.denies) {
      back.searchParams.set('error', 'access_denied');
    } else {
      const code = randomBytes(16).toString('hex');
      given += 1;
      grants.set(code, { nonce: searchParams.get('nonce') ?? '', challenge: searchParams.get('code_challenge') ?? '', redirectUri: searchParams.get('redirect_uri') ?? '', person: provider.person });
      back.searchParams.set('code', code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  function token(request: IncomingMessage, form: URLSearchParams, response: ServerResponse): void {
    // Each half is form-encoded first (RFC 6749, 2.3.1).
    const [id = '', secret = ''] = Buffer.from(request.headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString().split(':').map(decodeURIComponent);
    if (id !== clientId || secret !== clientSecret) {
      send(response, 401, { error: 'invalid_client' });
      return;
    }
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    if (grant === undefined || grant.challenge !== challenge || grant.redirectUri !== form.get('redirect_uri')) {
      send(response, 400, { error: 'invalid_grant' });
      return;
    }
    send(response, 200, { access_token: randomBytes(16).toString('hex'), token_type: 'Bearer', expires_in: 300, id_token: idToken(grant) });
  }

  function idToken({ nonce, person }: Grant): string {
    const now = Math.floor(Date.now() / 1_000);
    const { claims, unsigned, foreignKey } = provider.spoiling;
    const body = encode({ iss: issuer, aud: clientId, iat: now, exp: now + 300, nonce, ...person, ...claims });
    if (unsigned === true) {
      return `${encode({ alg: 'none' })}.${body}.`;
    }
    const head = `${encode({ alg: 'RS256', kid: 'one' })}.${body}`;
    return `${head}.${sign('sha256', Buffer.from(head), (foreignKey === true ? foreign : key).privateKey).toString('base64url')}`;
  }
  return provider;
}

function metadataOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    end_session_endpoint: `${issuer}/logout`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}
