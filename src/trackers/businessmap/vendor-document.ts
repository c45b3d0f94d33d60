import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSchemaJudge } from '../kit/vendor-schema.ts';

/** The vendor's OpenAPI document as a judge over requests and answers. For tests. */

type Json = Record<string, unknown>;

const document = JSON.parse(
  readFileSync(join(import.meta.dirname, 'recordings/vendor-openapi.json'), 'utf8'),
) as {
  paths: Record<string, Record<string, Json> & { parameters?: Json[] }>;
  components: Record<string, Record<string, Json>>;
};

/** Where the document is known to be wrong, and what is right. Each is a fact with a source in README.md. */
export const knownSlips = [
  'oneOf over shapes without a required or telling field: many match, meant is any',
  '/boards/{board_id}/workflows: data is a list, not one object',
  '/boards/{board_id}/lanes and /columns: workflow_id is there, and not workflow',
  'Workflow.type may be 2 (timeline)',
  '/me has user_id',
  'PATCH /cards/{card_id}: data is a list, empty if nothing changed',
  'POST /cards repeats reference',
  'Card.size may be null',
  'Card has watcher_ids, and not watchers_ids',
  'lists give archived_at and discarded_at when asked',
  'a new webhook has a secret; board_id may be null',
  'error details may hold lists and numbers',
  'allowed values of a custom field have a value_id',
] as const;

function correct(): void {
  const { schemas } = document.components as {
    schemas: Record<string, { properties: Record<string, Json> }>;
  };
  const of = (name: string) => (schemas[name] as { properties: Record<string, Json> }).properties;
  const integer = { type: 'integer' };
  const answerOf = (path: string, method: string) => {
    const operation = document.paths[path]?.[method] as {
      responses: Record<
        string,
        { content: Record<string, { schema: { properties: Record<string, Json> } }> }
      >;
    };
    return operation.responses['200']?.content['application/json']?.schema.properties as Record<string, Json>;
  };
  const workflows = answerOf('/boards/{board_id}/workflows', 'get');
  workflows['data'] = { type: 'array', items: workflows['data'] };
  for (const name of ['Lane', 'Column']) {
    delete of(name)['workflow'];
    of(name)['workflow_id'] = integer;
  }
  of('Workflow')['type'] = { type: 'integer', enum: [0, 1, 2] };
  (answerOf('/me', 'get')['data'] as { properties: Json }).properties['user_id'] = integer;
  const patched = answerOf('/cards/{card_id}', 'patch');
  patched['data'] = { type: 'array', items: patched['data'] };
  of('Card')['reference'] = { type: 'string' };
  for (const name of ['Card', 'CardRevision']) {
    of(name)['size'] = { type: 'number', nullable: true };
    of(name)['watcher_ids'] = of(name)['watchers_ids'] as Json;
    delete of(name)['watchers_ids'];
    of(name)['last_modified'] = { type: 'string', format: 'date-time' };
  }
  of('Card')['archived_at'] = { type: 'string', format: 'date-time', nullable: true };
  of('Card')['discarded_at'] = { type: 'string', format: 'date-time', nullable: true };
  of('Webhook')['secret'] = { type: 'string' };
  of('Webhook')['board_id'] = { type: 'integer', nullable: true };
  (of('ErrorResponse')['error'] as { properties: Json }).properties['details'] = { type: 'object' };
  const dropdown = schemas['CustomFieldDataDropdown'] as unknown as { allOf: { properties?: Json }[] };
  const values = dropdown.allOf[1]?.properties?.['allowed_values'] as { items: { properties: Json } };
  values.items.properties['value_id'] = integer;
}
correct();

const depthMax = 12;

/** References resolved, `nullable` and `oneOf` said in JSON Schema's way, and names that the document does not know refused. */
function strict(schema: Json, depth: number, composed = false): Json {
  if (depth > depthMax) {
    return {};
  }
  if (typeof schema['$ref'] === 'string') {
    const [, , kind = '', name = ''] = schema['$ref'].split('/');
    return strict(document.components[kind]?.[name] ?? {}, depth + 1, composed);
  }
  const { nullable, oneOf, ...rest } = schema;
  const made: Json = { ...rest };
  if (rest['properties'] !== undefined) {
    const properties = Object.entries(rest['properties'] as Record<string, Json>);
    made['properties'] = Object.fromEntries(properties.map(([name, one]) => [name, strict(one, depth + 1)]));
  }
  if (rest['items'] !== undefined) {
    made['items'] = strict(rest['items'] as Json, depth + 1);
  }
  for (const [name, parts] of [
    ['allOf', rest['allOf']],
    ['anyOf', oneOf],
  ] as const) {
    if (parts !== undefined) {
      made[name] = (parts as Json[]).map((part) => strict(part, depth + 1, true));
    }
  }
  const isObject = rest['properties'] !== undefined || rest['allOf'] !== undefined || oneOf !== undefined;
  if (isObject && !composed) {
    made['unevaluatedProperties'] = false;
  }
  return nullable === true ? { anyOf: [made, { type: 'null' }] } : made;
}

