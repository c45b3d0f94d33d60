import { createHash, randomBytes } from 'node:crypto';
import type {
  Exchange,
  HttpClient,
  OAuthRequest,
  PaceHint,
  Session,
  Tokens,
} from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { makeHttpClient } from '../kit/http.ts';
import { serveSandbox } from '../kit/sandbox-server.ts';
import tracker from './index.ts';
import { oauth } from './oauth.ts';
import type { ServiceNowSandbox, ServiceNowSandboxOptions } from './sandbox.ts';
import { makeSandbox } from './sandbox.ts';

/** For tests: a sandbox that is served, a person who has logged in, and the session that came of it. */
export interface SignedIn extends AsyncDisposable {
  readonly sandbox: ServiceNowSandbox;
  readonly session: Session;
  readonly request: OAuthRequest;
  readonly http: HttpClient;
  readonly url: string;
  readonly exchanges: Exchange[];
  readonly paces: PaceHint[];
  tokens: Tokens;
}

export async function signIn(
  options: ServiceNowSandboxOptions & { readonly settings?: object } = {},
): Promise<SignedIn> {
  const sandbox = makeSandbox(options);
  const served = await serveSandbox(sandbox);
  const connection = sandbox.connection(served.url);
  const settings = tracker.settings.parse({ ...connection.settings, ...options.settings });
  const credentials = tracker.credentials.parse(connection.credentials);
  const exchanges: Exchange[] = [];
  const paces: PaceHint[] = [];
  const http = makeHttpClient({
    allowedOrigins: [tracker.origin(settings)],
    allowedNetworks: ['127.0.0.0/8'],
    onExchange: (exchange) => void exchanges.push(exchange),
  });
  const now = options.now ?? Date.now;
  const environment = { entraAuthority: 'https://login.example' };
  const redirectUri = 'https://patchboard.example/spa/callback/servicenow';
  const request: OAuthRequest = { settings, credentials, redirectUri, http, environment, now };
  let tokens = await logIn(request);
  const accessToken = async ({ rejected }: { readonly rejected?: string } = {}) => {
    if (rejected === tokens.accessToken || tokens.expiresAt - now() < 60_000) {
      const fresh = await oauth.refresh({ ...request, refreshToken: tokens.refreshToken });
      tokens = { ...tokens, accessToken: fresh.accessToken, expiresAt: fresh.expiresAt };
    }
    return tokens.accessToken;
  };
  const session = tracker.open({
    settings,
    credentials,
    accessToken,
    http,
    now,
    onPace: (hint) => void paces.push(hint),
    environment,
  });
  return {
    sandbox,
    session,
    request,
    http,
    url: served.url,
    exchanges,
    paces,
    get tokens() {
      return tokens;
    },
    set tokens(given) {
      tokens = given;
    },
    [Symbol.asyncDispose]: () => served.close(),
  };
}

/** Through the pages, as a browser that is told to allow. */
export async function logIn(request: OAuthRequest): Promise<Tokens> {
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  const state = randomBytes(16).toString('hex');
  const page = await fetch(oauth.authorizationUrl({ ...request, state, codeChallenge }), {
    redirect: 'manual',
  });
  const back = new URL(page.headers.get('location') ?? 'about:blank');
  if (back.searchParams.get('state') !== state) {
    throw new Error('The state came back.');
  }
  return oauth.exchange({ ...request, code: back.searchParams.get('code') ?? '', codeVerifier });
}

export async function faultOf(act: Promise<unknown>): Promise<TrackerFault> {
  try {
    await act;
  } catch (error) {
    if (error instanceof TrackerFault) {
      return error;
    }
    throw error;
  }
  throw new Error('It should have failed.');
}

/** A draft for the sandbox's example table. */
export function draftFor({ sandbox }: Pick<SignedIn, 'sandbox'>, marker = 'pb-1', more: object = {}) {
  return {
    marker,
    target: sandbox.example.target,
    state: sandbox.example.statusMapping.identified,
    title: '[CONVISO] 1 - SQL injection in search',
    body: [
      {
        kind: 'paragraph' as const,
        children: [{ kind: 'text' as const, text: 'The search joins strings.' }],
      },
    ],
    priority: '1/2',
    url: 'https://patchboard.example/vulnerabilities/1',
    fields: sandbox.example.fieldDefaults,
    ...more,
  };
}

export const soon = { sendBefore: Number.POSITIVE_INFINITY };
