import { setTimeout as sleep } from 'node:timers/promises';
import { token } from './processes.ts';

/** Speaks to whichever web process answers, as a load balancer would. */
export interface Client {
  /** Answers with 500: nothing that dies or fails excuses them. */
  readonly bugs: readonly string[];
  /** Tries until somebody answers; throws on a refusal (4xx). */
  call<Body>(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Body>;
  /** One try; null where nobody answered, or with 5xx. */
  attempt<Body>(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Body | null>;
}

export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, words: string) {
    super(words);
    this.name = 'Refusal';
    this.status = status;
  }
}

const callMaxMs = 20_000;
const patienceMs = 300_000;

export function makeClient(nextUrl: () => string): Client {
  const bugs: string[] = [];
  const attempt: Client['attempt'] = async <Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    try {
      const answer = await fetch(`${nextUrl()}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(callMaxMs),
      });
      const text = await answer.text();
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
        throw new Refusal(answer.status, `${method} ${path} answered ${answer.status}: ${text}`);
      }
      if (answer.status === 500) {
        bugs.push(`${method} ${path}: ${text}`);
      }
      return answer.ok ? ((text === '' ? {} : JSON.parse(text)) as Body) : null;
    } catch (error) {
      if (error instanceof Refusal) {
        throw error;
      }
      return null;
    }
  };
  return {
    bugs,
    attempt,
    async call<Body>(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) {
      const deadline = Date.now() + patienceMs;
      while (true) {
        const answer = await attempt<Body>(method, path, body, headers);
        if (answer !== null) {
          return answer;
        }
        if (Date.now() > deadline) {
          throw new Error(`Nobody answered ${method} ${path} for ${patienceMs / 1_000} s.`);
        }
        await sleep(100);
      }
    },
  };
}
