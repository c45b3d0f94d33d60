import type { z } from 'zod';
import type { HttpRequest, HttpResponse, SessionContext } from '../../contracts/tracker.ts';
import type { TrackerError } from '../kit/answer.ts';
import { faultOfStatus, jsonOf, parseAnswer } from '../kit/answer.ts';
import { wireError } from './wire.ts';

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Api {
  readonly origin: string;
  get<Shape>(path: string, schema: z.ZodType<Shape>, query?: Query): Promise<Shape>;
  write<Shape>(wish: WriteWish<Shape>): Promise<Shape>;
}

export interface WriteWish<Shape> {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body: unknown;
  readonly schema: z.ZodType<Shape>;
  readonly sendBefore?: number;
}

/** One call each: key in a header, answers checked, limits reported from the headers of every answer. */
export function makeApi(context: SessionContext): Api {
  const origin = String(context.settings['url']);
  const headers = { apikey: String(context.credentials['apiKey']) };
  const send = async (wish: HttpRequest) => {
    const response = await context.http.send(wish);
    reportPace(context, response);
    if (response.status < 200 || response.status >= 300) {
      throw faultOfStatus(wish, response, errorOf(response), hintOf(response));
    }
    return response;
  };
  return {
    origin,
    async get(path, schema, query = {}) {
      const wish: HttpRequest = {
        method: 'GET',
        url: `${origin}/api/v2${path}${queryText(query)}`,
        headers,
        purpose: 'read',
      };
      return parseAnswer(schema, wish, await send(wish));
    },
    async write({ method, path, body, schema, sendBefore }) {
      const wish: HttpRequest = {
        method,
        url: `${origin}/api/v2${path}`,
        headers,
        body,
        purpose: 'write',
        sendBefore,
      };
      const response = await send(wish);
      return response.status === 204 ? schema.parse(null) : parseAnswer(schema, wish, response);
    },
  };
}

/** Arrays are comma-separated here (`explode=false`); a filter that the service does not know is ignored without a word. */
function queryText(query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  return pairs.length === 0
    ? ''
    : `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`;
}

function errorOf(response: HttpResponse): TrackerError | null {
  const parsed = wireError.safeParse(jsonOf(response));
  if (!parsed.success) {
    return null;
  }
  const { code, message, reference, details } = parsed.data.error;
  const fields =
    details !== null && typeof details === 'object'
      ? Object.entries(details).map(([name, words]) => ({
          name,
          message: Array.isArray(words) ? words.join(' ') : String(words),
        }))
      : [];
  const stale = staleTarget(message);
  const shown = [code, reference].filter((word) => word !== null && word !== undefined).join(' ');
  return { message, code: shown, fields: stale === null ? fields : [...fields, stale] };
}

/** People delete and re-create columns and lanes; the answer is 400 with these words, not 404. */
function staleTarget(message: string): { name: string; message: string } | null {
  const gone = /^An? (lane|column) with id (\d+) does not exist\.$/u.exec(message);
  if (gone === null) {
    return null;
  }
  return { name: gone[1] === 'lane' ? 'target.lane' : `statusMapping.${gone[2]}`, message };
}

function hintOf(response: HttpResponse): string | undefined {
  return response.status === 401
    ? 'The API key is not accepted. Generate a new one (avatar → API) and enter it.'
    : undefined;
}

/** The service counts per minute and per hour and says so on every answer, errors included. */
function reportPace(context: SessionContext, response: HttpResponse): void {
  const number = (name: string) => {
    const value = response.headers[`x-ratelimit-${name}`];
    return value === undefined || value === '' || Number.isNaN(Number(value)) ? undefined : Number(value);
  };
  const leftThisMinute = number('perminute-remaining');
  const leftThisHour = number('perhour-remaining');
  if (leftThisMinute === undefined && leftThisHour === undefined) {
    return;
  }
  const exhausted = leftThisHour === 0 ? 10 * 60_000 : leftThisMinute === 0 ? 60_000 : undefined;
  context.onPace({
    callsPerMinute: number('perminute-limit'),
    callsPerHour: number('perhour-limit'),
    callsLeftThisMinute: leftThisMinute,
    callsLeftThisHour: leftThisHour,
    ...(exhausted === undefined ? {} : { pauseMs: exhausted, because: 'The API quota is used up.' }),
  });
}
