import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSchemaJudge } from '../kit/vendor-schema.ts';
import { corrections } from './vendor-document-slips.ts';

/** Microsoft's OpenAPI documents as a judge over requests and answers. For tests. */

export type Json = Record<string, unknown>;

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly 'x-ms-required'?: boolean;
  readonly schema?: Json;
}

export interface VendorOperation {
  readonly parameters: Parameter[];
  readonly consumes: readonly string[] | null;
  schema?: Json;
}

export interface VendorDocument {
  readonly paths: Record<string, Record<string, VendorOperation>>;
  readonly definitions: Record<string, Json & { properties: Record<string, Json> }>;
}

const document = JSON.parse(
  readFileSync(join(import.meta.dirname, 'recordings/vendor-openapi.json'), 'utf8'),
) as VendorDocument;

export const knownSlips: readonly string[] = corrections.map(({ slip, mend }) => {
  mend(document);
  return slip;
});

const depthMax = 14;

/** References resolved, and names that the document does not know refused. */
function strict(schema: Json, depth: number, composed = false): Json {
  if (depth > depthMax) {
    return {};
  }
  if (typeof schema['$ref'] === 'string') {
    return strict(document.definitions[schema['$ref'].slice('#/definitions/'.length)] ?? {}, depth + 1, composed);
  }
  const made: Json = { ...schema };
  const { properties, items, allOf, additionalProperties, anyOf } = schema;
  if (properties !== undefined) {
    const own = Object.entries(properties as Record<string, Json>);
    made['properties'] = Object.fromEntries(own.map(([name, one]) => [name, strict(one, depth + 1)]));
  }
  if (items !== undefined) {
    made['items'] = strict(items as Json, depth + 1);
  }
  if (typeof additionalProperties === 'object') {
    made['additionalProperties'] = strict(additionalProperties as Json, depth + 1);
  }
  for (const [name, parts] of Object.entries({ allOf, anyOf })) {
    if (parts !== undefined) {
      made[name] = (parts as Json[]).map((part) => strict(part, depth + 1, name === 'allOf'));
    }
  }
  if (schema['type'] === 'object' && additionalProperties === undefined && !composed) {
    made['unevaluatedProperties'] = false;
  }
  return made;
}

const judge = makeSchemaJudge(['byte', 'int32', 'int64', 'double', 'array (string)']);

function errorsOf(key: string, schema: Json, value: unknown): readonly string[] {
  return judge.errorsOf(key, () => strict(schema, 0), value);
}

interface Found {
  readonly key: string;
  readonly operation: VendorOperation;
}

/** Parts that the document marks as optional may be left out of the address. */
function patternOf(template: string, { parameters }: VendorOperation): RegExp {
  const optional = new Set(parameters.filter((one) => one['x-ms-required'] === false).map(({ name }) => name));
  const parts = template.split('/').slice(1).map((part) => {
    const name = /^\$?\{(\w+)\}$/u.exec(part)?.[1];
    if (name === undefined) {
      return `/${part}`;
    }
    const any = part.startsWith('$') ? '/(?:\\$|%24)[^/]+' : name === 'id' || name === 'board' ? '/[^/]+' : '/(?!_apis)[^/]+';
    return optional.has(name) ? `(?:${any})?` : any;
  });
  return new RegExp(`^${parts.join('')}$`, 'iu');
}

function operationOf(method: string, path: string): Found | null {
  const templates = Object.entries(document.paths).toSorted(
    ([a], [b]) => a.split('{').length - b.split('{').length,
  );
  for (const [template, methods] of templates) {
    const operation = methods[method.toLowerCase()];
    if (operation !== undefined && patternOf(template, operation).test(path)) {
      return { key: `${method} ${template}`, operation };
    }
  }
  return null;
}

export interface SpokenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string | null;
  readonly contentType: string | null;
}

/** Said with every call. */
const everywhere = new Set(['api-version']);

/** What is wrong with a request by the document: unknown paths, query names, body names, and wrong values. */
export function faultsOfRequest({ method, path, body, contentType }: SpokenRequest): readonly string[] {
  const url = new URL(path, 'http://sandbox');
  const found = operationOf(method, url.pathname);
  if (found === null) {
    return [`${method} ${url.pathname} is not in the document`];
  }
  const { key, operation } = found;
  const queries = [...url.searchParams].flatMap(([name, value]) => queryFaults(found, name, value));
  const wanted = operation.parameters.find((one) => one.in === 'body');
  const required = operation.parameters
    .filter((one) => one.in === 'query' && one.required === true && !url.searchParams.has(one.name))
    .map(({ name }) => `${key} needs the query ${name}`);
  const media =
    body === null || (operation.consumes ?? []).some((one) => contentType?.startsWith(one) === true)
      ? []
      : [`${key} takes ${String(operation.consumes)}, and not ${contentType}`];
  const faults = [...queries, ...required, ...media, ...(url.searchParams.has('api-version') ? [] : [`${key} needs api-version`])];
  if (wanted?.schema === undefined) {
    return body === null || body === '' ? faults : [...faults, `${key} takes no body`];
  }
  return body === null ? [...faults, `${key} needs a body`] : [...faults, ...errorsOf(`${key} body`, wanted.schema, JSON.parse(body))];
}

function queryFaults({ key, operation }: Found, name: string, value: string): readonly string[] {
  if (everywhere.has(name)) {
    return [];
  }
  const parameter = operation.parameters.find((one) => one.in === 'query' && one.name === name);
  if (parameter === undefined) {
    return [`${key} has no query ${name}`];
  }
  const allowed = parameter.enum?.some((one) => one.toLowerCase() === value.toLowerCase()) ?? true;
  const typed =
    parameter.type === 'integer' ? /^-?\d+$/u.test(value) : parameter.type === 'boolean' ? /^(?:true|false)$/iu.test(value) : true;
  return allowed && typed ? [] : [`${key}: ${name} cannot be ${value}`];
}

/** What is wrong with a successful answer by the document. */
export function faultsOfAnswer(
  { method, path }: Pick<SpokenRequest, 'method' | 'path'>,
  status: number,
  text: string,
): readonly string[] {
  const found = operationOf(method, new URL(path, 'http://sandbox').pathname);
  if (found === null) {
    return [`${method} ${path} is not in the document`];
  }
  if (status === 204) {
    return text === '' ? [] : [`${found.key} answers 204 with a body`];
  }
  const { schema } = found.operation;
  return schema === undefined ? [] : errorsOf(`${found.key} answer`, schema, JSON.parse(text));
}
