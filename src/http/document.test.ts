import { join } from 'node:path';
import type { AnySchema } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Doors, Wish } from '../../test/doors.ts';
import { openDoors } from '../../test/doors.ts';
import { apiPage } from './api-page.ts';
import { examples } from './examples.ts';

interface Operation {
  readonly summary?: string;
  readonly security?: readonly object[];
  readonly requestBody?: {
    readonly content: Record<string, { readonly schema: AnySchema; readonly example?: unknown }>;
  };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: AnySchema }> }>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);

let doors: Doors;
let document: Document;

beforeAll(async () => {
  doors = await openDoors();
  document = (await doors.ask<Document>({ path: '/api/v1/openapi.json', as: null })).body;
});
afterAll(() => doors.close());

function operations() {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );
}

function faults(schema: AnySchema, value: unknown): readonly string[] {
  const validate = ajv.compile(schema);
  return validate(value)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

describe('the OpenAPI document', () => {
  test('is what the reference page of the API is made of', async () => {
    const page = join(import.meta.dirname, '../../docs/reference/http-api.md');

    await expect(apiPage(document)).toMatchFileSnapshot(page);
  });

  test('is of version 3.1 and holds every route of the API but itself', () => {
    const routes = doors.app.entrances
      .filter(
        ({ path }) => path.startsWith('/api/') && !path.endsWith('openapi.json') && path !== '/api/docs',
      )
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/gu, '{$1}')}`);

    expect(document.openapi).toBe('3.1.0');
    expect(operations().map(({ name }) => name)).toEqual(expect.arrayContaining(routes));
  });

  test('says of each call what it does, who may, and how it is refused', () => {
    const silent = operations().filter(
      ({ operation }) =>
        operation.summary === undefined ||
        operation.security === undefined ||
        operation.responses['default'] === undefined,
    );

    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  test('has an example for each JSON body, and each is as the schema says', () => {
    const bodies = operations().filter(
      ({ operation }) => operation.requestBody?.content['application/json'] !== undefined,
    );
    const found = bodies.flatMap(({ name, operation }) => {
      const content = operation.requestBody?.content['application/json'];
      return content?.example === undefined
        ? [`${name} has no example`]
        : faults(content.schema, content.example).map((fault) => `${name}: ${fault}`);
    });

    expect(found).toEqual([]);
    expect(bodies.map(({ name }) => name).toSorted()).toEqual(Object.keys(examples).toSorted());
  });

  test('tells the truth: its examples are accepted and the answers are as it says', async () => {
    const answered: [string, Answer<unknown>][] = [];
    const ids = { asset: '', vulnerability: '', user: '', connection: '' };
    const send = async (name: string, path?: string) => {
      const [method = '', template = ''] = name.split(' ');
      const body = examples[name];
      const answer = await doors.ask<{ id: string }>({
        method: method as NonNullable<Wish['method']>,
        path: path ?? template,
        ...(body === undefined ? {} : { body }),
      });
      answered.push([name, answer]);
      return answer.body?.id ?? '';
    };

    ids.asset = await send('POST /api/v1/assets');
    await send('PATCH /api/v1/assets/{id}', `/api/v1/assets/${ids.asset}`);
    await send('GET /api/v1/assets');
    ids.vulnerability = await send(
      'POST /api/v1/assets/{id}/vulnerabilities',
      '/api/v1/assets/key:web-shop/vulnerabilities',
    );
    await send(
      'GET /api/v1/vulnerabilities',
      '/api/v1/vulnerabilities?severity=high&severity=low&count=true',
    );
    await send(
      'POST /api/v1/vulnerabilities/{id}/status',
      `/api/v1/vulnerabilities/${ids.vulnerability}/status`,
    );
    await send('GET /api/v1/vulnerabilities/{id}', `/api/v1/vulnerabilities/${ids.vulnerability}`);
    await send(
      'GET /api/v1/vulnerabilities/{id}/timeline',
      `/api/v1/vulnerabilities/${ids.vulnerability}/timeline`,
    );
    await send('POST /api/v1/assets/{id}/retests', `/api/v1/assets/${ids.asset}/retests`);
    await send('GET /api/v1/scans');
    ids.user = await send('POST /api/v1/users');
    await send('PATCH /api/v1/users/{id}', `/api/v1/users/${ids.user}`);
    await send('GET /api/v1/users');
    await send('POST /api/v1/tokens');
    await send('GET /api/v1/tokens');
    await send('PATCH /api/v1/settings');
    ids.connection = await send('POST /api/v1/connections');
    await send('PATCH /api/v1/connections/{id}', `/api/v1/connections/${ids.connection}`);
    await send('GET /api/v1/connections');
    for (const path of ['trackers', 'deliveries', 'holds', 'activity/summary', 'audit', 'me']) {
      await send(`GET /api/v1/${path}`);
    }

    const found = answered.flatMap(([name, answer]) => {
      const [method = '', path = ''] = name.split(' ');
      const said = document.paths[path]?.[method.toLowerCase()]?.responses[String(answer.status)];
      if (said === undefined) {
        return [`${name} answered ${answer.status}: ${answer.text}`];
      }
      const schema = said.content?.['application/json']?.schema;
      return schema === undefined
        ? [`${name} does not say what it answers`]
        : faults(schema, answer.body).map((fault) => `${name}: ${fault}`);
    });
    expect(found).toEqual([]);
  });

  test('is a page for people too, which runs no script', async () => {
    const page = await doors.ask({ path: '/api/docs', as: null });

    expect(page.headers['content-type']).toContain('text/html');
    expect(page.text).toContain('/api/v1/vulnerabilities/{id}/timeline');
    expect(page.text).not.toContain('<script');
  });
});

test('the figures name the routes that were asked and no address, name or token', async () => {
  await doors.ask({
    method: 'POST',
    path: '/webhooks/businessmap/a-token-that-is-secret',
    body: {},
    as: null,
  });
  await doors.ask({ path: '/api/v1/assets/key:web-shop' });

  const { text } = await doors.ask({ path: '/metrics', as: null });

  expect(text).toMatch(
    /http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/assets\/:id",status="200"\} [1-9]/u,
  );
  expect(text).toContain('duplicate_cards_detected_total 0');
  expect(text).toMatch(/patchboard_connection_active\{connection="[0-9a-f-]+",tracker="businessmap"\} 0/u);
  expect(text).not.toMatch(/a-token-that-is-secret|web-shop|checkout team/u);
});

test('ready means that the database answers and its schema is this version’s', async () => {
  expect((await doors.ask({ path: '/healthz', as: null })).status).toBe(200);
  expect((await doors.ask({ path: '/readyz', as: null })).status).toBe(200);
});
