import type { z } from 'zod';
import type { FaultDetail, HttpRequest, HttpResponse } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';

/** What a tracker's own error body says. */
export interface TrackerError {
  readonly message: string;
  readonly code?: string;
  readonly fields?: FaultDetail['fields'];
}

/** A 2xx answer in the shape that the API promises. Anything else is a fault. */
export function parseAnswer<Shape>(
  schema: z.ZodType<Shape>,
  wish: HttpRequest,
  response: HttpResponse,
): Shape {
  const value = jsonOf(response);
  const parsed = value === undefined ? null : schema.safeParse(value);
  if (parsed === null || !parsed.success) {
    const shape =
      parsed === null
        ? `not JSON (${response.headers['content-type'] ?? 'no content type'})`
        : shapeWords(parsed.error);
    throw notWhatWasPromised(
      wish,
      `${wish.method} answered ${response.status} with something else than its API says: ${shape}`,
    );
  }
  return parsed.data;
}

/** A sign-in page, a proxy's page, a sleeping instance: for a write nobody knows whether it was executed. */
export function notWhatWasPromised(wish: HttpRequest, message: string): TrackerFault {
  return wish.purpose === 'write'
    ? new TrackerFault('uncertain', message, { errorClass: 'unavailable' })
    : new TrackerFault('nonsense', message);
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
 * refusal surely not executed.
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
    retryAfterMs: retryAfterMs(response),
    trackerMessage: known?.message.slice(0, 2_000),
    trackerCode: known?.code,
    fields: known?.fields,
    hint,
  };
  const words = `${wish.method} ${pathOf(wish.url)} answered ${status}${known === null ? '' : `: ${known.message}`}`;
  if (status === 401) {
    return new TrackerFault('unauthorized', words, detail);
  }
  if (status === 429 || (status === 503 && detail.retryAfterMs !== undefined)) {
    return new TrackerFault('throttled', words, detail);
  }
  const definite = known !== null && status >= 400 && status < 500 && status !== 408;
  if (definite || status === 403 || status === 404) {
    return new TrackerFault(kindOf(status), words, detail);
  }
  if (wish.purpose === 'write') {
    return new TrackerFault('uncertain', words, detail);
  }
  return new TrackerFault(status >= 500 || status === 408 ? 'unavailable' : 'nonsense', words, detail);
}

function kindOf(status: number): 'forbidden' | 'gone' | 'stale' | 'rejected' {
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

/** Retry-After may be a date as well as a number of seconds (RFC 9110, 10.2.3). */
export function retryAfterMs(response: HttpResponse, now = Date.now()): number | undefined {
  const value = response.headers['retry-after'];
  if (value === undefined || value === '') {
    return undefined;
  }
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(0, Math.round(ms)), 24 * 3_600_000) : undefined;
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
