import type { z } from 'zod';
import type { HttpRequest, HttpResponse, SessionContext } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { jsonOf, parseAnswer } from '../kit/answer.ts';
import { faultOfAnswer, isAsleep, isCutOff, isQuotaCut } from './faults.ts';
import { paceOf } from './pace.ts';
import type { Row } from './wire.ts';
import { oneRow, rows } from './wire.ts';

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Page {
  readonly rows: readonly Row[];
  /** `X-Total-Count`: counts rows which we may not see, too. Null: the answer does not tell. */
  readonly total: number | null;
  /** There are further pages, whether or not this one was full: the limit applies before the access rules. */
  readonly more: boolean;
  /** The instance's clock, from the `Date` header; ours where it is missing. */
  readonly serverTime: number;
}

export interface Api {
  readonly origin: string;
  get<Shape>(path: string, schema: z.ZodType<Shape>, query?: Query): Promise<Shape>;
  list(table: string, query: Query): Promise<Page>;
  write(wish: WriteWish): Promise<Row>;
  /** The status of a call without credentials: 401 in JSON means that the instance is awake. */
  knock(): Promise<HttpResponse>;
}

export interface WriteWish {
  readonly method: 'POST' | 'PATCH';
  readonly table: string;
  readonly ref?: string;
  readonly fields: readonly string[];
  readonly body: Readonly<Record<string, string>>;
  readonly sendBefore?: number;
}

// Version 2 answers an empty list with 200; version 1 with 404.
const tablePath = (table: string, ref?: string) =>
  `/api/now/v2/table/${encodeURIComponent(table)}${ref === undefined ? '' : `/${encodeURIComponent(ref)}`}`;
/** Both values of each column, references as plain ids. Stored values are UTC and unworded; labels are for people. */
const bothValues = { sysparm_display_value: 'all', sysparm_exclude_reference_link: 'true' };
// Above the platform's own 60 seconds for one transaction.
const timeoutMs = 70_000;
/** Page size of a second try after the instance cut a page off for taking too long. */
const smallPage = 25;

/** One call each. The token goes in a header, no cookie comes along, and success is 2xx, JSON and a `result`. */
export function makeApi(context: SessionContext): Api {
  const origin = String(context.settings['url']);
  const get = async <Shape>(path: string, schema: z.ZodType<Shape>, query: Query = {}) => {
    const wish: HttpRequest = {
      method: 'GET',
      url: `${origin}${path}${queryText(query)}`,
      purpose: 'read',
      timeoutMs,
    };
    const response = await sendSigned(context, wish);
    return { shape: parseAnswer(schema, wish, response), response };
  };
  const page = async (table: string, query: Query): Promise<Page> => {
    const { shape, response } = await get(tablePath(table), rows, { ...bothValues, ...query });
    const total = response.headers['x-total-count'];
    const date = Date.parse(response.headers['date'] ?? '');
    return {
      rows: shape.result,
      total: total === undefined || total === '' ? null : Number(total),
      more: /rel="?next"?/iu.test(response.headers['link'] ?? ''),
      serverTime: Number.isNaN(date) ? context.now() : date,
    };
  };
  return {
    origin,
    get: async (path, schema, query) => (await get(path, schema, query)).shape,
    async list(table, query) {
      try {
        return await page(table, query);
      } catch (fault) {
        if (
          fault instanceof TrackerFault &&
          isQuotaCut(fault) &&
          Number(query['sysparm_limit'] ?? 0) > smallPage
        ) {
          return page(table, { ...query, sysparm_limit: smallPage });
        }
        throw fault;
      }
    },
    async write({ method, table, ref, fields, body, sendBefore }) {
      const query = queryText({ ...bothValues, sysparm_fields: fields.join(',') });
      const wish: HttpRequest = {
        method,
        url: `${origin}${tablePath(table, ref)}${query}`,
        body,
        purpose: 'write',
        sendBefore,
        timeoutMs,
      };
      return parseAnswer(oneRow, wish, await sendSigned(context, wish)).result;
    },
    knock() {
      const url = `${origin}${tablePath('incident')}?sysparm_limit=1&sysparm_fields=sys_id`;
      return context.http.send({ method: 'GET', url, purpose: 'read', timeoutMs });
    },
  };
}

/**
 * A 401 is surely not executed, so the call is made once more, with a fresh token; or with the same, since ServiceNow repeats a
 * token until it ends, and a node that does not know it yet refuses it once.
 */
async function sendSigned(context: SessionContext, wish: HttpRequest): Promise<HttpResponse> {
  const token = await context.accessToken();
  const first = await sendOnce(context, wish, token);
  if (first.status !== 401) {
    return accepted(context, wish, first);
  }
  const fresh = await context.accessToken({ rejected: token });
  return accepted(context, wish, await sendOnce(context, wish, fresh));
}

async function sendOnce(context: SessionContext, wish: HttpRequest, token: string): Promise<HttpResponse> {
  const response = await context.http.send({
    ...wish,
    headers: { ...wish.headers, authorization: `Bearer ${token}` },
  });
  const hint = paceOf(response, context.now());
  if (hint !== null) {
    context.onPace(hint);
  }
  return response;
}

function accepted(context: SessionContext, wish: HttpRequest, response: HttpResponse): HttpResponse {
  const success = response.status >= 200 && response.status < 300 && response.status !== 202;
  if (!success || isAsleep(response) || isCutOff(response) || hasError(response)) {
    throw faultOfAnswer(wish, response, context.now());
  }
  return response;
}

/** 200 with an error object: the transaction was cancelled after some rows had been written out. */
function hasError(response: HttpResponse): boolean {
  const body = jsonOf(response);
  return body !== null && typeof body === 'object' && 'error' in body;
}

function queryText(query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  return pairs.length === 0
    ? ''
    : `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`;
}

/** Ids go into an encoded query, which has no escape for `^`: only characters that mean nothing there are let in. */
export function querySafe(value: string): string {
  if (!/^[\w.:-]{1,100}$/u.test(value)) {
    throw new TrackerFault('rejected', `“${value.slice(0, 100)}” cannot be part of a ServiceNow query.`, {
      errorClass: 'bug',
    });
  }
  return value;
}
