import type { Answered } from './sandbox-answer.ts';
import { list, ok } from './sandbox-answer.ts';
import type { Call, Route } from './sandbox-call.ts';
import { jsonOf } from './sandbox-call.ts';
import { ApiError, badRequest } from './sandbox-errors.ts';
import { expandOf, found } from './sandbox-found.ts';
import type { WorkItem } from './sandbox-item.ts';
import type { Json } from './sandbox-wire.ts';
import { addressOf, itemJson, personOf, updateJson } from './sandbox-wire.ts';

/** What happened to a work item: updates, revisions, comments. */
export const historyRoutes: readonly Route[] = [
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
];

const readMax = 200;

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
