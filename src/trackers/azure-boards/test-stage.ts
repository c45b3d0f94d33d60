import { createHash, randomBytes } from 'node:crypto';
import type { OAuthRequest, Tokens } from '../../contracts/tracker.ts';
import { makeHttpClient } from '../kit/http.ts';
import { serveSandbox } from '../kit/sandbox-server.ts';
import type { Stage } from '../kit/stage.ts';
import { makeStage } from '../kit/stage.ts';
import tracker from './index.ts';
import { oauth } from './oauth.ts';
import type { AzureBoardsSandbox, AzureBoardsSandboxOptions } from './sandbox.ts';
import { makeSandbox } from './sandbox.ts';

/** For tests: the adapter and its sandbox face to face, with the organization at hand as administrators have it. */
export type AzureStage = Stage & { readonly azure: AzureBoardsSandbox } & AsyncDisposable;

export async function openStage(more: AzureBoardsSandboxOptions = {}): Promise<AzureStage> {
  const stage = await makeStage(tracker, (options) => makeSandbox({ ...options, ...more }));
  return { ...stage, azure: stage.sandbox as AzureBoardsSandbox, [Symbol.asyncDispose]: () => stage.close() };
}

/** Values of remote states by the names that people see. */
export async function statesOf({ session, example }: AzureStage, target = example.target): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await session.remoteStates(target)).map(({ label, value }) => [label, value]));
}

/** What is on the wire of the only, or of this, work item. */
export function fieldsOf({ azure }: AzureStage, ref = '1'): Readonly<Record<string, unknown>> {
  return azure.items.all.get(Number(ref))?.revisions.at(-1)?.fields ?? {};
}

export interface SignIn extends AsyncDisposable {
  readonly sandbox: AzureBoardsSandbox;
  readonly request: OAuthRequest;
  readonly exchanges: string[];
}

export async function openSignIn(more: AzureBoardsSandboxOptions & { readonly credentials?: object } = {}): Promise<SignIn> {
  const { credentials: other, ...options } = more;
  const sandbox = makeSandbox({ signIn: 'entra', ...options });
  const served = await serveSandbox(sandbox);
  const connection = sandbox.connection(served.url);
  const exchanges: string[] = [];
  return {
    ...{ sandbox, exchanges },
    request: {
      settings: tracker.settings.parse(connection.settings),
      credentials: tracker.credentials.parse({ ...connection.credentials, ...other }),
      redirectUri: 'https://patchboard.example/spa/callback/azure-boards',
      environment: { entraAuthority: served.url },
      now: options.now ?? Date.now,
      http: makeHttpClient({
        allowedOrigins: [served.url],
        allowedNetworks: ['127.0.0.0/8'],
        onExchange: (exchange) => exchanges.push(JSON.stringify(exchange)),
      }),
    },
    [Symbol.asyncDispose]: () => served.close(),
  };
}

/** Through the pages, as a browser that is told to accept. */
export async function logIn(request: OAuthRequest): Promise<Tokens> {
  const codeVerifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
  const page = await fetch(oauth.authorizationUrl({ ...request, state: 'state-1', codeChallenge }), { redirect: 'manual' });
  const back = new URL(page.headers.get('location') ?? 'about:blank');
  return oauth.exchange({ ...request, code: back.searchParams.get('code') ?? '', codeVerifier });
}