const judge = makeSchemaJudge(['int']);

function errorsOf(key: string, schema: Json, value: unknown): readonly string[] {
  return judge.errorsOf(key, () => strict(schema, 0), value);
}

interface Operation {
  readonly key: string;
  readonly operation: Json;
  readonly parameters: readonly { name: string; in: string; schema: Json }[];
}

function operationOf(method: string, path: string): Operation | null {
  const templates = Object.keys(document.paths).toSorted((a, b) => a.split('{').length - b.split('{').length);
  const template = templates.find((one) =>
    new RegExp(`^${one.replaceAll(/\{\w+\}/gu, '\\d+')}$`, 'u').test(path),
  );
  const entry = template === undefined ? undefined : document.paths[template];
  const operation = entry?.[method.toLowerCase()];
  if (entry === undefined || operation === undefined) {
    return null;
  }
  const parameters = [
    ...(entry.parameters ?? []),
    ...((operation['parameters'] as Json[] | undefined) ?? []),
  ].map((one) => {
    const [, , kind = '', name = ''] = typeof one['$ref'] === 'string' ? one['$ref'].split('/') : [];
    return (name === '' ? one : document.components[kind]?.[name]) as {
      name: string;
      in: string;
      schema: Json;
    };
  });
  return { key: `${method} ${template}`, operation, parameters };
}

/** What is wrong with a request by the document: unknown paths, query names, body names, and wrong values. */
export function faultsOfRequest(request: {
  method: string;
  path: string;
  body: string | null;
}): readonly string[] {
  const url = new URL(request.path, 'http://sandbox');
  const found = operationOf(request.method, url.pathname.replace(/^\/api\/v2/u, ''));
  if (found === null) {
    return [`${request.method} ${url.pathname} is not in the document`];
  }
  const queries = [...url.searchParams].flatMap(([name, text]): readonly string[] => {
    const parameter = found.parameters.find((one) => one.in === 'query' && one.name === name);
    if (parameter === undefined) {
      return [`${found.key}: the query name ${name} is not in the document`];
    }
    return errorsOf(`${found.key} ?${name}`, parameter.schema, typed(parameter.schema, text));
  });
  const content = (
    found.operation['requestBody'] as { content: Record<string, { schema: Json }> } | undefined
  )?.content;
  const schema = content?.['application/json']?.schema;
  if (request.body === null) {
    return queries;
  }
  const bodies =
    schema === undefined
      ? [`${found.key} takes no body`]
      : errorsOf(`${found.key} body`, schema, JSON.parse(request.body));
  return [...queries, ...bodies];
}

function typed(schema: Json, text: string): unknown {
  switch (schema['type']) {
    case 'array':
      return text.split(',').map((one) => typed(schema['items'] as Json, one));
    case 'integer':
    case 'number':
      return /^-?\d+$/u.test(text) ? Number(text) : text;
    default:
      return text;
  }
}

/** What is wrong with an answer by the document. */
export function faultsOfAnswer(
  request: { method: string; path: string },
  status: number,
  text: string,
): readonly string[] {
  const found = operationOf(
    request.method,
    new URL(request.path, 'http://sandbox').pathname.replace(/^\/api\/v2/u, ''),
  );
  if (found === null) {
    return [];
  }
  const responses = found.operation['responses'] as Record<string, Json>;
  const response = responses[String(status)];
  if (response === undefined) {
    return [`${found.key}: status ${status} is not in the document`];
  }
  const [, , , name = ''] = typeof response['$ref'] === 'string' ? response['$ref'].split('/') : [];
  const content = (name === '' ? response : document.components['responses']?.[name])?.['content'];
  const schema = (content as Record<string, { schema: Json }> | undefined)?.['application/json']?.schema;
  if (schema === undefined) {
    return status === 204 && text !== '' ? [`${found.key}: 204 has no body`] : [];
  }
  return errorsOf(`${found.key} → ${status}`, schema, JSON.parse(text));
}
