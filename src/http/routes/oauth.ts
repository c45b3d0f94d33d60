import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { authorization } from '../../contracts/api/connections.ts';
import { audit } from '../../store/audit.ts';
import { beginLogin, finishLogin } from '../../sync/oauth-login.ts';
import { actor, callerOf, refusalOf } from '../access.ts';
import type { Mount } from '../app.ts';
import { sendProblem } from '../problem.ts';
import { throwRefused } from './connections.ts';

const needed = { role: 'administrator' as const };
const textMax = 4_000;
const codeMax = 8_000;

/** A tracker adds what it likes to the address; only this is read of it. */
const cameBack = z.object({
  state: z.string().max(textMax).default(''),
  code: z.string().max(codeMax).optional(),
  error: z.string().max(textMax).optional(),
  error_description: z.string().max(textMax).optional(),
});

/** Logging in at a tracker: the way out, and the way back to the page of the connection. */
export const oauthRoutes: Mount = (app, services) => {
  const { engine, store, trackers } = services;
  const publicOrigin = new URL(services.publicUrl).origin;

  app.post(
    '/api/v1/connections/:id/authorize',
    {
      config: { access: needed },
      schema: {
        summary: 'Begin a login: where to send the browser',
        params: z.object({ id: z.string().max(100) }),
        response: { 200: authorization },
      },
    },
    async (request) => {
      const by = actor(request);
      const caller = await callerOf(store, request, publicOrigin);
      const begun = await beginLogin(engine, request.params.id, { key: caller?.key ?? '', isPerson: by.kind === 'person' });
      return begun.kind === 'refused' ? throwRefused(begun) : { authorizationUrl: begun.authorizationUrl };
    },
  );

  for (const { id: tracker, oauth } of trackers) {
    if (oauth === null) {
      continue;
    }
    app.get(
      oauth.callbackPath,
      {
        // Asked for inside: who is not known is told so on a page, not in an error of the API.
        config: { access: 'public' as const, rateLimit: { max: 60, timeWindow: '1 minute' } },
        schema: { hide: true, querystring: cameBack } as { hide: boolean; querystring: typeof cameBack },
      },
      async (request, reply) => {
        const caller = await callerOf(store, request, publicOrigin);
        const refusal = caller === null ? signInFirst : refusalOf(caller.principal, needed);
        if (caller === null || refusal !== null) {
          return tell(request, reply, { status: caller === null ? 401 : 403, detail: refusal ?? signInFirst });
        }
        const { state, code, error, error_description: description } = request.query;
        const finished = await finishLogin(
          engine,
          { key: caller.key, isPerson: caller.principal.kind === 'person' },
          { tracker, state, code: code ?? null, error: error ?? null, description: description ?? null },
        );
        if (finished.kind === 'unknown') {
          return tell(request, reply, { status: 400, detail: notKnown });
        }
        const ok = finished.kind === 'logged in';
        await audit(store.db, {
          by: caller.principal,
          act: ok ? 'connection logged in' : 'connection login failed',
          subject: finished.connectionId,
          address: request.ip,
          correlationId: request.id,
        });
        return reply.redirect(`/connections/${finished.connectionId}?login=${ok ? 'succeeded' : 'failed'}`);
      },
    );
  }
};

/** A browser stands here, with a person before it. Nothing of the address is repeated. */
function tell(request: FastifyRequest, reply: FastifyReply, problem: { readonly status: number; readonly detail: string }) {
  if (!String(request.headers.accept ?? '').includes('text/html')) {
    return sendProblem(reply, problem);
  }
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Login not finished</title>
<h1>The login was not finished</h1><p>${problem.detail}</p><p><a href="/integrations">To the integrations</a></p></html>`;
  return reply.status(problem.status).type('text/html; charset=utf-8').send(page);
}

const signInFirst =
  'Nobody is signed in here. Sign in to Patchboard in this browser, at the address under which the login was begun, and reload this page.';
const notKnown =
  'This login is not known: it was used already, is older than ten minutes, or was begun by somebody else or in another browser. Begin it again on the connection’s page.';
