import { ApiError, badRequest } from './sandbox-errors.ts';

/** A JSON Patch document as the service takes it: fields, relations, formats, and tests. */

export interface FieldWish {
  readonly name: string;
  /** Undefined: the field is to be emptied. */
  readonly value: unknown;
  /** `add` on tags adds to those that are there. */
  readonly merges: boolean;
}

export type RelationWish =
  | {
      readonly kind: 'add';
      readonly rel: string;
      readonly url: string;
      readonly attributes: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'remove'; readonly at: number }
  | { readonly kind: 'replace'; readonly at: number; readonly attributes: Readonly<Record<string, unknown>> };

export interface PatchWish {
  readonly tests: readonly { readonly path: string; readonly value: unknown }[];
  readonly fields: readonly FieldWish[];
  readonly relations: readonly RelationWish[];
  readonly formats: Readonly<Record<string, 'html' | 'markdown'>>;
}

/** The numbers are those of the service's own enumeration, which it takes, too. */
const operations: Readonly<Record<string, string>> = {
  '0': 'add',
  '1': 'remove',
  '2': 'replace',
  '5': 'test',
};

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

export function readPatch(body: string): PatchWish {
  const all = operationsOf(body);
  const of = (prefix: string) =>
    all.filter(({ op, path }) => op !== 'test' && path.toLowerCase().startsWith(prefix));
  const known = all.filter(
    ({ op, path }) =>
      op === 'test' || /^\/(?:fields|relations|multilineFieldsFormat|id|rev)(?:\/|$)/iu.test(path),
  );
  const stranger = all.find((one) => !known.includes(one));
  if (stranger !== undefined) {
    throw badRequest(`The path ${stranger.path} is not valid for a work item.`);
  }
  return {
    tests: all.filter(({ op }) => op === 'test').map(({ path, value }) => ({ path, value })),
    fields: fieldWishes(of('/fields/')),
    relations: of('/relations/').map(relationWish),
    formats: Object.fromEntries(
      of('/multilinefieldsformat/').map(({ path, value }) => [
        path.split('/')[2] ?? '',
        String(value).toLowerCase() === 'markdown' ? 'markdown' : 'html',
      ]),
    ),
  };
}

function operationsOf(body: string): readonly Operation[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = null;
  }
  if (!Array.isArray(parsed) || parsed.length === 0) {
    throw badRequest('You must pass a valid patch document in the body of the request.');
  }
  return (parsed as Partial<Operation>[]).map((one) => {
    const op = String(one?.op ?? '').toLowerCase();
    const named = operations[op] ?? op;
    if (!['add', 'remove', 'replace', 'test'].includes(named) || typeof one.path !== 'string') {
      throw badRequest('You must pass a valid patch document in the body of the request.');
    }
    return { op: named, path: one.path, value: one.value };
  });
}

function fieldWishes(all: readonly Operation[]): readonly FieldWish[] {
  const wishes = all.map(({ op, path, value }) => ({
    name: path.slice('/fields/'.length),
    value: op === 'remove' || value === null ? undefined : value,
    merges: op === 'add',
  }));
  const names = wishes.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new ApiError(
      400,
      'WorkItemPatchDuplicateFieldException',
      `VS403691: The field ${twice} is updated more than once in the patch document.`,
    );
  }
  return wishes;
}

function relationWish({ op, path, value }: Operation): RelationWish {
  const end = path.split('/')[2] ?? '';
  const given = (value ?? {}) as { rel?: unknown; url?: unknown; attributes?: Record<string, unknown> };
  if (op === 'add' && end === '-') {
    if (typeof given.rel !== 'string' || typeof given.url !== 'string') {
      throw badRequest('A relation needs rel and url.');
    }
    return { kind: 'add', rel: given.rel, url: given.url, attributes: given.attributes ?? {} };
  }
  const at = Number(end);
  if (!Number.isInteger(at) || op === 'add') {
    throw badRequest(`The path ${path} is not valid for a relation.`);
  }
  return op === 'remove'
    ? { kind: 'remove', at }
    : { kind: 'replace', at, attributes: given.attributes ?? {} };
}
