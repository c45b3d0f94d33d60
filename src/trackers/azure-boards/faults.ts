import type { FaultDetail, HttpRequest, HttpResponse } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { faultOfStatus, isSuccess, jsonOf } from '../kit/answer.ts';
import { waitOf } from './pace.ts';
import { wireError } from './wire.ts';

/** The service's refusals, told apart by their code; the prose is in the server's language. */

const policies =
  'If the token is not expired: the organization’s policies (Organization settings → Policies) may block it. “Third-party application access via OAuth” holds for old Azure DevOps OAuth apps, not for Microsoft Entra ID; conditional access, IP restrictions and restrictions of personal access tokens hold for us.';
const signInAgain = `Sign in again, or make a new token with the scopes that the guide lists. ${policies}`;

/** The service’s way to send somebody to its sign-in page, in place of an answer: the token is expired or not valid. */
function isSignIn({ status, headers, text }: HttpResponse): boolean {
  const redirected =
    status >= 300 && status < 400 && /\/_signin\b|login\.microsoftonline\.com|\/_oauth\b/iu.test(headers['location'] ?? '');
  return redirected || (status === 203 && /<title>[^<]*sign in/iu.test(text));
}

export function isRefusedIdentity(response: HttpResponse): boolean {
  return response.status === 401 || isSignIn(response);
}

interface Told {
  readonly message: string;
  readonly code: string | null;
  readonly typeKey: string;
  readonly fields: NonNullable<FaultDetail['fields']>;
}

/** The code is at the start of the message, `TF401232` or `VS403474`. */
function toldOf(response: HttpResponse): Told | null {
  const parsed = wireError.safeParse(jsonOf(response));
  if (!parsed.success) {
    return null;
  }
  const { message, typeKey, customProperties } = parsed.data;
  const code = /\b((?:TF|VS)\d{4,})\b/u.exec(message.slice(0, 200))?.[1] ?? null;
  return { message, code, typeKey: typeKey ?? '', fields: brokenRules(customProperties ?? {}) };
}

/** Which fields broke which rule. */
function brokenRules(properties: Readonly<Record<string, unknown>>): NonNullable<FaultDetail['fields']> {
  const errors = valueOf(properties, 'ruleValidationErrors');
  return (Array.isArray(errors) ? (errors as unknown[]) : []).slice(0, 50).flatMap((one) => {
    const rule = (typeof one === 'object' && one !== null ? one : {}) as Record<string, unknown>;
    const name = valueOf(rule, 'fieldReferenceName');
    const words = valueOf(rule, 'errorMessage') ?? valueOf(rule, 'fieldStatusFlags');
    return typeof name === 'string' ? [{ name, message: String(words ?? 'breaks a rule').slice(0, 500) }] : [];
  });
}

