import { z } from 'zod';
import type { HttpRequest, HttpResponse, PaceHint, SessionContext } from '../../contracts/tracker.ts';
import { faultOfStatus, isSuccess, parseAnswer } from '../kit/answer.ts';
import { errorOf, hintOf } from './errors.ts';
import { isVendorHost } from './site-url.ts';

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Api {
  readonly origin: string;
  get<Shape>(path: string, schema: z.ZodType<Shape>, query?: Query): Promise<Shape>;
  write<Shape>(wish: WriteWish<Shape>): Promise<Shape>;
  /** What the headers of the last answer said of the quota. */
  readonly quota: () => PaceHint | null;
}

export interface WriteWish<Shape> {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Of the answer; without it a 2xx is enough (204 has no body). */
  readonly schema: z.ZodType<Shape>;
  readonly sendBefore?: number;
}

/** Names whose values are secrets in this API: the address of a webhook has our token in it. */
const webhookSecrets = ['url', 'secret'];

/** One call each: key in a header, answers checked, limits reported from the headers of every answer. */
export function makeApi(context: SessionContext): Api {
  const origin = String(context.settings['url']);
  const base = {
    headers: { apikey: String(context.credentials['apiKey']) },
    ownNetworkOnly: !isVendorHost(new URL(origin).hostname),
  };
  let quota: PaceHint | null = null;
  const send = async (wish: HttpRequest) => {
    const response = await context.http.send(wish);
    quota = quotaOf(response) ?? quota;
    if (quota !== null) {
      context.onPace(quota);
    }
    if (!isSuccess(response)) {
      const error = errorOf(response);
      throw faultOfStatus(wish, response, error, hintOf(response, error));
    }
    return response;
  };
  return {
    origin,
    quota: () => quota,
    async get(path, schema, query = {}) {
      const url = `${origin}/api/v2${path}${queryText(query)}`;
      const wish: HttpRequest = {
        ...base,
        method: 'GET',
        url,
        purpose: 'read',
        secretFields: secretsOf(path),
      };
      return parseAnswer(schema, wish, await send(wish));
    },
    async write({ method, path, body, schema, sendBefore }) {
      const url = `${origin}/api/v2${path}`;
      const wish: HttpRequest = {
        ...base,
        method,
        url,
        body,
        purpose: 'write',
        sendBefore,
        secretFields: secretsOf(path),
      };
      const response = await send(wish);
      return response.status === 204 ? schema.parse(null) : parseAnswer(schema, wish, response);
    },
  };
}

function secretsOf(path: string): readonly string[] {
  return path.startsWith('/webhooks') ? webhookSecrets : [];
}

/** For calls whose answer has nothing that we need. */
export const anything = z.unknown();

/** Arrays are comma-separated here (`explode=false`); a filter that the service does not know is ignored without a word. */
function queryText(query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = pairs.map(
    ([name, value]) => `${name}=${encodeURIComponent(String(value)).replaceAll('%2C', ',')}`,
  );
  return text.length === 0 ? '' : `?${text.join('&')}`;
}

/** The printed figure of the minute lags by one: with one left there is none. */
const minuteReserve = 1;
const minutePauseMs = 60_000;
const hourPauseMs = 10 * 60_000;

/** The service counts per minute and per hour and says so on every answer, errors included. */
function quotaOf(response: HttpResponse): PaceHint | null {
  const number = (name: string) => {
    const value = response.headers[`x-ratelimit-${name}`];
    return value === undefined || value === '' || Number.isNaN(Number(value)) ? undefined : Number(value);
  };
  const leftThisMinute = number('perminute-remaining');
  const leftThisHour = number('perhour-remaining');
  if (leftThisMinute === undefined && leftThisHour === undefined) {
    return null;
  }
  const pauseMs =
    leftThisHour !== undefined && leftThisHour <= 0
      ? hourPauseMs
      : leftThisMinute !== undefined && leftThisMinute <= minuteReserve
        ? minutePauseMs
        : undefined;
  return {
    callsPerMinute: number('perminute-limit'),
    callsPerHour: number('perhour-limit'),
    callsLeftThisMinute: leftThisMinute,
    callsLeftThisHour: leftThisHour,
    ...(pauseMs === undefined ? {} : { pauseMs, because: 'The account’s API quota is used up.' }),
  };
}
