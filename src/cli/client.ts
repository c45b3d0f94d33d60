import type { CommandIo } from './command.ts';
import { WrongUse } from './command.ts';

/** The server said no, in its own words. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
  }
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Sent as it comes. */
  readonly stream?: ReadableStream<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One call to a running Patchboard. */
export async function call<Body>(io: CommandIo, wish: Call): Promise<Body> {
  const { url, token } = io.client;
  if (token === null) {
    throw new WrongUse('Set PATCHBOARD_TOKEN to an API token (Settings → API tokens).');
  }
  const response = await send(url, token, wish);
  const text = await response.text();
  if (!response.ok) {
    throw new Refusal(response.status, wordsOf(text, response.status));
  }
  return (text === '' ? null : JSON.parse(text)) as Body;
}

async function send(url: string, token: string, wish: Call): Promise<Response> {
  const json = wish.body === undefined ? {} : { 'content-type': 'application/json' };
  try {
    return await fetch(`${url}${wish.path}`, {
      method: wish.method,
      headers: { authorization: `Bearer ${token}`, ...json, ...wish.headers },
      body: wish.stream ?? (wish.body === undefined ? undefined : JSON.stringify(wish.body)),
      ...(wish.stream === undefined ? {} : { duplex: 'half' }),
      redirect: 'error',
    } as RequestInit);
  } catch (error) {
    throw new Refusal(
      0,
      `${url} does not answer: ${(error as Error).message}. Is PATCHBOARD_URL right, and Patchboard running?`,
    );
  }
}

interface ProblemBody {
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

function wordsOf(text: string, status: number): string {
  try {
    const { detail, errors } = JSON.parse(text) as ProblemBody;
    const places = (errors ?? []).map((one) => `\n  ${one.path}: ${one.message}`).join('');
    return `${detail ?? `The server answered ${status}.`}${places}`;
  } catch {
    return `The server answered ${status}.`;
  }
}
