import type { z } from 'zod';
import type { FaultDetail, HttpRequest, HttpResponse } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';

/** What a tracker's own error body says. */
export interface TrackerError {
  readonly message: string;
  readonly code?: string;
  readonly fields?: FaultDetail['fields'];
  /** Where the body tells it, beside or instead of the Retry-After header. */
  readonly retryAfterMs?: number;
  readonly errorClass?: FaultDetail['errorClass'];
}

/** A 2xx answer in the shape that the API promises. Anything else is a fault. */
export function parseAnswer<Shape>(
  schema: z.ZodType<Shape>,
  wish: HttpRequest,
  response: HttpResponse,
): Shape {
  const value = isSuccess(response) ? jsonOf(response) : undefined;
  const parsed = value === undefined ? null : schema.safeParse(value);
  if (parsed?.success === true) {
    return parsed.data;
  }
  const type = response.headers['content-type'] ?? 'no content type';
  const shape = parsed === null ? `not JSON (${type})` : shapeWords(parsed.error);
  const message = `${wish.method} ${pathOf(wish.url)} answered ${response.status} with something else than its API says: ${shape}`;
  throw notWhatWasPromised(wish, message);
}

/** 203 is a proxy's or a sign-in page's way to say 200; no API of ours answers it. */
export function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300 && status !== 203;
}

/** A sign-in page, a proxy's page, a sleeping instance: for a write nobody knows whether it was executed. */
export function notWhatWasPromised(
  wish: HttpRequest,
  message: string,
  detail: FaultDetail = {},
): TrackerFault {
  const hint =
    'Somebody else answered in place of the API: a sign-in page, a proxy, an instance that sleeps.';
  return wish.purpose === 'write'
    ? new TrackerFault('uncertain', message, { errorClass: 'unavailable', hint, ...detail })
    : new TrackerFault('nonsense', message, { hint, ...detail });
}

/** The parsed body of an answer that says it is JSON; undefined if it is none. */
export function jsonOf(response: HttpResponse): unknown {
  if (!/[/+]json\b/iu.test(response.headers['content-type'] ?? '')) {
    return undefined;
  }
  try {
    return JSON.parse(response.text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * The fault for an answer that is no success. `known` is the tracker's own error if the body has its shape: only then is a
 * refusal surely the tracker's, and surely not executed. A page of somebody in between is no verdict about a card.
 */
export function faultOfStatus(
  wish: HttpRequest,
  response: HttpResponse,
  known: TrackerError | null,
  hint?: string,
): TrackerFault {
  const { status } = response;
  const detail: FaultDetail = {
    httpStatus: status,
    retryAfterMs: retryAfterMs(response) ?? known?.retryAfterMs,
    trackerMessage: known?.message.slice(0, 2_000),
    trackerCode: known?.code,
    fields: known?.fields,
    ...(known?.errorClass === undefined ? {} : { errorClass: known.errorClass }),
    ...(hint === undefined ? {} : { hint }),
  };
  const said = known === null ? redirectWords(response) : `: ${known.message.slice(0, 500)}`;
  const words = `${wish.method} ${pathOf(wish.url)} answered ${status}${said}`;
  if (status === 401) {
    return new TrackerFault('unauthorized', words, detail);
  }
  if (status === 429) {
    return new TrackerFault('throttled', words, detail);
  }
  if (known !== null && status >= 400 && status < 500 && status !== 408) {
    return new TrackerFault(refusalKind(status), words, detail);
  }
  if (wish.purpose === 'write') {
    return new TrackerFault('uncertain', words, { errorClass: 'unavailable', ...detail });
  }
  if (status === 503 && detail.retryAfterMs !== undefined) {
    return new TrackerFault('throttled', words, detail);
  }
  return status >= 500 || status === 408
    ? new TrackerFault('unavailable', words, detail)
    : notWhatWasPromised(wish, words, detail);
}

function refusalKind(status: number): 'forbidden' | 'gone' | 'stale' | 'rejected' {
  switch (status) {
    case 403:
      return 'forbidden';
    case 404:
    case 410:
      return 'gone';
    case 412:
      return 'stale';
    default:
      return 'rejected';
  }
}

const retryAfterMostMs = 24 * 3_600_000;

/** Retry-After may be a date as well as a number of seconds (RFC 9110, 10.2.3). A date without the answer's own Date is measured by our clock. */
export function retryAfterMs(response: HttpResponse, now = Date.now()): number | undefined {
  const value = response.headers['retry-after']?.trim();
  if (value === undefined || value === '') {
    return undefined;
  }
  const seconds = Number(value);
  const said = Date.parse(response.headers['date'] ?? '');
  const ms = Number.isFinite(seconds)
    ? seconds * 1000
    : Date.parse(value) - (Number.isNaN(said) ? now : said);
  return Number.isFinite(ms) ? Math.min(Math.max(0, Math.round(ms)), retryAfterMostMs) : undefined;
}

/** Redirects are not followed; where to is said without its query, which may hold secrets. */
function redirectWords(response: HttpResponse): string {
  const target = URL.parse(response.headers['location'] ?? '');
  return target === null
    ? ''
    : ` with a redirect to ${target.origin}${target.pathname}, which is not followed`;
}

function shapeWords(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || '(root)'}: ${issue.message}`)
    .join('; ');
}

function pathOf(url: string): string {
  return URL.parse(url)?.pathname ?? '';
}
