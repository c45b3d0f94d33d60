import type { FaultDetail, HttpRequest, HttpResponse } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { faultOfStatus, jsonOf, notWhatWasPromised } from '../kit/answer.ts';
import { pauseOf } from './pace.ts';
import { wireError } from './wire.ts';

const roles =
  'Give the integration user the roles that the guide lists (itil, or sn_incident_write, sn_problem_write, sn_change_write; snc_platform_rest_api_access where REST API access rules are active).';

/** The page of a sleeping developer instance, or the redirect to the place where it is woken. Nothing behind it is executed. */
export function isAsleep(response: HttpResponse): boolean {
  const redirected =
    response.status >= 300 &&
    response.status < 400 &&
    /developer\.servicenow\.com/iu.test(response.headers['location'] ?? '');
  const page =
    /text\/html/iu.test(response.headers['content-type'] ?? '') &&
    /instance hibernating page/iu.test(response.text);
  return redirected || page;
}

const quotaWords = /maximum execution time exceeded/iu;

/** 200, and the rows end in the midst with an error: no valid JSON any more. */
export function isCutOff(response: HttpResponse): boolean {
  return response.status === 200 && jsonOf(response) === undefined && quotaWords.test(response.text);
}

export function isQuotaCut(fault: TrackerFault): boolean {
  return fault.detail.trackerCode === 'time-quota';
}

/** The fault for an answer that is no success, in ServiceNow's own ways of saying so. */
export function faultOfAnswer(wish: HttpRequest, response: HttpResponse, now: number): TrackerFault {
  if (isAsleep(response)) {
    // Only ServiceNow's own refusal proves that a write was not executed; a page in its place does not.
    return new TrackerFault(
      wish.purpose === 'write' ? 'uncertain' : 'unavailable',
      'The instance is hibernating.',
      {
        httpStatus: response.status,
        errorClass: 'unavailable',
        hint: 'Wake it: open the instance in a browser, or sign in at developer.servicenow.com and choose Wake up.',
      },
    );
  }
  if (response.status === 202) {
    const words = `${wish.method} answered 202 without a body: ServiceNow dropped the request.`;
    return new TrackerFault(wish.purpose === 'write' ? 'uncertain' : 'unavailable', words, {
      httpStatus: 202,
    });
  }
  const parsed = wireError.safeParse(jsonOf(response));
  const message = parsed.success ? (parsed.data.error.message ?? '') : '';
  const detail = parsed.success ? (parsed.data.error.detail ?? '') : '';
  const words = [message, detail].filter((part) => part !== '').join(': ');
  if (quotaWords.test(words) || isCutOff(response)) {
    return quotaFault(wish, response);
  }
  if (response.status >= 200 && response.status < 300) {
    return notWhatWasPromised(wish, `${wish.method} answered ${response.status} with an error: ${words}`);
  }
  const known = parsed.success ? { message: words, code: response.headers['x-transaction-id'] } : null;
  const base: FaultDetail = {
    httpStatus: response.status,
    trackerMessage: words.slice(0, 2_000),
    trackerCode: known?.code,
  };
  switch (response.status) {
    case 400:
      return known === null ? faultOfStatus(wish, response, null) : badRequest(words, base);
    case 403:
      return known === null ? faultOfStatus(wish, response, null, roles) : refusal(words, detail, base);
    case 404:
      // Without the platform's own body it was a proxy, and says nothing of the record.
      return known === null
        ? notWhatWasPromised(wish, `${wish.method} answered 404 with something else than ServiceNow's error.`)
        : gone(words, base);
    case 429:
      return new TrackerFault('throttled', `ServiceNow answered 429: ${words}`, {
        ...base,
        retryAfterMs: pauseOf(response, now),
      });
    default:
      return faultOfStatus(
        wish,
        response,
        known,
        response.status === 401 ? 'Log in with ServiceNow again.' : undefined,
      );
  }
}

/** A cancelled transaction may have been committed before it was cancelled. */
function quotaFault(wish: HttpRequest, response: HttpResponse): TrackerFault {
  return new TrackerFault(
    wish.purpose === 'write' ? 'uncertain' : 'unavailable',
    'ServiceNow cancelled the transaction: it took too long.',
    {
      httpStatus: response.status,
      trackerCode: 'time-quota',
      hint: 'An index on correlation_id and on correlation_display (System Definition > Tables > Task > Database Indexes) makes our queries quick.',
    },
  );
}

function badRequest(words: string, base: FaultDetail): TrackerFault {
  return /^invalid table/iu.test(words)
    ? new TrackerFault('gone', `ServiceNow: ${words}`, {
        ...base,
        hint: 'Choose another table in the configuration.',
      })
    : new TrackerFault('rejected', `ServiceNow refused the request: ${words}`, base);
}

function gone(words: string, base: FaultDetail): TrackerFault {
  return new TrackerFault('gone', `ServiceNow: ${words}`, {
    ...base,
    hint: 'A deleted record and one that the integration user may not see look alike.',
  });
}

/** A data policy, a business rule or a state model refuses the content; an access rule refuses us. */
function refusal(words: string, detail: string, base: FaultDetail): TrackerFault {
  const policy = /mandatory: (.+)$/isu.exec(detail)?.[1];
  if (policy !== undefined) {
    const fields = policy.split(',').map((label) => ({ name: label.trim(), message: 'is mandatory' }));
    const hint = `Give a value for ${policy.trim()} in the configuration. A value that is not in the field's choice list counts as none.`;
    return new TrackerFault('rejected', `ServiceNow refused the record: ${words}`, { ...base, fields, hint });
  }
  const rule = /aborted by business rule '([^'^]*)/iu.exec(detail)?.[1];
  if (rule !== undefined || /state transition|data policy/iu.test(detail)) {
    const stateful = /state transition|state model|change model/iu.test(detail);
    return new TrackerFault('rejected', `ServiceNow refused the record: ${words}`, {
      ...base,
      errorClass: stateful ? 'workflow' : 'validation',
      hint: stateful
        ? 'The table follows a state model that does not allow this change from outside. Leave the status unmapped: the record is then kept in step by work notes.'
        : `Ask the administrator about the business rule “${rule ?? ''}”.`,
    });
  }
  return new TrackerFault('forbidden', `ServiceNow: ${words}`, { ...base, hint: roles });
}

/** Null where the instance refuses or does not have it. Any other trouble is a fault: “I could not ask” is not “there is none”. */
export async function ifAllowed<Value>(ask: () => Promise<Value>): Promise<Value | null> {
  try {
    return await ask();
  } catch (fault) {
    if (fault instanceof TrackerFault && ['forbidden', 'gone', 'rejected'].includes(fault.kind)) {
      return null;
    }
    throw fault;
  }
}
