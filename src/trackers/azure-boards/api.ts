import type { z } from 'zod';
import type { HttpRequest, HttpResponse, SessionContext } from '../../contracts/tracker.ts';
import { parseAnswer } from '../kit/answer.ts';
import { accepted, isRefusedIdentity } from './faults.ts';
import type { AzureCredentials } from './organization-url.ts';
import { accountOrigin, rootOf } from './organization-url.ts';
import { paceOf } from './pace.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Asked<Shape> {
  readonly path: string;
  readonly schema: z.ZodType<Shape>;
  readonly query?: Query;
}

export interface Write<Shape> extends Asked<Shape> {
  readonly method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly sendBefore?: number;
}

export interface Api {
  /** `https://dev.azure.com/fabrikam`. */
  readonly root: string;
  get<Shape>(path: string, schema: z.ZodType<Shape>, query?: Query): Promise<Shape>;
  /** A POST that only reads: a query, a batch, a check of a draft. */
  ask<Shape>(wish: Asked<Shape> & { readonly body: unknown }): Promise<Shape>;
  write<Shape>(wish: Write<Shape>): Promise<Shape>;
  /** One answer whole, for what its headers say. */
  look(path: string, query?: Query): Promise<HttpResponse>;
  /** What is asked of the account of who signed in, outside every organization. */
  ofAccount<Shape>(path: string, schema: z.ZodType<Shape>, query?: Query): Promise<Shape>;
}

const version = '7.1';
const patchType = 'application/json-patch+json';
/** Passwords of hooks, and their addresses, which admit whoever knows them. */
const hookSecrets = ['basicAuthPassword', 'url'];
const timeoutMs = 60_000;

/** One call each, always of the same version, without redirects; who we are goes in a header. */
export function makeApi(context: SessionContext): Api {
  const root = rootOf(context.settings);
  const wishOf = (method: HttpRequest['method'], path: string, query: Query = {}, base = root): HttpRequest => ({
    method,
    url: `${base}${path}${queryText({ ...query, 'api-version': query['api-version'] ?? version })}`,
    purpose: 'read',
    timeoutMs,
    ...(path.startsWith('/_apis/hooks') ? { secretFields: hookSecrets } : {}),
  });
  const look = (path: string, query?: Query) => sendSigned(context, wishOf('GET', path, query));
  return {
    root,
    look,
    async get(path, schema, query) {
      return parseAnswer(schema, wishOf('GET', path, query), await look(path, query));
    },
    async ofAccount(path, schema, query) {
      const wish = wishOf('GET', path, query, accountOrigin(context.settings));
      return parseAnswer(schema, wish, await sendSigned(context, wish));
    },
    async ask({ path, schema, query, body }) {
      const wish: HttpRequest = { ...wishOf('POST', path, query), ...bodyOf(body) };
      return parseAnswer(schema, wish, await sendSigned(context, wish));
    },
    async write({ method, path, schema, query, body, sendBefore }) {
      const wish: HttpRequest = {
        ...wishOf(method, path, query),
        ...(body === undefined ? {} : bodyOf(body)),
        ...{ purpose: 'write', sendBefore },
      };
      const response = await sendSigned(context, wish);
      return response.status === 204 ? schema.parse(null) : parseAnswer(schema, wish, response);
    },
  };
}

/** A list is a JSON Patch, which has a media type of its own. */
function bodyOf(body: unknown): Pick<HttpRequest, 'body' | 'headers'> {
  return Array.isArray(body) ? { body, headers: { 'content-type': patchType } } : { body };
}

/** What is refused for who we are was surely not executed, so it is asked once more with a fresh token. */
async function sendSigned(context: SessionContext, wish: HttpRequest): Promise<HttpResponse> {
  const given = context.credentials as AzureCredentials;
  const asking = { now: context.now(), tenant: 'clientId' in given ? (given.tenantId ?? null) : null };
  if ('personalAccessToken' in given) {
    // The part before the colon is ignored; anything but exact base64 is refused.
    const basic = `Basic ${Buffer.from(`:${given.personalAccessToken}`).toString('base64')}`;
    return accepted(wish, await sendOnce(context, wish, basic), asking);
  }
  const token = await context.accessToken();
  const first = await sendOnce(context, wish, `Bearer ${token}`);
  if (!isRefusedIdentity(first)) {
    return accepted(wish, first, asking);
  }
  const fresh = await context.accessToken({ rejected: token });
  return accepted(wish, fresh === token ? first : await sendOnce(context, wish, `Bearer ${fresh}`), asking);
}

async function sendOnce(context: SessionContext, wish: HttpRequest, authorization: string): Promise<HttpResponse> {
  const response = await context.http.send({
    ...wish,
    // Without this header an expired token is answered with a page to sign in, and not with 401.
    headers: { 'x-tfs-fedauthredirect': 'Suppress', ...wish.headers, authorization },
  });
  const hint = paceOf(response, context.now());
  if (hint !== null) {
    context.onPace(hint);
  }
  return response;
}

function queryText(query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  return `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`;
}

/** One part of an address. */
export function part(name: string): string {
  return encodeURIComponent(name);
}
