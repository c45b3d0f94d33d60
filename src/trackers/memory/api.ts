import type { z } from 'zod';
import type { HttpRequest, HttpResponse, SessionContext } from '../../contracts/tracker.ts';
import type { TrackerError } from '../kit/answer.ts';
import { faultOfStatus, isSuccess, jsonOf, parseAnswer } from '../kit/answer.ts';
import { wireError } from './wire.ts';

export interface Api {
  readonly origin: string;
  get<Shape>(path: string, schema: z.ZodType<Shape>): Promise<Shape>;
  write<Shape>(wish: WriteWish<Shape>): Promise<Shape>;
}

export interface WriteWish<Shape> {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly body: unknown;
  readonly schema: z.ZodType<Shape>;
  readonly sendBefore: number;
  /** The version that the card must still have. */
  readonly version?: string;
}

/** One call each: the token in a header, every answer checked. */
export function makeApi(context: SessionContext): Api {
  const origin = String(context.settings['url']);
  const authorization = `Bearer ${String(context.credentials['token'])}`;
  const send = async (wish: HttpRequest) => {
    const response = await context.http.send(wish);
    const left = response.headers['x-calls-left'];
    if (left !== undefined) {
      context.onPace({ callsLeftThisMinute: Number(left) });
    }
    if (!isSuccess(response)) {
      throw faultOfStatus(wish, response, errorOf(response));
    }
    return response;
  };
  return {
    origin,
    async get(path, schema) {
      const wish: HttpRequest = {
        method: 'GET',
        url: `${origin}/api${path}`,
        headers: { authorization },
        purpose: 'read',
      };
      return parseAnswer(schema, wish, await send(wish));
    },
    async write({ method, path, body, schema, sendBefore, version }) {
      const headers = { authorization, ...(version === undefined ? {} : { 'if-match': version }) };
      const wish: HttpRequest = {
        method,
        url: `${origin}/api${path}`,
        headers,
        body,
        purpose: 'write',
        sendBefore,
      };
      return parseAnswer(schema, wish, await send(wish));
    },
  };
}

function errorOf(response: HttpResponse): TrackerError | null {
  const parsed = wireError.safeParse(jsonOf(response));
  if (!parsed.success) {
    return null;
  }
  const { code, message, field } = parsed.data.error;
  return { code, message, ...(field === undefined ? {} : { fields: [{ name: field, message }] }) };
}
