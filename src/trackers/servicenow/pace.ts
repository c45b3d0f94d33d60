import type { HttpResponse, PaceHint } from '../../contracts/tracker.ts';
import { retryAfterMs } from '../kit/answer.ts';

/** The semaphore pool of the instance is exhausted: a 429 without any header that says until when. */
const semaphorePauseMs = 60_000;
/** Rate rules count by the hour. */
const longestPauseMs = 3_600_000;

/** What an answer says of rate limit rules (`X-RateLimit-*`, on 200 too) and how long to wait; null: nothing. */
export function paceOf(response: HttpResponse, now: number): PaceHint | null {
  const pauseMs = response.status === 429 ? pauseOf(response, now) : undefined;
  const limit = Number(response.headers['x-ratelimit-limit'] || Number.NaN);
  if (pauseMs === undefined && Number.isNaN(limit)) {
    return null;
  }
  const rule = response.headers['x-ratelimit-rule'];
  return {
    ...(Number.isNaN(limit) ? {} : { callsPerHour: limit }),
    ...(pauseMs === undefined ? {} : { pauseMs, callsLeftThisHour: 0 }),
    because:
      rule === undefined
        ? 'ServiceNow answered 429.'
        : `ServiceNow's rate limit rule “${rule}” applies to this user.`,
  };
}

export function pauseOf(response: HttpResponse, now: number): number {
  const reset = Number(response.headers['x-ratelimit-reset'] || Number.NaN) * 1_000 - now;
  const wait = retryAfterMs(response, now) ?? (Number.isNaN(reset) ? semaphorePauseMs : reset);
  return Math.min(Math.max(wait, 1_000), longestPauseMs);
}
