/** Answers in the service's envelopes, and its quota. */

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** A refusal with 400: English words, seldom more. */
export class Refusal extends Error {
  readonly code: string;
  readonly details: Record<string, string[]> | undefined;

  constructor(message: string, code = 'VE01', details?: Record<string, string[]>) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export function invalid(details: Record<string, string[]>): Refusal {
  return new Refusal('The parameters in the request body did not pass validation.', 'VE02', details);
}

export const ok = (data: unknown): Answered => ({ status: 200, body: { data } });

export function failure(status: number, code: string, message: string, more: object = {}): Answered {
  return { status, body: { error: { code, message, reference: '0SZ5Q3B0', ...more } } };
}

export function json(answered: Answered, headers: Readonly<Record<string, string>> = {}): Response {
  if (answered.status === 204) {
    return new Response(null, { status: 204, headers });
  }
  const type = { 'content-type': 'application/json' };
  return new Response(JSON.stringify(answered.body), {
    status: answered.status,
    headers: { ...type, ...headers },
  });
}

export function html(status: number, words: string): Response {
  return new Response(`<!doctype html><title>${words}</title><h1>${words}</h1>`, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
}

/** Attempting to exceed it costs a call, too. */
export class Quota {
  readonly minute = 30;
  readonly hour = 600;
  readonly #now: () => number;
  #calls: number[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a call. Seconds to wait if it was one too many. */
  take(): number | null {
    const now = this.#now();
    this.#calls = [...this.#calls.filter((at) => at > now - 3_600_000), now];
    const inMinute = this.#calls.filter((at) => at > now - 60_000);
    const [oldest = now] = this.#calls;
    const [oldestInMinute = now] = inMinute;
    if (this.#calls.length > this.hour) {
      return Math.ceil((oldest + 3_600_000 - now) / 1_000);
    }
    return inMinute.length > this.minute ? Math.ceil((oldestInMinute + 60_000 - now) / 1_000) : null;
  }

  /** On every answer, errors included. The figure of the minute lags by one, as recorded. */
  headers(): Record<string, string> {
    const now = this.#now();
    const inMinute = this.#calls.filter((at) => at > now - 60_000).length;
    return {
      'x-ratelimit-perminute-limit': String(this.minute),
      'x-ratelimit-perminute-remaining': String(Math.max(0, this.minute - Math.max(0, inMinute - 1))),
      'x-ratelimit-perhour-limit': String(this.hour),
      'x-ratelimit-perhour-remaining': String(Math.max(0, this.hour - this.#calls.length)),
    };
  }
}

export function throttled(seconds: number, headers: Readonly<Record<string, string>> = {}): Response {
  const words = 'You have sent too many requests recently.';
  const body = failure(429, 'RL02', words, { details: { retry_after: seconds } });
  return json(body, { ...headers, 'retry-after': String(seconds) });
}
