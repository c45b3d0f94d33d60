/** The tables of a stock instance that matter here, with one custom table. Values and rules as measured or documented. */

export interface SandboxChoice {
  readonly value: string;
  readonly label: string;
  inactive: boolean;
}

export interface SandboxColumnDefinition {
  readonly label: string;
  readonly type:
    | 'string'
    | 'integer'
    | 'choice'
    | 'reference'
    | 'glide_date_time'
    | 'journal_input'
    | 'boolean';
  readonly maxLength: number;
  mandatory: boolean;
  readOnly: boolean;
  readonly reference?: string;
  readonly choices?: SandboxChoice[];
}

export interface SandboxTable {
  readonly name: string;
  readonly label: string;
  readonly parent: string;
  readonly prefix: string;
  readonly initialState: string;
  /** Closed: such a record is not active. */
  readonly closing: readonly string[];
  readonly columns: Record<string, SandboxColumnDefinition>;
}

const choices = (list: readonly (readonly [string, string])[]): SandboxChoice[] =>
  list.map(([value, label]) => ({ value, label, inactive: false }));
const column = (
  label: string,
  type: SandboxColumnDefinition['type'] = 'string',
  more: Partial<SandboxColumnDefinition> = {},
): SandboxColumnDefinition => ({ label, type, maxLength: 40, mandatory: false, readOnly: false, ...more });
const chosen = (label: string, list: readonly (readonly [string, string])[]) =>
  column(label, 'choice', { choices: choices(list) });

const levels = [
  ['1', '1 - High'],
  ['2', '2 - Medium'],
  ['3', '3 - Low'],
] as const;

function taskColumns(
  states: readonly (readonly [string, string])[],
): Record<string, SandboxColumnDefinition> {
  return {
    sys_id: column('Sys ID', 'string', { maxLength: 32, readOnly: true }),
    sys_class_name: column('Task type', 'string', { maxLength: 80, readOnly: true }),
    sys_created_on: column('Created', 'glide_date_time', { readOnly: true }),
    sys_created_by: column('Created by', 'string', { readOnly: true }),
    sys_updated_on: column('Updated', 'glide_date_time', { readOnly: true }),
    sys_updated_by: column('Updated by', 'string', { readOnly: true }),
    sys_mod_count: column('Updates', 'integer', { readOnly: true }),
    number: column('Number', 'string', { readOnly: true }),
    active: column('Active', 'boolean', { readOnly: true }),
    short_description: column('Short description', 'string', { maxLength: 160 }),
    description: column('Description', 'string', { maxLength: 4_000 }),
    state: column('State', 'choice', { choices: choices(states) }),
    impact: chosen('Impact', levels),
    urgency: chosen('Urgency', levels),
    priority: chosen('Priority', [
      ['1', '1 - Critical'],
      ['2', '2 - High'],
      ['3', '3 - Moderate'],
      ['4', '4 - Low'],
      ['5', '5 - Planning'],
    ]),
    assigned_to: column('Assigned to', 'reference', { maxLength: 32, reference: 'sys_user' }),
    assignment_group: column('Assignment group', 'reference', { maxLength: 32, reference: 'sys_user_group' }),
    correlation_id: column('Correlation ID', 'string', { maxLength: 100 }),
    correlation_display: column('Correlation display', 'string', { maxLength: 100 }),
    due_date: column('Due date', 'glide_date_time'),
    work_notes: column('Work notes', 'journal_input', { maxLength: 4_000 }),
    comments: column('Additional comments', 'journal_input', { maxLength: 4_000 }),
    close_notes: column('Close notes', 'string', { maxLength: 4_000 }),
  };
}

export function stockTables(): Record<string, SandboxTable> {
  const tables: SandboxTable[] = [
    {
      name: 'incident',
      label: 'Incident',
      parent: 'task',
      prefix: 'INC',
      initialState: '1',
      closing: ['7', '8'],
      columns: {
        ...taskColumns([
          ['1', 'New'],
          ['2', 'In Progress'],
          ['3', 'On Hold'],
          // Not stock: teams add states of their own.
          ['4', 'Awaiting Evidence'],
          ['6', 'Resolved'],
          ['7', 'Closed'],
          ['8', 'Canceled'],
        ]),
        category: column('Category'),
        caller_id: column('Caller', 'reference', { maxLength: 32, reference: 'sys_user' }),
        close_code: chosen(
          'Resolution code',
          [
            'Duplicate',
            'Known error',
            'No resolution provided',
            'Resolved by caller',
            'Resolved by change',
            'Solution provided',
            'Workaround provided',
          ].map((one) => [one, one] as const),
        ),
      },
    },
    {
      name: 'problem',
      label: 'Problem',
      parent: 'task',
      prefix: 'PRB',
      initialState: '101',
      closing: ['107'],
      columns: {
        ...taskColumns([
          ['101', 'New'],
          ['102', 'Assess'],
          ['103', 'Root Cause Analysis'],
          ['104', 'Fix in Progress'],
          ['106', 'Resolved'],
          ['107', 'Closed'],
        ]),
        cause_notes: column('Cause notes', 'string', { maxLength: 4_000 }),
        fix_notes: column('Fix notes', 'string', { maxLength: 4_000 }),
        resolution_code: chosen('Resolution code', [
          ['fix_applied', 'Fix Applied'],
          ['risk_accepted', 'Risk Accepted'],
          ['duplicate', 'Duplicate'],
          ['canceled', 'Canceled'],
        ]),
      },
    },
    {
      name: 'change_request',
      label: 'Change Request',
      parent: 'task',
      prefix: 'CHG',
      initialState: '-5',
      closing: ['3', '4'],
      columns: {
        ...taskColumns([
          ['-5', 'New'],
          ['-4', 'Assess'],
          ['-3', 'Authorize'],
          ['-2', 'Scheduled'],
          ['-1', 'Implement'],
          ['0', 'Review'],
          ['3', 'Closed'],
          ['4', 'Canceled'],
        ]),
        close_code: chosen('Close code', [
          ['successful', 'Successful'],
          ['successful_issues', 'Successful with issues'],
          ['unsuccessful', 'Unsuccessful'],
        ]),
      },
    },
    {
      name: 'u_security_task',
      label: 'Security Task',
      parent: 'task',
      prefix: 'SEC',
      initialState: '1',
      closing: ['3', '4', '7'],
      columns: {
        ...taskColumns([
          ['-5', 'Pending'],
          ['1', 'Open'],
          ['2', 'Work in Progress'],
          ['3', 'Closed Complete'],
          ['4', 'Closed Incomplete'],
          ['7', 'Closed Skipped'],
          ['8', 'Awaiting Evidence'],
        ]),
        u_component: column('Component'),
      },
    },
  ];
  return Object.fromEntries(tables.map((table) => [table.name, table]));
}
