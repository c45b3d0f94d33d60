import * as openid from 'openid-client';
import type { SealKey } from '../lib/seal.ts';
import { unseal } from '../lib/seal.ts';
import type { ProviderRow } from '../store/single-sign-on.ts';
import { makeHttpClient } from '../trackers/kit/http.ts';

const timeoutMs = 15_000;
const responseBytesMax = 1024 ** 2;

export interface OpenIdNeeds {
  readonly sealKey: SealKey;
  readonly allowedNetworks: readonly string[];
}

/** The provider as it describes itself now. All that is said to it goes through the guard for addresses. */
export async function discover(needs: OpenIdNeeds, provider: ProviderRow): Promise<openid.Configuration> {
  const { issuer, client_id: clientId, client_secret: sealed } = provider;
  const secret = sealed === null ? null : unseal(needs.sealKey, sealed, secretOf(issuer));
  const fetch = guardedFetch(needs.allowedNetworks);
  // Plain http is allowed by the guard, and only inside the operator's own networks.
  const execute = issuer.startsWith('http:') ? [openid.allowInsecureRequests] : [];
  const found = await openid.discovery(new URL(issuer), clientId, undefined, openid.None(), { [openid.customFetch]: fetch, execute, timeout: timeoutMs / 1_000 });
  const server = found.serverMetadata();
  const config = new openid.Configuration(server, clientId, {}, authenticationOf(secret, server.token_endpoint_auth_methods_supported));
  config[openid.customFetch] = fetch;
  config.timeout = timeoutMs / 1_000;
  for (const apply of execute) {
    apply(config);
  }
  // The signature of the ID token is looked at, whatever brought it.
  openid.enableNonRepudiationChecks(config);
  return config;
}

export function secretOf(issuer: string) {
  return { connectionId: 'single sign-on', purpose: 'client secret', origin: issuer } as const;
}

/** Basic is what a provider means that says nothing (OpenID Connect Discovery 1.0, 3). */
function authenticationOf(secret: string | null, methods: readonly string[] = ['client_secret_basic']): openid.ClientAuth {
  if (secret === null) {
    return openid.None();
  }
  return methods.includes('client_secret_post') ? openid.ClientSecretPost(secret) : openid.ClientSecretBasic(secret);
}

function guardedFetch(allowedNetworks: readonly string[]): openid.CustomFetch {
  return async (url, { method, headers, body }) => {
    const { origin } = new URL(url);
    const client = makeHttpClient({ allowedOrigins: [origin], allowedNetworks, responseBytesMax, timeoutMs });
    const text = body === undefined || body === null ? undefined : String(body as string | URLSearchParams);
    const answer = await client.send({ method: method === 'POST' ? 'POST' : 'GET', url, headers, body: text, purpose: 'read' });
    const bodiless = answer.status === 204 || answer.status === 304;
    return new Response(bodiless ? null : answer.text, { status: answer.status, headers: { 'content-type': answer.headers['content-type'] ?? '' } });
  };
}
