import { performance } from 'node:perf_hooks';
import { Agent, request } from 'undici';
import type { Exchange, HttpClient, HttpRequest, HttpResponse } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { AddressRefused, makeUrlGuard } from '../../lib/url-guard.ts';
import { redactBody, redactUrl } from './redact.ts';

export interface HttpClientOptions {
  /** Credentials are sent to these origins and to no other. */
  readonly allowedOrigins: readonly string[];
  readonly allowedNetworks: readonly string[];
  readonly onExchange?: (exchange: Exchange) => void;
  readonly responseBytesMax?: number;
  readonly timeoutMs?: number;
}

const responseBytesDefault = 10 * 1024 ** 2;
const timeoutDefaultMs = 90_000;
const agents = new Map<string, Agent>();

/** The one way out to a tracker: one attempt, no redirect, no cookie, no retry, everything bounded and recorded redacted. */
export function makeHttpClient(options: HttpClientOptions): HttpClient {
  const guard = makeUrlGuard(options.allowedNetworks);
  const agent = agentFor(options.allowedNetworks, guard.lookup);
  return {
    now: () => performance.now(),
    async send(wish) {
      const origin = guardedOrigin(guard, wish.url);
      if (!options.allowedOrigins.includes(origin)) {
        throw new TrackerFault('forbidden', `${origin} is not where these credentials belong: nothing was sent.`);
      }
      return sendOnce(wish, agent, options);
    },
  };
}

/** Connections are kept alive per set of allowed networks, since the guard sits in the connect step. */
function agentFor(networks: readonly string[], lookup: ReturnType<typeof makeUrlGuard>['lookup']): Agent {
  const key = networks.join(',');
  const known = agents.get(key);
  if (known !== undefined) {
    return known;
  }
  const agent = new Agent({ connect: { lookup, timeout: 10_000 }, connections: 64, pipelining: 1, maxHeaderSize: 65_536 });
  agents.set(key, agent);
  return agent;
}

function guardedOrigin(guard: ReturnType<typeof makeUrlGuard>, url: string): string {
  try {
    return guard.origin(url);
  } catch (error) {
    throw refusedAddress(error);
  }
}

function refusedAddress(error: unknown): TrackerFault {
  const message = error instanceof Error ? error.message : String(error);
  return new TrackerFault('forbidden', message, {
    hint: 'If this tracker really lives in your own network, the operator adds it to PATCHBOARD_ALLOWED_NETWORKS.',
    cause: error,
  });
}

async function sendOnce(wish: HttpRequest, agent: Agent, options: HttpClientOptions): Promise<HttpResponse> {
  const began = performance.now();
  const body = bodyOf(wish);
  const note = (status: number | null, text: string | null, error: string | null) =>
    options.onExchange?.({
      at: new Date().toISOString(),
      method: wish.method,
      url: redactUrl(wish.url),
      requestBody: redactBody(body ?? null, wish.secretFields),
      status,
      responseBody: redactBody(text, wish.secretFields),
      durationMs: Math.round(performance.now() - began),
      error,
    });
  if (wish.sendBefore !== undefined && performance.now() >= wish.sendBefore) {
    throw new TrackerFault('unavailable', `The moment to send ${wish.method} ${redactUrl(wish.url)} had passed: nothing was sent.`);
  }
  try {
    const response = await exchange(wish, body, agent, options);
    note(response.status, response.text, null);
    return response;
  } catch (error) {
    const fault = faultOf(error, wish);
    note(null, null, fault.message);
    throw fault;
  }
}

function bodyOf(wish: HttpRequest): string | undefined {
  if (wish.body === undefined) {
    return undefined;
  }
  return typeof wish.body === 'string' ? wish.body : JSON.stringify(wish.body);
}

async function exchange(
  wish: HttpRequest,
  body: string | undefined,
  agent: Agent,
  options: HttpClientOptions,
): Promise<HttpResponse> {
  const json = body !== undefined && typeof wish.body !== 'string';
  const timeoutMs = wish.timeoutMs ?? options.timeoutMs ?? timeoutDefaultMs;
  const answer = await request(wish.url, {
    dispatcher: agent,
    method: wish.method,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'patchboard',
      ...(json ? { 'content-type': 'application/json' } : {}),
      ...wish.headers,
    },
    body,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    signal: AbortSignal.timeout(timeoutMs),
  });
  const most = options.responseBytesMax ?? responseBytesDefault;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer.body as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > most) {
      answer.body.destroy();
      throw new Error(`the answer is longer than ${most} bytes`);
    }
    parts.push(part);
  }
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
  return { status: answer.statusCode, headers, text: Buffer.concat(parts).toString('utf8').replace(/^\uFEFF/u, '') };
}

/** Codes with which a request surely never reached the tracker. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'EPROTO',
]);

function faultOf(error: unknown, wish: HttpRequest): TrackerFault {
  const cause = rootOf(error);
  if (cause instanceof AddressRefused) {
    return refusedAddress(cause);
  }
  const code = (cause as NodeJS.ErrnoException).code ?? (error as NodeJS.ErrnoException).code ?? '';
  const words = `${wish.method} ${redactUrl(wish.url)}: ${cause instanceof Error ? cause.message : String(cause)}`;
  if (neverSent.has(code)) {
    return new TrackerFault('unavailable', words, { cause: error });
  }
  const kind = wish.purpose === 'write' ? 'uncertain' : 'unavailable';
  return new TrackerFault(kind, words, { errorClass: kind === 'uncertain' ? 'timeout' : 'unavailable', cause: error });
}

function rootOf(error: unknown): unknown {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error && current.cause instanceof Error; depth += 1) {
    current = current.cause;
  }
  if (current instanceof AggregateError) {
    return current.errors.find((one) => one instanceof AddressRefused) ?? current.errors[0] ?? current;
  }
  return current;
}
