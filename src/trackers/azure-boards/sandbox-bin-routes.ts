import type { Answered } from './sandbox-answer.ts';
import { list, nothing, ok } from './sandbox-answer.ts';
import type { Call, Route } from './sandbox-call.ts';
import { jsonOf } from './sandbox-call.ts';
import { badRequest, noSuchItem } from './sandbox-errors.ts';
import { found, inProject } from './sandbox-found.ts';
import type { WorkItem } from './sandbox-item.ts';
import { currentOf } from './sandbox-item.ts';
import { same } from './sandbox-organization.ts';
import type { Json } from './sandbox-wire.ts';
import { addressOf, itemJson, personText } from './sandbox-wire.ts';

/** Into the recycle bin, out of it, and beyond. */
export const binRoutes: readonly Route[] = [
  ['DELETE', /^wit\/workitems\/([1-9]\d*)$/iu, (call, [, id]) => discard(call, found(call, id))],
  [
    'GET',
    /^wit\/recyclebin$/iu,
    (call) => list(bin(call).map((item) => ({ id: item.id, url: binAddress(call, item) }))),
  ],
  ['GET', /^wit\/recyclebin\/([1-9]\d*)$/iu, (call, [, id]) => ok(deletedJson(call, deleted(call, id)))],
  ['PATCH', /^wit\/recyclebin\/([1-9]\d*)$/iu, restore],
  ['DELETE', /^wit\/recyclebin\/([1-9]\d*)$/iu, destroy],
];

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
    deletedDate: '',
    deletedBy: '',
    url: `${addressOf(call.site, item)}/_apis/wit/workItems/${item.id}`,
  });
}

function destroy(call: Call, [, id]: readonly string[]): Answered {
  deleted(call, id).destroyed = true;
  return nothing;
}
