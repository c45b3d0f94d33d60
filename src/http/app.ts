import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import type { Access } from './access.ts';
import { authorize } from './access.ts';
import { documentOptions } from './document.ts';
import { leaveInTime } from './farewell.ts';
import { makeRegistry, measureRequests } from './metrics.ts';
import { makeErrorAnswer, sendProblem } from './problem.ts';
import { assetRoutes } from './routes/assets.ts';
import { configurationRoutes } from './routes/configurations.ts';
import { connectionRoutes } from './routes/connections.ts';
import { instanceRoutes } from './routes/instance.ts';
import { mergeRoutes } from './routes/merges.ts';
import { jobRoutes } from './routes/jobs.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { operationRoutes } from './routes/operations.ts';
import { peopleRoutes } from './routes/people.ts';
import { scanRoutes } from './routes/scans.ts';
import { scheduleRoutes } from './routes/schedules.ts';
import { assessmentRoutes } from './routes/assessments.ts';
import { scopeRoutes } from './routes/scopes.ts';
import { sessionRoutes } from './routes/session.ts';
import { settingsRoutes } from './routes/settings.ts';
import { singleSignOnRoutes } from './routes/single-sign-on.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { holdRoutes } from './routes/holds.ts';
import { linkRoutes } from './routes/links.ts';
import { whyRoutes } from './routes/why.ts';
import { orphanRoutes } from './routes/orphans.ts';
import { syncRoutes } from './routes/sync.ts';
import { viewRoutes } from './routes/views.ts';
import { aboutRoutes } from './routes/about.ts';
import { draftRoutes } from './routes/drafts.ts';
import { eventRoutes } from './routes/events.ts';
import { vulnerabilityListRoutes } from './routes/vulnerability-lists.ts';
import { vulnerabilityRoutes } from './routes/vulnerabilities.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import type { Surroundings } from './surroundings.ts';

const bodyBytesMax = 2 * 1024 ** 2;
const closePatienceMs = 5_000;

/** A route, and who may call it. */
export interface Entrance {
  readonly method: string;
  readonly path: string;
  readonly access: Access;
}

declare module 'fastify' {
  interface FastifyInstance {
    entrances: readonly Entrance[];
    registry: Registry;
  }
}

/** An instance whose schemas are zod. */
export type App = ReturnType<typeof typed>;

function typed(app: FastifyInstance) {
  return app.withTypeProvider<ZodTypeProvider>();
}

export type Mount = (app: App, services: Surroundings) => void;

const mounts: readonly Mount[] = [
  operationRoutes,
  sessionRoutes,
  singleSignOnRoutes,
  settingsRoutes,
  peopleRoutes,
  assetRoutes,
  scanRoutes,
  scheduleRoutes,
  scopeRoutes,
  assessmentRoutes,
  vulnerabilityListRoutes,
  vulnerabilityRoutes,
  mergeRoutes,
  viewRoutes,
  draftRoutes,
  aboutRoutes,
  eventRoutes,
  connectionRoutes,
  oauthRoutes,
  subscriptionRoutes,
  configurationRoutes,
  jobRoutes,
  instanceRoutes,
  syncRoutes,
  deliveryRoutes,
  holdRoutes,
  linkRoutes,
  whyRoutes,
  orphanRoutes,
];

/** API, webhooks and web app on one port. */
export async function makeApp(services: Surroundings): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: bodyBytesMax,
    genReqId: () => randomUUID(),
    requestTimeout: 0,
    // A proxy on this machine says who calls; nobody else is believed.
    trustProxy: 'loopback',
    routerOptions: { maxParamLength: 300 },
    frameworkErrors: (error, request, reply) => {
      reply.header('x-correlation-id', request.id);
      void sendProblem(reply, { status: error.statusCode ?? 400, detail: error.message });
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(makeErrorAnswer(services.log));
  // JSON alone: a form or a plain text that another site posts is no request of ours.
  app.removeContentTypeParser('text/plain');
  allowEmptyJson(app);
  leaveInTime(app, closePatienceMs);
  app.decorateRequest('principal', null);
  app.decorate('entrances', watchEntrances(app));
  app.decorate('registry', makeRegistry(services.store.db));
  measureRequests(app, app.registry);
  await app.register(cookie);
  await app.register(helmet, helmetOptions(services.publicUrl));
  await app.register(rateLimit, { global: false });
  await app.register(swagger, documentOptions(services.publicUrl));
  const publicOrigin = new URL(services.publicUrl).origin;
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-correlation-id', request.id);
    reply.header('cache-control', 'no-store');
    await authorize(services.store, request, publicOrigin);
  });
  app.register(async (scoped) => {
    for (const mount of mounts) {
      mount(typed(scoped), services);
    }
  });
  app.register(async (scoped) => webhookRoutes(scoped, services));
  await webApp(app, services);
  return app;
}

/** A script that says "JSON" and sends nothing, to a call that needs nothing, means well. */
function allowEmptyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null) : parse(request, String(body), done),
  );
}

/** Keeps the list of routes with who may call them, and lets no route in that does not say so. */
function watchEntrances(app: FastifyInstance): readonly Entrance[] {
  const entrances: Entrance[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    const access = config?.access;
    assert(access !== undefined, `The route ${String(method)} ${url} says who may call it`);
    const methods = [method].flat().filter((one) => one !== 'HEAD');
    entrances.push(...methods.map((one) => ({ method: one, path: url, access })));
  });
  return entrances;
}

function helmetOptions(publicUrl: string) {
  const self = ["'self'"];
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: self,
        // The component library sets style attributes.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: self,
        fontSrc: self,
        baseUri: ["'none'"],
        formAction: self,
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
      },
    },
    strictTransportSecurity: publicUrl.startsWith('https:') ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'no-referrer' as const },
    crossOriginResourcePolicy: { policy: 'same-origin' as const },
  };
}

/** Static files, and the app's page for every address that is no file and no API. */
async function webApp(app: FastifyInstance, { webFolder }: Surroundings): Promise<void> {
  if (webFolder !== null) {
    await app.register(fastifyStatic, {
      root: webFolder,
      serve: false,
      wildcard: false,
      cacheControl: false,
    });
  }
  app.get(
    '/*',
    { config: { access: 'public' }, schema: { hide: true } as object },
    async (request, reply) => {
      const path = request.url.split('?')[0] ?? '/';
      if (/^\/(?:api|webhooks)\//u.test(path)) {
        return sendProblem(reply, {
          status: 404,
          detail: `There is nothing at ${path.slice(0, 200)}. See /api/docs.`,
        });
      }
      if (webFolder === null || !existsSync(webFolder)) {
        return reply.type('text/plain').send('The web app is being built. Reload this page in a moment.');
      }
      const file = decodeURIComponent(path.slice(1));
      if (/^static\/[\w.-]+$/u.test(file)) {
        return reply.header('cache-control', 'public, max-age=31536000, immutable').sendFile(file);
      }
      return /^[\w-]+\.(?:js|svg|png|ico|txt|webmanifest)$/u.test(file)
        ? reply.sendFile(file)
        : reply.sendFile('index.html');
    },
  );
  app.setNotFoundHandler({}, (request, reply) =>
    sendProblem(reply, {
      status: 404,
      detail: `There is nothing at ${request.method} ${request.url.slice(0, 200)}.`,
    }),
  );
}