function valueOf(properties: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.entries(properties).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** What is known of the connection, for words that help. */
export interface Asking {
  readonly now: number;
  /** The directory of the credentials, where they name one. */
  readonly tenant: string | null;
}

export function faultOfAnswer(wish: HttpRequest, response: HttpResponse, asking: Asking): TrackerFault {
  if (isRefusedIdentity(response)) {
    return refusedIdentity(wish, response, asking);
  }
  if (response.status === 403 && /VS403463/u.test(response.text)) {
    return new TrackerFault('unauthorized', 'A conditional access policy of Microsoft Entra ID refused us (VS403463).', {
      httpStatus: 403,
      trackerCode: 'VS403463',
      hint: 'An Entra administrator must let this server’s address and this identity through the policy.',
    });
  }
  const told = toldOf(response);
  const detail: FaultDetail = {
    httpStatus: response.status,
    ...(told === null ? {} : { trackerMessage: told.message.slice(0, 2_000) }),
    ...(told?.code === null || told === null ? {} : { trackerCode: told.code }),
    ...(told === null || told.fields.length === 0 ? {} : { fields: told.fields }),
  };
  const known = told === null ? null : knownFault(wish, response, told, detail);
  if (known !== null) {
    return known;
  }
  if (response.status === 429) {
    const retryAfterMs = waitOf(response, asking.now);
    return new TrackerFault('throttled', `${wish.method} answered 429: the organization’s limit is reached.`, { ...detail, retryAfterMs });
  }
  return faultOfStatus(wish, response, told === null ? null : { message: told.message, ...(told.code === null ? {} : { code: told.code }), fields: told.fields });
}

function refusedIdentity(wish: HttpRequest, response: HttpResponse, { tenant }: Asking): TrackerFault {
  const told = toldOf(response);
  const home = tenantOf(response);
  const elsewhere =
    tenant !== null && home !== null && /^[0-9a-f-]{36}$/iu.test(tenant) && tenant.toLowerCase() !== home.toLowerCase();
  const nobody = told?.code === 'TF400813' && !/user ''/u.test(told.message);
  const hint = elsewhere
    ? `This organization belongs to the directory ${home}, and the credentials to ${tenant}. Use an app registration and an account of ${home}.`
    : nobody
      ? 'This identity is known and has no access. Add it to the organization (Organization settings → Users) with the access level Basic, and to the projects.'
      : signInAgain;
  return new TrackerFault('unauthorized', `${wish.method} ${URL.parse(wish.url)?.pathname ?? ''} answered ${response.status}: who we are is not accepted.`, {
    httpStatus: response.status,
    ...(told === null ? {} : { trackerMessage: told.message.slice(0, 2_000) }),
    ...(told?.code === null || told === null ? {} : { trackerCode: told.code }),
    hint,
  });
}

/** The directory that an organization belongs to, as a 401 tells it. */
export function tenantOf({ headers }: HttpResponse): string | null {
  const told =
    headers['x-vss-resourcetenant'] ??
    /authorization_uri=https?:\/\/[^/]+\/([0-9a-f-]{36})/iu.exec(headers['www-authenticate'] ?? '')?.[1];
  return told !== undefined && /^[0-9a-f-]{36}$/iu.test(told) && !/^[0-]+$/u.test(told) ? told : null;
}

function knownFault(wish: HttpRequest, { status }: HttpResponse, told: Told, detail: FaultDetail): TrackerFault | null {
  const words = `Azure DevOps: ${told.message.slice(0, 500)}`;
  const fault = (kind: TrackerFault['kind'], more: FaultDetail = {}) => new TrackerFault(kind, words, { ...detail, ...more });
  switch (told.code) {
    case 'TF26071':
    case 'VS403351':
      return fault('stale');
    case 'TF401232':
      return fault('gone', { hint: 'A deleted work item and one that this identity may not see look alike. Look into the recycle bin, and at the permissions of its area path.' });
    case 'TF200016':
      return fault('gone', { hint: 'The project was renamed, deleted, or is not visible to this identity.', fields: [{ name: 'target.project', message: told.message.slice(0, 500) }] });
    case 'VS402323':
      return fault('gone', { hint: 'Choose another work item type.', fields: [{ name: 'target.workItemType', message: told.message.slice(0, 500) }] });
    case 'TF24668':
      return fault('unavailable', { hint: 'The organization is asleep: open it in a browser to wake it.' });
    case 'TF401320':
      return brokenRule(told, fault);
    case 'TF51535':
      return fault('rejected', { hint: 'This work item has no such field. Board fields appear once the item is on the board: look at its area path, and open the board once.' });
    case 'TF401347':
      return fault('rejected', { hint: 'The area or iteration path does not exist. Correct it in the configuration.' });
    case 'TF401349':
      return fault(wish.purpose === 'write' ? 'uncertain' : 'unavailable', { errorClass: 'unavailable' });
    case 'VS402335':
    case 'VS402490':
    case 'VS402491':
      return fault(wish.purpose === 'write' ? 'uncertain' : 'unavailable', { errorClass: 'timeout' });
    case 'TF400813':
      // Missing rights on service hooks are told with 400.
      return status === 400 || status === 403 ? fault('forbidden', { hint: 'Give this identity the permission “Edit subscriptions” in the project, or set up the hooks by hand.' }) : null;
    default:
      return null;
  }
}

function brokenRule(told: Told, fault: (kind: TrackerFault['kind'], more?: FaultDetail) => TrackerFault): TrackerFault {
  const state = told.fields.some(({ name }) => name === 'System.State') || /field State\b/u.test(told.message);
  return state
    ? fault('rejected', {
        errorClass: 'workflow',
        hint: 'The process does not allow this state from where the work item is, or the column was renamed. Look at the status mapping.',
      })
    : fault('rejected', { hint: 'A rule of the process refuses a value. Give one that it takes in the configuration.' });
}

/** Whatever is 2xx and JSON; the rest is a fault. */
export function accepted(wish: HttpRequest, response: HttpResponse, asking: Asking): HttpResponse {
  if (isRefusedIdentity(response) || !isSuccess(response)) {
    throw faultOfAnswer(wish, response, asking);
  }
  return response;
}
