import type { SandboxExample, SandboxPeople } from '../kit/sandbox.ts';
import { otherTable } from './sandbox-examples.ts';
import type { Instance } from './sandbox-instance.ts';
import type { SandboxRecord } from './sandbox-records.ts';
import { people } from './sandbox-rows.ts';

const somebody = 'beth.anglin';

/** What people do in forms and lists: no state model of the API holds them back. */
export function peopleOf(instance: Instance, example: SandboxExample): SandboxPeople {
  const { shelf } = instance;
  const found = (ref: string): SandboxRecord => {
    const record = shelf.records.get(ref);
    if (record === undefined) {
      throw new Error(`There is no record ${ref}.`);
    }
    return record;
  };
  const edit = async (ref: string, change: Record<string, string>) => {
    if (shelf.edit(found(ref), change, somebody)) {
      instance.changed(found(ref));
    }
  };
  const setDeleted = async (ref: string, deleted: boolean) => {
    found(ref).deleted = deleted;
  };
  return {
    move: (ref, state) => {
      const closes = shelf.tableOf(found(ref)).name === 'incident' && ['6', '7'].includes(state);
      return edit(ref, {
        state,
        ...(closes ? { close_code: 'Solution provided', close_notes: 'Done.' } : {}),
      });
    },
    edit: (ref, { title, priority, assignee }) => {
      const [impact = '', urgency = ''] = priority?.split('/') ?? [];
      const person = people.find((one) => one.name === assignee || one.userName === assignee) ?? people[1];
      return edit(ref, {
        ...(title === undefined ? {} : { short_description: title }),
        ...(priority === undefined ? {} : { impact, urgency }),
        ...(assignee === undefined ? {} : { assigned_to: assignee === null ? '' : (person?.sysId ?? '') }),
      });
    },
    comment: async (ref, text) => {
      shelf.note(found(ref), text, somebody);
      instance.changed(found(ref));
    },
    moveAway: (ref) => {
      const table = shelf.tables[otherTable(found(ref).fields['sys_class_name'] ?? '')];
      return edit(ref, { sys_class_name: table?.name ?? 'incident', state: table?.initialState ?? '1' });
    },
    archive: (ref) => setDeleted(ref, true),
    discard: (ref) => setDeleted(ref, true),
    restore: (ref) => setDeleted(ref, false),
    remove: (ref) => setDeleted(ref, true),
    clone: async (ref) => {
      const { fields } = found(ref);
      const table = shelf.tableOf(found(ref));
      const copy = shelf.insert(table, { ...fields, state: table.initialState }, somebody, instance.now());
      instance.changed(copy);
      return copy.fields['sys_id'] ?? '';
    },
    hide: async (ref) => {
      found(ref).hidden = true;
    },
    removeState: async (state) => {
      for (const choice of shelf.tables[example.target['table'] ?? '']?.columns['state']?.choices ?? []) {
        choice.inactive ||= choice.value === state;
      }
    },
  };
}
