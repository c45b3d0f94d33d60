import type { HttpResponse, PaceHint } from '../../contracts/tracker.ts';
import { retryAfterMs } from '../kit/answer.ts';

/** A 429 without a word of until when: the window of the limit is five minutes. */
const windowMs = 300_000;
const longestMs = 3_600_000;

/** What an answer says of the limit, which is counted in units and not in calls; null: nothing. A 200 may ask to wait, too. */
export function paceOf(response: HttpResponse, now: number): PaceHint | null {
  const { status, headers } = response;
  const asked = retryAfterMs(response, now);
  const left = headers['x-ratelimit-remaining'];
  if (status !== 429 && asked === undefined && left === undefined) {
    return null;
  }
  const resource = headers['x-ratelimit-resource'];
  const pauseMs = status === 429 ? waitOf(response, now) : (asked ?? (left === '0' ? resetOf(response, now) : undefined));
  return {
    ...(pauseMs === undefined || pauseMs <= 0 ? {} : { pauseMs }),
    because: `Azure DevOps counts ${left ?? 'no'} units left${resource === undefined ? '' : ` of ${resource}`} for this identity.`,
  };
}

export function waitOf(response: HttpResponse, now: number): number {
  const wait = retryAfterMs(response, now) ?? resetOf(response, now) ?? windowMs;
  return Math.min(Math.max(wait, 1_000), longestMs);
}

function resetOf({ headers }: HttpResponse, now: number): number | undefined {
  const ms = Number(headers['x-ratelimit-reset'] || Number.NaN) * 1_000 - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestMs);
}
