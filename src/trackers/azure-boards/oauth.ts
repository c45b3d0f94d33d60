import type { HttpResponse, OAuth, OAuthRequest, Tokens } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { jsonOf } from '../kit/answer.ts';
import { tenantOf } from './faults.ts';
import type { AzureCredentials } from './organization-url.ts';
import { rootOf } from './organization-url.ts';
import { waitOf } from './pace.ts';
import { tokenAnswer, tokenError } from './wire.ts';

export const callbackPath = '/spa/callback/azure-boards';
/** Azure DevOps itself, as Microsoft Entra ID knows it everywhere. */
const resource = '499b84ac-1321-427f-aa17-267ca6975798';
const scopes = [`${resource}/vso.work_write`, `${resource}/vso.project`, `${resource}/vso.profile`, 'offline_access'].join(' ');
/** Slides with every use. */
const refreshMs = 90 * 86_400_000;
const secretFields = ['client_secret', 'refresh_token', 'access_token', 'code', 'code_verifier'];
const anyTenant = 'organizations';

type App = Extract<AzureCredentials, { readonly clientId: string }>;

const isApp = (given: OAuthRequest['credentials']): given is App => 'clientId' in given;
const isUnattended = (given: OAuthRequest['credentials']) => given['identity'] === 'service-principal';

function tenantGiven({ credentials }: Pick<OAuthRequest, 'credentials'>): string | null {
  const tenant = (credentials as App).tenantId;
  return tenant === undefined || tenant === '' ? null : tenant;
}

function address({ environment }: Pick<OAuthRequest, 'environment'>, tenant: string, end: string): string {
  return `${environment.entraAuthority.replace(/\/+$/u, '')}/${encodeURIComponent(tenant)}/oauth2/v2.0/${end}`;
}

/** Microsoft Entra ID: a person with code, secret and PKCE; or a service principal with the secret alone. */
export const oauth: OAuth = {
  callbackPath,
  applies: isApp,
  flow: (credentials) => (isUnattended(credentials) ? 'unattended' : 'interactive'),
  authorizationUrl(request) {
    const query = new URLSearchParams({
      client_id: (request.credentials as App).clientId,
      response_type: 'code',
      response_mode: 'query',
      redirect_uri: request.redirectUri,
      scope: scopes,
      state: request.state,
      code_challenge: request.codeChallenge,
      code_challenge_method: 'S256',
      // Whoever is signed in elsewhere is asked who shall write.
      prompt: 'select_account',
    });
    return `${address(request, tenantGiven(request) ?? anyTenant, 'authorize')}?${query.toString()}`;
  },
  exchange: (request) =>
    askForTokens(request, tenantGiven(request) ?? anyTenant, {
      grant_type: 'authorization_code',
      code: request.code,
      redirect_uri: request.redirectUri,
      code_verifier: request.codeVerifier,
      scope: scopes,
    }),
  async refresh(request) {
    if (isUnattended(request.credentials)) {
      const form = { grant_type: 'client_credentials', scope: `${resource}/.default` };
      return askForTokens(request, await ownTenant(request), form);
    }
    if (request.refreshToken === null) {
      throw new TrackerFault('unauthorized', 'There is no refresh token.', { hint: signInAgain });
    }
    return askForTokens(request, tenantGiven(request) ?? anyTenant, {
      grant_type: 'refresh_token',
      refresh_token: request.refreshToken,
      scope: scopes,
    });
  },
  explain(error, description) {
    const code = /AADSTS(\d+)/u.exec(description ?? '')?.[1] ?? '';
    const words = (description ?? error).split(/\r?\n/u)[0]?.slice(0, 300) ?? error;
    return `Microsoft Entra ID did not complete the sign-in: ${words} ${hintOf(code) ?? (error === 'access_denied' ? 'It was cancelled. Sign in again and accept.' : 'Compare client ID, tenant and redirect address with the app registration.')}`;
  },
};

const signInAgain = 'Sign in with Microsoft Entra ID again. Configurations and links stay as they are.';

/** An app alone signs in at its own directory; where the credentials do not name it, the organization’s 401 does. */
async function ownTenant(request: OAuthRequest): Promise<string> {
  const given = tenantGiven(request);
  if (given !== null) {
    return given;
  }
  const response = await request.http.send({
    method: 'GET',
    url: `${rootOf(request.settings)}/_apis/connectionData?api-version=7.1-preview`,
    headers: { 'x-tfs-fedauthredirect': 'Suppress' },
    purpose: 'read',
    timeoutMs: 30_000,
  });
  const tenant = tenantOf(response);
  if (tenant === null) {
    throw new TrackerFault('unauthorized', 'The organization does not tell which directory it belongs to.', {
      httpStatus: response.status,
      hint: 'Enter the Directory (tenant) ID of the app registration.',
    });
  }
  return tenant;
}

