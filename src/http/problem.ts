import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { CursorBroken } from '../store/paging.ts';
import type { Surroundings } from './surroundings.ts';

export interface ProblemError {
  readonly path: string;
  readonly message: string;
}

/** An answer in the form of RFC 9457, thrown by whoever knows what is wrong. */
export class Problem extends Error {
  readonly status: number;
  readonly errors: readonly ProblemError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    more: { errors?: readonly ProblemError[]; headers?: Record<string, string> } = {},
  ) {
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

export function sendProblem(
  reply: FastifyReply,
  problem: { status: number; detail: string; errors?: readonly ProblemError[] },
): FastifyReply {
  const title = titles[problem.status] ?? 'Something went wrong';
  return reply
    .status(problem.status)
    .type('application/problem+json')
    .send({
      type: 'about:blank',
      title,
      status: problem.status,
      detail: problem.detail,
      ...(problem.errors === undefined ? {} : { errors: problem.errors }),
    });
}

/** One place where every error becomes an answer; nothing internal leaves. */
export function makeErrorAnswer(log: Surroundings['log']) {
  return (error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = answerKnown(error, reply);
    if (known !== null) {
      return known;
    }
    const route = `${request.method} ${request.routeOptions.url ?? 'nowhere'}`;
    log('request failed', { route, correlationId: request.id, error });
    return sendProblem(reply, {
      status: 500,
      detail: `An error of Patchboard. Its trace is in the log under ${request.id}.`,
    });
  };
}

function answerKnown(error: FastifyError | Problem, reply: FastifyReply): FastifyReply | null {
  if (error instanceof Problem) {
    reply.headers(error.headers);
    return sendProblem(reply, { status: error.status, detail: error.message, errors: error.errors });
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map((issue) => ({
      path: pathOf(issue.instancePath),
      message: issue.message ?? 'is not valid',
    }));
    return sendProblem(reply, {
      status: 400,
      detail: 'The request has fields that are missing, unknown or not as they should be.',
      errors,
    });
  }
  if (error instanceof CursorBroken) {
    return sendProblem(reply, {
      status: 400,
      detail: error.message,
      errors: [{ path: 'cursor', message: error.message }],
    });
  }
  if (isDataException(error)) {
    return sendProblem(reply, {
      status: 400,
      detail:
        'A value in the request is not one that can be stored or compared: an id or cursor of another form, or a NUL character.',
    });
  }
  const status = error.statusCode ?? 500;
  return status < 500 ? sendProblem(reply, { status, detail: error.message }) : null;
}

/** SQLSTATE class 22 in the parts that a caller's text can cause: its form, its range, its characters. */
function isDataException({ code }: { readonly code?: string }): boolean {
  return ['22P02', '22P05', '22007', '22008', '22003', '22021'].includes(code ?? '');
}

function pathOf(pointer: string): string {
  return pointer.replace(/^\//u, '').replaceAll('/', '.');
}
