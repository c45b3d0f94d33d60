import type { Answered } from './sandbox-answer.ts';
import { list, nothing, ok } from './sandbox-answer.ts';
import type { Call, Route } from './sandbox-call.ts';
import { jsonOf, wantedProject } from './sandbox-call.ts';
import { ApiError, badRequest, noSuchItem } from './sandbox-errors.ts';
import type { WorkItem } from './sandbox-items.ts';
import { currentOf } from './sandbox-items.ts';
import { same } from './sandbox-organization.ts';
import { readPatch } from './sandbox-patch.ts';
import type { Expand, Json } from './sandbox-wire.ts';
import { addressOf, itemJson, personOf, personText, updateJson } from './sandbox-wire.ts';

/** Work items, their history, their comments, and the recycle bin. */
export const itemRoutes: readonly Route[] = [
  ['GET', /^wit\/workitems\/([1-9]\d*)$/iu, (call, [, id]) => ok(single(call, found(call, id)))],
  ['GET', /^wit\/workitems$/iu, several],
  ['POST', /^wit\/workitems\/(?:\$|%24)([^/]+)$/iu, create],
  ['PATCH', /^wit\/workitems\/([1-9]\d*)$/iu, change],
  ['DELETE', /^wit\/workitems\/([1-9]\d*)$/iu, (call, [, id]) => discard(call, found(call, id))],
  [
    'GET',
    /^wit\/workitems\/([1-9]\d*)\/updates$/iu,
    (call, [, id]) => list(paged(call, updatesOf(call, found(call, id)))),
  ],
  ['GET', /^wit\/workitems\/([1-9]\d*)\/updates\/(\d+)$/iu, oneUpdate],
  [
    'GET',
    /^wit\/workitems\/([1-9]\d*)\/revisions$/iu,
    (call, [, id]) => list(paged(call, revisionsOf(call, found(call, id)))),
  ],
  ['GET', /^wit\/workitems\/([1-9]\d*)\/revisions\/(\d+)$/iu, oneRevision],
  ['GET', /^wit\/workitems\/([1-9]\d*)\/comments$/iu, (call, [, id]) => comments(call, found(call, id))],
  ['POST', /^wit\/workitems\/([1-9]\d*)\/comments$/iu, comment],
  [
    'GET',
    /^wit\/recyclebin$/iu,
    (call) => list(bin(call).map((item) => ({ id: item.id, url: binAddress(call, item) }))),
  ],
  ['GET', /^wit\/recyclebin\/([1-9]\d*)$/iu, (call, [, id]) => ok(deletedJson(call, deleted(call, id)))],
  ['PATCH', /^wit\/recyclebin\/([1-9]\d*)$/iu, restore],
  ['DELETE', /^wit\/recyclebin\/([1-9]\d*)$/iu, destroy],
];

/** With a project in the address only its own work items are found. */
function found(call: Call, id: string | undefined): WorkItem {
  return inProject(call, call.desk.items.living(Number(id)));
}

function inProject(call: Call, item: WorkItem): WorkItem {
  if (call.project !== null && call.project.name !== currentOf(item).fields['System.TeamProject']) {
    throw noSuchItem(item.id);
  }
  return item;
}

function expandOf(call: Call): Expand {
  const asked = call.query.text('$expand')?.toLowerCase() ?? 'none';
  const numbered: Readonly<Record<string, Expand>> = {
    '0': 'none',
    '1': 'relations',
    '2': 'fields',
    '3': 'links',
    '4': 'all',
  };
  const expand = numbered[asked] ?? (asked as Expand);
  if (!['none', 'relations', 'fields', 'links', 'all'].includes(expand)) {
    throw badRequest(`The value ${asked} is not valid for $expand.`);
  }
  return expand;
}

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
  return ok(itemJson(call.site, item, { expand: expandOf(call), single: true }));
}

function discard(call: Call, item: WorkItem): Answered {
  call.desk.items.putAway(item, true, call.who);
  if (call.query.flag('destroy')) {
    item.destroyed = true;
    return nothing;
  }
  return ok(deletedJson(call, item));
}

function bin(call: Call): readonly WorkItem[] {
  const { items } = call.desk;
  return [...items.all.values()].filter(
    (item) =>
      item.deleted !== null &&
      !item.destroyed &&
      !items.isBlind(item) &&
      (call.project === null ||
        same(call.project.name, String(currentOf(item).fields['System.TeamProject']))),
  );
}

function deleted(call: Call, id: string | undefined): WorkItem {
  const item = inProject(call, call.desk.items.visible(Number(id)));
  if (item.deleted === null) {
    throw noSuchItem(item.id);
  }
  return item;
}

