import { TrackerFault } from '../../contracts/tracker.ts';
import type { HttpResponse, OAuth, OAuthRequest, Tokens } from '../../contracts/tracker.ts';
import { jsonOf } from '../kit/answer.ts';
import { isAsleep } from './faults.ts';
import type { ServiceNowSettings } from './instance-url.ts';
import { pauseOf } from './pace.ts';
import { tokenAnswer, tokenError } from './wire.ts';

export const callbackPath = '/spa/callback/servicenow';
const accessSeconds = 1_800;
const refreshSeconds = 8_640_000;
const secretFields = ['client_secret', 'refresh_token', 'access_token', 'code', 'code_verifier', 'token'];

/** Authorization code with a client secret. Refresh tokens do not rotate and do not live longer by being used. */
export const oauth: OAuth = {
  callbackPath,
  applies: () => true,
  flow: () => 'interactive',
  authorizationUrl({ settings, credentials, redirectUri, state, codeChallenge }) {
    const { url, scope, pkce } = settings as ServiceNowSettings;
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: String(credentials['clientId']),
      redirect_uri: redirectUri,
      // The instance takes a state without special characters only.
      state: plainState(state),
      ...(scope === undefined ? {} : { scope }),
      ...(pkce === true ? { code_challenge: codeChallenge, code_challenge_method: 'S256' } : {}),
    });
    return `${url}/oauth_auth.do?${query.toString()}`;
  },
  async exchange(request) {
    const { pkce } = request.settings as ServiceNowSettings;
    const tokens = await askForTokens(request, {
      grant_type: 'authorization_code',
      code: request.code,
      redirect_uri: request.redirectUri,
      ...(pkce === true ? { code_verifier: request.codeVerifier } : {}),
    });
    return { ...tokens, refreshExpiresAt: request.now() + lifetimes(request).refresh * 1_000 };
  },
  async refresh(request) {
    if (request.refreshToken === null) {
      throw new TrackerFault('unauthorized', 'There is no refresh token.', { hint: logInAgain });
    }
    const tokens = await askForTokens(request, {
      grant_type: 'refresh_token',
      refresh_token: request.refreshToken,
    });
    // The same token is often repeated, and its end does not move: null says that the stored one stays as it is.
    const rotated = tokens.refreshToken !== null && tokens.refreshToken !== request.refreshToken;
    return rotated ? tokens : { ...tokens, refreshToken: null };
  },
  async revoke(request) {
    for (const token of [request.tokens.refreshToken, request.tokens.accessToken]) {
      if (token !== null && token !== '') {
        await revokeOne(request, token);
      }
    }
  },
  explain(error, description) {
    if (error === 'access_denied') {
      return 'The login was denied in ServiceNow. Log in again and choose Allow.';
    }
    const words = description === null || description === '' ? error : `${error}: ${description}`;
    return `ServiceNow did not complete the login (${words.slice(0, 300)}). Compare the redirect URL and the client ID with the registration.`;
  },
};

const logInAgain = 'Log in with ServiceNow again. Configurations and links stay as they are.';

function plainState(state: string): string {
  return /^[0-9a-z]+$/iu.test(state) ? state : Buffer.from(state).toString('hex');
}

function lifetimes({ settings }: OAuthRequest): { access: number; refresh: number } {
  const { tokenLifetimes } = settings as ServiceNowSettings;
  return {
    access: tokenLifetimes?.accessSeconds ?? accessSeconds,
    refresh: tokenLifetimes?.refreshSeconds ?? refreshSeconds,
  };
}

async function askForTokens(request: OAuthRequest, grant: Record<string, string>): Promise<Tokens> {
  const { clientId, clientSecret } = request.credentials;
  const body = new URLSearchParams({
    ...grant,
    client_id: String(clientId),
    client_secret: String(clientSecret),
  }).toString();
  const response = await post(request, '/oauth_token.do', body);
  const parsed =
    response.status === 200 && !isAsleep(response) ? tokenAnswer.safeParse(jsonOf(response)) : null;
  if (parsed?.success !== true) {
    throw tokenFault(response, request.now());
  }
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds } = parsed.data;
  const expiresAt = request.now() + (seconds ?? lifetimes(request).access) * 1_000;
  return { accessToken, refreshToken: refreshToken ?? null, expiresAt, refreshExpiresAt: null };
}

/** Parameters go in the body alone: instances refuse them in the address. Nothing that matters is lost with a lost answer. */
function post({ settings, http }: OAuthRequest, path: string, body: string): Promise<HttpResponse> {
  return http.send({
    method: 'POST',
    url: `${String(settings['url'])}${path}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
    purpose: 'read',
    secretFields,
    timeoutMs: 30_000,
  });
}

const finalErrors = new Set([
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_request',
  'access_denied',
]);

/** Final errors ask for a new login; anything else passes, and the tokens are kept. */
function tokenFault(response: HttpResponse, now: number): TrackerFault {
  const error = tokenError.safeParse(jsonOf(response));
  const words = error.success
    ? `${error.data.error}${error.data.error_description ? `: ${error.data.error_description}` : ''}`
    : '';
  const detail = { httpStatus: response.status, trackerMessage: words.slice(0, 2_000) };
  if (isAsleep(response)) {
    return new TrackerFault('unavailable', 'The instance is hibernating.', {
      ...detail,
      hint: 'Wake it: open it in a browser.',
    });
  }
  if (response.status === 429) {
    return new TrackerFault('throttled', 'ServiceNow answered 429 to the request for a token.', {
      ...detail,
      retryAfterMs: pauseOf(response, now),
    });
  }
  const denied =
    error.success && error.data.error === 'server_error' && error.data.error_description === 'access_denied';
  const final = error.success && (finalErrors.has(error.data.error) || denied) && response.status < 500;
  if (final) {
    return new TrackerFault('unauthorized', `ServiceNow gave no token (${words}).`, {
      ...detail,
      hint: hintOf(denied, error.data.error),
    });
  }
  const kind =
    response.status >= 500 || response.status === 202 || response.status === 408 ? 'unavailable' : 'nonsense';
  return new TrackerFault(
    kind,
    `The token endpoint answered ${response.status} with something else than its API says.`,
    {
      ...detail,
      hint: 'A sign-in or maintenance page may stand before the instance. Nothing has to be entered again.',
    },
  );
}

function hintOf(denied: boolean, error: string): string {
  if (denied) {
    return `${logInAgain} ServiceNow gives one answer for a wrong secret, an expired or revoked token and a locked user; System Logs > System Log > All tells which.`;
  }
  return error === 'invalid_client'
    ? 'Compare client ID and client secret with the registration, then log in again.'
    : logInAgain;
}

/** The documented form has the token in the address; a body is tried first, since addresses end up in logs. */
async function revokeOne(request: OAuthRequest, token: string): Promise<void> {
  const body = new URLSearchParams({ token }).toString();
  const first = await post(request, '/oauth_revoke_token.do', body);
  if (first.status >= 400) {
    await post(request, `/oauth_revoke_token.do?${body}`, '');
  }
}