async function askForTokens(request: OAuthRequest, tenant: string, grant: Readonly<Record<string, string>>): Promise<Tokens> {
  const { clientId, clientSecret } = request.credentials as App;
  const began = request.now();
  const response = await request.http.send({
    method: 'POST',
    url: address(request, tenant, 'token'),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...grant, client_id: clientId, client_secret: clientSecret }).toString(),
    purpose: 'read',
    secretFields,
    timeoutMs: 30_000,
  });
  const parsed = response.status === 200 ? tokenAnswer.safeParse(jsonOf(response)) : null;
  if (parsed?.success !== true) {
    throw tokenFault(response, request);
  }
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = parsed.data;
  return {
    accessToken,
    // A new one comes with every use; the old one is then worth nothing.
    refreshToken: refreshToken ?? null,
    expiresAt: began + seconds * 1_000,
    refreshExpiresAt: (refreshToken ?? null) === null ? null : began + refreshMs,
  };
}

const finalErrors = new Set(['invalid_grant', 'invalid_client', 'unauthorized_client', 'interaction_required', 'consent_required', 'login_required', 'invalid_scope', 'invalid_request', 'access_denied', 'unsupported_grant_type', 'invalid_resource']);

/** Final errors ask for a person; anything else passes, and the tokens are kept. */
function tokenFault(response: HttpResponse, request: OAuthRequest): TrackerFault {
  const error = tokenError.safeParse(jsonOf(response));
  const description = (error.success ? (error.data.error_description ?? error.data.error) : '').split(/\r?\n/u)[0] ?? '';
  const code = /AADSTS(\d+)/u.exec(description)?.[1] ?? String(error.success ? (error.data.error_codes?.[0] ?? '') : '');
  const detail = {
    httpStatus: response.status,
    trackerMessage: description.slice(0, 2_000),
    ...(code === '' ? {} : { trackerCode: `AADSTS${code}` }),
  };
  if (response.status === 429) {
    const retryAfterMs = waitOf(response, request.now());
    return new TrackerFault('throttled', 'Microsoft Entra ID answered 429 to the request for a token.', { ...detail, retryAfterMs });
  }
  // AADSTS90033 and its like come with 400, and pass.
  const passes = ['90033', '90008', '90055', '50196', '20033'].includes(code) || (error.success && error.data.error === 'temporarily_unavailable');
  if (error.success && finalErrors.has(error.data.error) && response.status < 500 && !passes) {
    const consent = ['65001', '90094', '65004'].includes(code) ? ` ${adminConsent(request)}` : '';
    return new TrackerFault('unauthorized', `Microsoft Entra ID gave no token: ${description.slice(0, 300)}`, {
      ...detail,
      hint: `${hintOf(code) ?? signInAgain}${consent}`,
    });
  }
  const kind = response.status >= 500 || response.status === 408 || passes ? 'unavailable' : 'nonsense';
  return new TrackerFault(kind, `The token endpoint answered ${response.status}${description === '' ? ' with something else than its API says' : `: ${description.slice(0, 300)}`}.`, {
    ...detail,
    hint: 'Nothing has to be entered again: the next try may do.',
  });
}

function adminConsent(request: OAuthRequest): string {
  const tenant = encodeURIComponent(tenantGiven(request) ?? anyTenant);
  const client = encodeURIComponent((request.credentials as App).clientId);
  return `An administrator consents here: ${request.environment.entraAuthority.replace(/\/+$/u, '')}/${tenant}/adminconsent?client_id=${client}`;
}

const hints: Readonly<Record<string, string>> = {
  '50011': 'The redirect address is not registered with the app: add exactly the one that this page shows, under Authentication → Web.',
  '50020': 'This account is not of the directory of the app. Sign in with an account of the organization’s directory.',
  '50034': 'This account does not exist in the directory of the app.',
  '50076': 'Multi-factor sign-in is needed: sign in again.',
  '50079': 'Multi-factor sign-in has to be set up for this account: sign in again.',
  '50173': 'The password was changed or sessions were ended: sign in again.',
  '50194': 'The app is registered for one directory: enter its Directory (tenant) ID.',
  '53003': 'A conditional access policy refused the sign-in. An Entra administrator must let it through.',
  '65001': 'Nobody has consented to the app’s permissions yet: sign in again and accept, or let an administrator consent.',
  '65004': 'The consent was declined. Sign in again and accept.',
  '70000': 'The refresh token is no longer valid: sign in again.',
  '700016': 'There is no app with this client ID in this directory: compare both with the app registration.',
  '700082': 'The connection was not used for 90 days: sign in again.',
  '7000215': 'The client secret is wrong. Enter the Value of the secret, not its ID.',
  '7000222': 'The client secret has expired: make a new one under Certificates & secrets.',
  '90002': 'There is no such directory: compare the Directory (tenant) ID.',
  '90094': 'An administrator has to consent to the app’s permissions.',
};

function hintOf(code: string): string | undefined {
  return hints[code];
}
