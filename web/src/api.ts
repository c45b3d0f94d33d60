import { words } from './words/words.ts';

/** The only place that talks to the server. */

export interface ProblemBody {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

export class ApiProblem extends Error {
  readonly status: number;
  readonly errors: readonly { readonly path: string; readonly message: string }[];

  constructor(body: ProblemBody) {
    super(body.detail);
    this.name = 'ApiProblem';
    this.status = body.status;
    this.errors = body.errors ?? [];
  }
}

export async function api<Body>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Body> {
  const response = await send(`/api/v1${path}`, {
    method,
    credentials: 'same-origin',
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new ApiProblem(problemOf(response, text));
  }
  return (text === '' ? null : JSON.parse(text)) as Body;
}

function problemOf(response: Response, text: string): ProblemBody {
  try {
    return JSON.parse(text) as ProblemBody;
  } catch {
    return { title: words.failed.title, status: response.status, detail: words.failed.noAnswer(response.status) };
  }
}

async function send(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, options);
  } catch {
    throw new ApiProblem({ title: words.failed.title, status: 0, detail: words.failed.offline });
  }
}
