import type { Answered, Instance, SandboxRole } from './sandbox-instance.ts';
import { failure } from './sandbox-instance.ts';
import { groups, people } from './sandbox-rows.ts';
import type { Values } from './sandbox-query.ts';

export interface SystemTable {
  readonly columns: readonly string[];
  readonly rows: readonly Values[];
  /** What a role sees: all, labels alone, rows that are counted and hidden, or a refusal. */
  access(role: SandboxRole, query: string): 'all' | 'labels' | 'hidden' | 'refused';
}

/** Tables of the platform itself, as far as the adapter asks for them. Access as measured per role. */
export function systemTables(instance: Instance): Readonly<Record<string, SystemTable>> {
  const tables = Object.values(instance.shelf.tables);
  return {
    sys_user: {
      columns: ['sys_id', 'user_name', 'name', 'active'],
      rows: people.map(({ sysId, name, userName }) => ({
        sys_id: sysId,
        user_name: userName,
        name,
        active: 'true',
      })),
      access: () => 'all',
    },
    sys_user_group: {
      columns: ['sys_id', 'name', 'active'],
      rows: groups.map(({ sysId, name }) => ({ sys_id: sysId, name, active: 'true' })),
      access: (role) => (role === 'none' ? 'hidden' : 'all'),
    },
    sys_db_object: {
      columns: ['sys_id', 'name', 'label', 'super_class', 'super_class.name'],
      rows: [
        { name: 'task', label: 'Task', 'super_class.name': '' },
        { name: 'sys_user', label: 'User', 'super_class.name': '' },
        ...tables.map(({ name, label, parent }) => ({ name, label, 'super_class.name': parent })),
      ],
      access: (role) => (role === 'admin' || role === 'itil' ? 'all' : 'refused'),
    },
    sys_choice: {
      columns: ['name', 'element', 'label', 'value', 'sequence', 'inactive', 'language', 'dependent_value'],
      rows: choiceRows(instance),
      access: (role, query) => (role === 'admin' ? 'all' : query === '' ? 'labels' : 'refused'),
    },
    sys_dictionary: {
      columns: ['name', 'element'],
      rows: [{ name: 'task', element: 'state' }],
      access: (role) => (role === 'admin' ? 'all' : 'hidden'),
    },
    sys_journal_field: {
      columns: ['element_id', 'element', 'value'],
      rows: [],
      access: (role) => (role === 'admin' ? 'all' : 'hidden'),
    },
    dl_u_priority: {
      columns: ['impact', 'urgency', 'priority', 'active'],
      rows: Object.entries(instance.shelf.priorityRules).map(([pair, priority]) => {
        const [impact = '', urgency = ''] = pair.split('/');
        return { impact, urgency, priority, active: 'true' };
      }),
      access: (role) => (role === 'admin' ? 'all' : 'refused'),
    },
  };
}

/** The parent's list, another language and an inactive value are in it too. */
function choiceRows(instance: Instance): readonly Values[] {
  const own = Object.values(instance.shelf.tables).flatMap(({ name, columns }) =>
    Object.entries(columns).flatMap(([element, column]) =>
      (column.choices ?? []).flatMap((choice, at) => {
        const row = {
          name,
          element,
          value: choice.value,
          sequence: at % 3 === 2 ? '' : String(at * 10),
          dependent_value: '',
        };
        return [
          { ...row, label: choice.label, language: 'en', inactive: String(choice.inactive) },
          { ...row, label: `${choice.label} (de)`, language: 'de', inactive: 'false' },
        ];
      }),
    ),
  );
  const task = { name: 'task', element: 'state', dependent_value: '', inactive: 'false', language: 'en' };
  return [
    ...own,
    { ...task, value: '1', label: 'Open', sequence: '1' },
    { ...task, value: '3', label: 'Closed Complete', sequence: '2' },
  ];
}

/** `GET /api/now/ui/meta/{table}`: what the form of a table knows, the parents' columns included. */
export function metaOf(instance: Instance, name: string): Answered {
  const table = instance.shelf.tables[name];
  if (!instance.metaAllowed || instance.role === 'none') {
    return failure(403, 'User Not Authorized', 'Failed API level ACL Validation');
  }
  if (table === undefined) {
    return failure(400, `Invalid table ${name}`);
  }
  const columns = Object.fromEntries(
    Object.entries(table.columns)
      .filter(([field]) => !instance.hiddenFields.has(field))
      .map(([field, column]) => [
        field,
        {
          label: column.label,
          type: column.type === 'choice' ? 'choice' : column.type,
          internal_type: column.type === 'choice' ? 'integer' : column.type,
          mandatory: column.mandatory,
          read_only: column.readOnly,
          max_length: column.maxLength,
          ...(column.choices === undefined
            ? {}
            : {
                choices: [
                  { value: '', label: '-- None --' },
                  ...column.choices
                    .filter((choice) => !choice.inactive)
                    .map(({ value, label }) => ({ value, label, parameters: { name } })),
                ],
              }),
        },
      ]),
  );
  return { status: 200, body: { result: { columns } } };
}

export function schemaOf(instance: Instance): Answered {
  const tables = Object.values(instance.shelf.tables).map(({ name, label }) => ({ label, value: name }));
  return {
    status: 200,
    body: { result: [...tables, { label: 'User', value: 'sys_user' }, { label: 'Note', value: 'u_note' }] },
  };
}

export function nextStatesOf(instance: Instance, ref: string): Answered {
  const record = instance.shelf.records.get(ref);
  if (record === undefined || record.fields['sys_class_name'] !== 'change_request') {
    return failure(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval");
  }
  const state = record.fields['state'] ?? '';
  const available = state === '-5' ? ['-4', '4'] : ['4'];
  const labels = Object.fromEntries(
    (instance.shelf.tableOf(record).columns['state']?.choices ?? []).map(({ value, label }) => [
      value,
      label,
    ]),
  );
  return {
    status: 200,
    body: {
      result: {
        available_states: available,
        state_transitions: [],
        state_label: Object.fromEntries(available.map((one) => [one, labels[one]])),
      },
    },
  };
}