function binAddress(call: Call, item: WorkItem): string {
  return `${addressOf(call.site, item)}/_apis/wit/recyclebin/${item.id}`;
}

/** Its date is no ISO date, and its people are text. */
function deletedJson(call: Call, item: WorkItem): Json {
  const { fields, rev } = currentOf(item);
  const url = binAddress(call, item);
  const address = addressOf(call.site, item);
  const type = String(fields['System.WorkItemType']);
  const whole = itemJson(call.site, item, { single: true })['fields'] as Json;
  const texts = Object.fromEntries(
    Object.entries(whole).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? personText(value as never) : value,
    ]),
  );
  return {
    id: item.id,
    type,
    name: fields['System.Title'],
    project: fields['System.TeamProject'],
    deletedDate: new Date(item.deleted?.at ?? 0)
      .toLocaleString('en-US', { timeZone: 'UTC' })
      .replace(',', '')
      .replace('\u202F', ' '),
    deletedBy: item.deleted === null ? null : personText(item.deleted.by),
    code: 200,
    url,
    resource: {
      ...{ id: item.id, rev, fields: texts },
      _links: {
        self: { href: url },
        workItemType: { href: `${address}/_apis/wit/workItemTypes/${encodeURIComponent(type)}` },
        fields: { href: `${address}/_apis/wit/fields` },
      },
      url,
    },
  };
}

function restore(call: Call, [, id]: readonly string[]): Answered {
  const wish = jsonOf(call);
  const flag = Object.entries(wish).find(([name]) => name.toLowerCase() === 'isdeleted')?.[1];
  const item = deleted(call, id);
  if (flag !== false) {
    throw badRequest('The work item can only be restored: IsDeleted must be false.');
  }
  call.desk.items.putAway(item, false, call.who);
  return ok({
    ...deletedJson(call, item),
    deletedDate: null,
    deletedBy: null,
    url: `${addressOf(call.site, item)}/_apis/wit/workItems/${item.id}`,
  });
}

function destroy(call: Call, [, id]: readonly string[]): Answered {
  deleted(call, id).destroyed = true;
  return nothing;
}

function paged(call: Call, all: readonly Json[]): readonly Json[] {
  const skip = call.query.number('$skip', 0);
  return all.slice(skip, skip + Math.min(call.query.number('$top', readMax), readMax));
}

function updatesOf(call: Call, item: WorkItem): readonly Json[] {
  return item.updates.map((update) => updateJson(call.site, item, update));
}

function oneUpdate(call: Call, [, id, number]: readonly string[]): Answered {
  const one = updatesOf(call, found(call, id))[Number(number) - 1];
  return one === undefined ? missing('update', number) : ok(one);
}

function revisionsOf(call: Call, item: WorkItem): readonly Json[] {
  return item.revisions.map((revision) =>
    itemJson(call.site, item, { expand: expandOf(call), single: true, revision }),
  );
}

function oneRevision(call: Call, [, id, number]: readonly string[]): Answered {
  const one = revisionsOf(call, found(call, id))[Number(number) - 1];
  return one === undefined ? missing('revision', number) : ok(one);
}

function missing(what: string, number: string | undefined): never {
  throw new ApiError(
    404,
    'WorkItemRevisionNotFoundException',
    `TF26198: The ${what} ${number} does not exist.`,
  );
}

function commentJson(call: Call, item: WorkItem, { id, text, by, at }: WorkItem['comments'][number]): Json {
  const person = personOf(by, call.site.base);
  return {
    ...{
      workItemId: item.id,
      id,
      version: 1,
      text,
      createdBy: person,
      createdDate: at,
      modifiedBy: person,
      modifiedDate: at,
    },
    format: 'html',
    ...(call.query.text('$expand') === null ? {} : { renderedText: text }),
    url: `${addressOf(call.site, item)}/_apis/wit/workItems/${item.id}/comments/${id}`,
  };
}

function comments(call: Call, item: WorkItem): Answered {
  const all = item.comments.toReversed().map((one) => commentJson(call, item, one));
  return ok({ totalCount: all.length, count: all.length, comments: all });
}

function comment(call: Call, [, id]: readonly string[]): Answered {
  const { text } = jsonOf(call);
  if (typeof text !== 'string' || text === '') {
    throw badRequest('The comment text cannot be empty.');
  }
  const fields = [{ name: 'System.History', value: text, merges: false }];
  const item = call.desk.items.change(
    found(call, id),
    { tests: [], fields, relations: [], formats: {} },
    { who: call.who },
  );
  const made = item.comments.at(-1);
  return made === undefined ? missing('comment', '') : ok(commentJson(call, item, made));
}
