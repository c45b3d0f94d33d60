import type { Answered } from './sandbox-answer.ts';
import { list, ok } from './sandbox-answer.ts';
import type { Call, Route } from './sandbox-call.ts';
import { wantedProject } from './sandbox-call.ts';
import { ApiError, badRequest } from './sandbox-errors.ts';
import { expandOf, found, inProject } from './sandbox-found.ts';
import type { WorkItem } from './sandbox-item.ts';
import { readPatch } from './sandbox-patch.ts';
import type { Expand, Json } from './sandbox-wire.ts';
import { itemJson } from './sandbox-wire.ts';

/** Work items: read, made, changed. */
export const itemRoutes: readonly Route[] = [
  ['GET', /^wit\/workitems\/([1-9]\d*)$/iu, (call, [, id]) => ok(single(call, found(call, id)))],
  ['GET', /^wit\/workitems$/iu, several],
  ['POST', /^wit\/workitems\/(?:\$|%24)([^/]+)$/iu, create],
  ['PATCH', /^wit\/workitems\/([1-9]\d*)$/iu, change],
];

function single(call: Call, item: WorkItem): Json {
  const fields = call.query.list('fields');
  const expand = expandOf(call);
  if (fields !== null && expand !== 'none' && expand !== 'links') {
    throw badRequest(
      'The expand parameter can not be used with the fields parameter.',
      'ConflictingParametersException',
    );
  }
  return itemJson(call.site, item, { expand, fields, single: true });
}

const readMax = 200;

function several(call: Call): Answered {
  const ids = call.query.list('ids')?.map(Number) ?? [];
  const answer = readSeveral(call, ids, {
    fields: call.query.list('fields'),
    expand: expandOf(call),
    omits: call.query.text('errorPolicy')?.toLowerCase() === 'omit',
  });
  return list(answer);
}

/** In the order of the ids. A missing one is null where the policy says so, and fails them all where it does not. */
export function readSeveral(
  call: Call,
  ids: readonly number[],
  options: { readonly fields: readonly string[] | null; readonly expand: Expand; readonly omits: boolean },
): readonly (Json | null)[] {
  if (ids.length > readMax) {
    throw new ApiError(
      400,
      'VssRequestLimitException',
      `VS403474: You requested ${ids.length} work items which exceeds the limit of ${readMax}.`,
    );
  }
  if (options.fields !== null && options.expand !== 'none') {
    throw badRequest(
      'The expand parameter can not be used with the fields parameter.',
      'ConflictingParametersException',
    );
  }
  return ids.map((id) => {
    try {
      const item = inProject(call, call.desk.items.living(id));
      return itemJson(call.site, item, { expand: options.expand, fields: options.fields, single: false });
    } catch (error) {
      if (options.omits && error instanceof ApiError) {
        return null;
      }
      throw error;
    }
  });
}

function patchOf(call: Call) {
  if (!/^application\/json-patch\+json\b/iu.test(call.contentType)) {
    throw new ApiError(
      415,
      'VssRequestContentTypeNotSupportedException',
      `The request indicated a Content-Type of "${call.contentType}" for method type "${call.method}" which is not supported. Valid content types for this method are: application/json-patch+json.`,
    );
  }
  if (call.query.flag('bypassRules') && !call.desk.organization.rights.bypassRules) {
    throw new ApiError(
      403,
      'AccessDeniedException',
      'Access Denied: needs the following permission(s) to perform this action: Bypass rules on work item updates',
    );
  }
  return readPatch(call.body);
}

const author = (call: Call) => ({ who: call.who, validateOnly: call.query.flag('validateOnly') });

function create(call: Call, [, name = '']: readonly string[]): Answered {
  const project = wantedProject(call);
  const asked = decodeURIComponent(name);
  const type = call.desk.organization.type(project, asked);
  if (type === undefined || type.isDisabled) {
    throw new ApiError(
      404,
      'WorkItemTypeNotFoundException',
      `VS402323: Work item type ${asked} does not exist in project ${project.name} or you do not have permission to access it.`,
    );
  }
  const item = call.desk.items.create(project, type, patchOf(call), author(call));
  return ok(itemJson(call.site, item, { expand: expandOf(call), single: true }));
}

function change(call: Call, [, id]: readonly string[]): Answered {
  const wish = patchOf(call);
  const item = call.desk.items.change(found(call, id), wish, author(call));
  // Who changes links is shown them, asked for or not.
  const asked = expandOf(call);
  const expand = asked === 'none' && wish.relations.length > 0 ? 'relations' : asked;
  return ok(itemJson(call.site, item, { expand, single: true }));
}
