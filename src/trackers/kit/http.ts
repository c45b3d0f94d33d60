import { performance } from 'node:perf_hooks';
import type { Exchange, HttpClient, HttpRequest, HttpResponse } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { AddressRefused, makeUrlGuard } from '../../lib/url-guard.ts';
import { takeWire } from '../../lib/wires.ts';
import type { GuardedDispatcher, Handover, Reach } from './dispatcher.ts';
import { keptDispatcher, MomentPassed, openOwnConnection, watched } from './dispatcher.ts';
import { readText } from './read-text.ts';
import { makeRedaction } from './redact.ts';

export interface HttpClientOptions {
  /** Credentials are sent to these origins and to no other. */
  readonly allowedOrigins: readonly string[];
  readonly allowedNetworks: readonly string[];
  readonly onExchange?: (exchange: Exchange) => void;
  /** Longest answer, after decompression. */
  readonly responseBytesMax?: number;
  readonly timeoutMs?: number;
}

const responseBytesDefault = 10 * 1024 ** 2;
const timeoutDefaultMs = 90_000;

/**
 * The one way out to a tracker: one attempt, no redirect, no cookie, no retry, everything bounded and recorded redacted. Work of the
 * queue waits here until its place in the connection's lane lets it out.
 * What never reached the tracker is `unavailable`, be it a refused address: an operator's mistake must not look like a verdict
 * about a card, and all goes on by itself once it is mended. Foreign origins are `forbidden`, a bug of ours.
 */
export function makeHttpClient(options: HttpClientOptions): HttpClient {
  const guard = makeUrlGuard(options.allowedNetworks);
  // A kept connection that the other side has just closed takes a write and tells nothing: was it received? Writes have their own, which
  // are fresh, or carried another write a moment ago.
  const open = ({ url, purpose }: HttpRequest, reach: Reach) => (purpose === 'write' ? openOwnConnection(reach, guard, url) : null);
  return {
    now: () => performance.now(),
    async send(wish) {
      const reach = { networks: options.allowedNetworks, inside: wish.ownNetworkOnly === true };
      let began = performance.now();
      const redaction = makeRedaction(wish);
      const handover: Handover = { begun: false, sendBefore: wish.sendBefore };
      const note = (status: number | null, text: string | null, error: string | null) =>
        options.onExchange?.({
          at: new Date().toISOString(),
          method: wish.method,
          url: redaction.url(wish.url),
          requestBody: redaction.body(bodyOf(wish) ?? null),
          status,
          responseBody: redaction.body(text),
          durationMs: Math.round(performance.now() - began),
          error,
        });
      try {
        checkOrigin(guard.origin(wish.url, { inside: reach.inside }), options.allowedOrigins);
        // Open before its turn: no other request waits while it is being made.
        let own = await open(wish, reach);
        const giveBack = await takeWire();
        began = performance.now();
        try {
          if (own?.isGood() === false) {
            own.end();
            own = await open(wish, reach);
          }
          const response = await exchange({ wish, dispatcher: own?.dispatcher ?? keptDispatcher(reach, guard), handover, options });
          own?.handOn();
          own = null;
          note(response.status, response.text, null);
          return response;
        } finally {
          giveBack();
          own?.end();
        }
      } catch (error) {
        const fault = faultOf(error, wish, handover, redaction.url(wish.url));
        note(null, null, fault.message);
        throw fault;
      }
    },
  };
}

function checkOrigin(origin: string, allowed: readonly string[]): void {
  if (!allowed.includes(origin)) {
    const message = `${origin} is not where these credentials belong: nothing was sent.`;
    throw new TrackerFault('forbidden', message, { errorClass: 'bug' });
  }
}

function bodyOf(wish: HttpRequest): string | undefined {
  if (wish.body === undefined) {
    return undefined;
  }
  return typeof wish.body === 'string' ? wish.body : JSON.stringify(wish.body);
}

interface Sending {
  readonly wish: HttpRequest;
  readonly dispatcher: GuardedDispatcher;
  readonly handover: Handover;
  readonly options: HttpClientOptions;
}

async function exchange({ wish, dispatcher, handover, options }: Sending): Promise<HttpResponse> {
  const body = bodyOf(wish);
  const json = body !== undefined && typeof wish.body !== 'string';
  const timeoutMs = wish.timeoutMs ?? options.timeoutMs ?? timeoutDefaultMs;
  if (isPast(handover)) {
    throw new MomentPassed();
  }
  const answer = await watched(dispatcher, handover, wish.url, {
    method: wish.method,
    headers: {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'user-agent': 'patchboard',
      ...(json ? { 'content-type': 'application/json' } : {}),
      ...wish.headers,
    },
    body,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    signal: AbortSignal.timeout(timeoutMs),
  });
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  const most = options.responseBytesMax ?? responseBytesDefault;
  const text = await readText(answer.body, headers['content-encoding'], most);
  return { status: answer.statusCode, headers, text };
}

function isPast({ sendBefore }: Handover): boolean {
  return sendBefore !== undefined && performance.now() >= sendBefore;
}

/** Whether the request was handed to a socket decides: before that nothing was executed, after it a write may have been. */
function faultOf(error: unknown, wish: HttpRequest, handover: Handover, url: string): TrackerFault {
  if (error instanceof TrackerFault) {
    return error;
  }
  const cause = rootOf(error);
  const what = `${wish.method} ${url}`;
  if (cause instanceof AddressRefused) {
    const hint =
      'If this tracker really lives in your own network, the operator adds it to PATCHBOARD_ALLOWED_NETWORKS.';
    return new TrackerFault('unavailable', cause.message, { errorClass: 'permission', hint, cause: error });
  }
  if (cause instanceof MomentPassed) {
    return new TrackerFault('unavailable', `The moment to send ${what} had passed: nothing was sent.`, {
      cause: error,
    });
  }
  const words = `${what}: ${wordsOf(cause)}`;
  if (!handover.begun) {
    return new TrackerFault('unavailable', words, { cause: error });
  }
  return wish.purpose === 'write'
    ? new TrackerFault('uncertain', words, { errorClass: 'timeout', cause: error })
    : new TrackerFault('unavailable', words, {
        errorClass: isTimeout(cause) ? 'timeout' : 'unavailable',
        cause: error,
      });
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && (cause.name === 'TimeoutError' || /TIMEOUT/u.test(codeOf(cause)));
}

function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) {
    return String(cause);
  }
  const code = codeOf(cause);
  return cause.message === '' || (code !== '' && !cause.message.includes(code))
    ? `${cause.message} (${code === '' ? cause.name : code})`.trim()
    : cause.message;
}

function codeOf(cause: Error): string {
  return (cause as NodeJS.ErrnoException).code ?? '';
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
