import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import * as shapes from '../contracts/api/basics.ts';
import type { Access } from './access.ts';
import { examples } from './examples.ts';

/** The OpenAPI document says of each route what the doors enforce: who may call it, and what a refusal looks like. */
export function documentOptions(publicUrl: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Patchboard',
        version: '1',
        description:
          'JSON with camelCase names; ids are strings; times are RFC 3339 in UTC. Lists answer items and nextCursor, and take limit (at most 200) and cursor. Errors are application/problem+json (RFC 9457). Unknown fields in a request are an error.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An API token.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'patchboard_session',
            description: 'The web app’s cookie.',
          },
        },
        schemas: { Problem: problemSchema() },
      },
    },
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route);
      const access = route.route.config?.access;
      return { url, schema: { ...schema, ...spoken(url, access, schema?.['description']) } as typeof schema };
    },
    transformObject: (document) => {
      const whole = 'openapiObject' in document ? document.openapiObject : document.swaggerObject;
      for (const [path, methods] of Object.entries(whole.paths ?? {})) {
        for (const [method, operation] of Object.entries(methods as Record<string, Operation>)) {
          complete(`${method.toUpperCase()} ${path}`, operation);
        }
      }
      return whole;
    },
  };
}

interface Operation {
  responses?: Record<string, { description?: string; content?: object }>;
  requestBody?: { required?: boolean; content: Record<string, { schema?: object; example?: unknown }> };
  parameters?: object[];
}

const upload = 'POST /api/v1/assets/{id}/scans';

/** What the schemas of a route cannot say: examples, answers without a body, and a body of any length. */
function complete(name: string, operation: Operation): void {
  const [only] = Object.entries(operation.responses ?? {});
  if (
    name !== upload &&
    only?.[0] === '200' &&
    only[1].content === undefined &&
    /^(?:DELETE|POST)/u.test(name)
  ) {
    operation.responses = { 204: { description: 'Done' } };
  }
  operation.responses = { ...operation.responses, default: problemAnswer };
  const json = operation.requestBody?.content['application/json'];
  if (json !== undefined && name in examples) {
    json.example = examples[name];
  }
  if (name === upload) {
    operation.requestBody = reportBody;
    operation.parameters = [...(operation.parameters ?? []), idempotencyKey];
  }
}

const reportBody = {
  required: true,
  content: {
    'application/octet-stream': {
      schema: {
        description: 'The scanner’s file as it is, of any length; Content-Encoding: gzip is welcome.',
      },
    },
    'multipart/form-data': {
      schema: {
        type: 'object',
        properties: { report: { contentMediaType: 'application/octet-stream' } },
        required: ['report'],
      },
    },
  },
};

const idempotencyKey = {
  in: 'header',
  name: 'Idempotency-Key',
  required: false,
  description: 'The same key gives the same scan.',
  schema: { type: 'string', maxLength: 255 },
};

const problemAnswer = {
  description: 'A refusal or an error',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function problemSchema(): object {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(shapes.problem);
  return schema;
}

function spoken(url: string, access: Access | undefined, description: unknown): object {
  const [, , , place = ''] = url.split('/');
  const tag = url.startsWith('/api/v1/') ? { tags: [tagOf(url, place)] } : { tags: ['operation'] };
  if (access === undefined || access === 'public') {
    return { ...tag, security: [] };
  }
  const words = [
    `Needs the role ${access.role} or a higher one.`,
    access.scope === undefined ? '' : `A token with the scope ${access.scope} is enough.`,
    access.byPerson === true ? 'Not with an API token.' : '',
  ].filter((sentence) => sentence !== '');
  const text = typeof description === 'string' ? [description, ...words] : words;
  return { ...tag, description: text.join(' '), security: [{ token: [] }, { session: [] }] };
}

function tagOf(url: string, place: string): string {
  const nested =
    /^\/api\/v1\/(?:assets|connections|configurations)\/:id\/(scans|retests|vulnerabilities|configurations|jobs)/u;
  const inner = nested.exec(url)?.[1];
  return inner === 'retests' ? 'scans' : (inner ?? place);
}
