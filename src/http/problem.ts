import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

export interface ProblemError {
  readonly path: string;
  readonly message: string;
}

/** An answer in the form of RFC 9457, thrown by whoever knows what is wrong. */
export class Problem extends Error {
  readonly status: number;
  readonly errors: readonly ProblemError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, more: { errors?: readonly ProblemError[]; headers?: Record<string, string> } = {}) {
    super(detail);
    this.status = status;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not possible now',
  413: 'Too large',
  415: 'Unsupported kind of body',
  429: 'Too many requests',
  502: 'The tracker refused or did not answer',
  503: 'Not available',
};

export function sendProblem(reply: FastifyReply, problem: { status: number; detail: string; errors?: readonly ProblemError[] }): FastifyReply {
  const title = titles[problem.status] ?? 'Something went wrong';
  return reply
    .status(problem.status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title, status: problem.status, detail: problem.detail, ...(problem.errors === undefined ? {} : { errors: problem.errors }) });
}

/** One place where every error becomes an answer; nothing internal leaves. */
export function answerError(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof Problem) {
    reply.headers(error.headers);
    return sendProblem(reply, { status: error.status, detail: error.message, errors: error.errors });
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map((issue) => ({ path: pathOf(issue.instancePath), message: issue.message ?? 'is not valid' }));
    return sendProblem(reply, { status: 400, detail: 'The request has fields that are missing, unknown or not as they should be.', errors });
  }
  const status = error.statusCode ?? 500;
  if (status < 500) {
    return sendProblem(reply, { status, detail: error.message });
  }
  request.log.error({ err: error }, 'request failed');
  return sendProblem(reply, { status: 500, detail: `An error of Patchboard. Its trace is in the log under ${request.id}.` });
}

function pathOf(pointer: string): string {
  return pointer.replace(/^\//u, '').replaceAll('/', '.');
}
