import type { Call } from './sandbox-call.ts';
import { badRequest, noSuchItem } from './sandbox-errors.ts';
import type { WorkItem } from './sandbox-item.ts';
import { currentOf } from './sandbox-item.ts';
import type { Expand } from './sandbox-wire.ts';

/** Which work item an address names, and how much of it is asked for. */

/** With a project in the address only its own work items are found. */
export function found(call: Call, id: string | undefined): WorkItem {
  return inProject(call, call.desk.items.living(Number(id)));
}

export function inProject(call: Call, item: WorkItem): WorkItem {
  if (call.project !== null && call.project.name !== currentOf(item).fields['System.TeamProject']) {
    throw noSuchItem(item.id);
  }
  return item;
}

export function expandOf(call: Call): Expand {
  return expandNamed(call.query.text('$expand') ?? 'none');
}

/** By name, or by the number of the service's own enumeration. */
export function expandNamed(given: string): Expand {
  const asked = given.toLowerCase();
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
