import type { RemoteState } from '../../contracts/tracker.ts';

/** What ServiceNow ships with, for tables and states that an instance does not let us look up. Labels are always the instance's own where they can be read. */

export const firstTables = [
  { value: 'incident', label: 'Incident' },
  { value: 'problem', label: 'Problem' },
  { value: 'change_request', label: 'Change Request' },
] as const;

type Category = NonNullable<RemoteState['category']>;
type States = Readonly<Record<string, readonly [label: string, category: Category]>>;

const incident: States = {
  '1': ['New', 'requested'],
  '2': ['In Progress', 'in_progress'],
  '3': ['On Hold', 'waiting'],
  '6': ['Resolved', 'done'],
  '7': ['Closed', 'done'],
  '8': ['Canceled', 'removed'],
};
const problem: States = {
  '101': ['New', 'requested'],
  '102': ['Assess', 'in_progress'],
  '103': ['Root Cause Analysis', 'in_progress'],
  '104': ['Fix in Progress', 'in_progress'],
  '106': ['Resolved', 'done'],
  '107': ['Closed', 'done'],
};
const changeRequest: States = {
  '-5': ['New', 'requested'],
  '-4': ['Assess', 'waiting'],
  '-3': ['Authorize', 'waiting'],
  '-2': ['Scheduled', 'waiting'],
  '-1': ['Implement', 'in_progress'],
  '0': ['Review', 'in_progress'],
  '3': ['Closed', 'done'],
  '4': ['Canceled', 'removed'],
};
const task: States = {
  '-5': ['Pending', 'waiting'],
  '1': ['Open', 'requested'],
  '2': ['Work in Progress', 'in_progress'],
  '3': ['Closed Complete', 'done'],
  '4': ['Closed Incomplete', 'done'],
  '7': ['Closed Skipped', 'removed'],
};

export function shippedStates(table: string): States {
  switch (table) {
    case 'incident':
      return incident;
    case 'problem':
      return problem;
    case 'change_request':
      return changeRequest;
    default:
      return task;
  }
}

/** Fields that a shipped data policy or state model demands on the way into a state. */
export interface TransitionField {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'choice' | 'user';
  readonly states: readonly string[];
  /** A first choice if the instance has it. */
  readonly prefers?: readonly string[];
  readonly default?: string;
}

const notes = 'The status was set by Patchboard; see the work notes.';

export function transitionFields(table: string): readonly TransitionField[] {
  switch (table) {
    case 'incident':
      return [
        {
          name: 'close_code',
          label: 'Resolution code',
          type: 'choice',
          states: ['6', '7'],
          prefers: ['Solution provided', 'Solved (Permanently)'],
        },
        { name: 'close_notes', label: 'Resolution notes', type: 'text', states: ['6', '7'], default: notes },
      ];
    case 'problem':
      return [
        { name: 'assigned_to', label: 'Assigned to', type: 'user', states: ['102', '103', '104'] },
        { name: 'cause_notes', label: 'Cause notes', type: 'text', states: ['104', '106'], default: notes },
        { name: 'fix_notes', label: 'Fix notes', type: 'text', states: ['106'], default: notes },
        {
          name: 'resolution_code',
          label: 'Resolution code',
          type: 'choice',
          states: ['106', '107'],
          prefers: ['fix_applied'],
        },
      ];
    case 'change_request':
      return [
        { name: 'assignment_group', label: 'Assignment group', type: 'user', states: ['-4'] },
        { name: 'close_code', label: 'Close code', type: 'choice', states: ['3'], prefers: ['successful'] },
        { name: 'close_notes', label: 'Close notes', type: 'text', states: ['3'], default: notes },
      ];
    default:
      return [];
  }
}

/** What is known of a table whose state model takes plain writes of the state badly; null: states move freely. */
export function stateModel(
  table: string,
): { readonly words: string; readonly opens: string; readonly free: readonly string[] } | null {
  switch (table) {
    case 'problem':
      return {
        words:
          'Problems follow a state model: since the Rome release the Table API accepts a write of the state and leaves it as it was.',
        opens: '101',
        free: ['101'],
      };
    case 'change_request':
      return {
        words:
          'Change requests follow a state model: a new one is always New, and Assess, Authorize and Scheduled are left through approvals alone.',
        opens: '-5',
        free: ['-5', '-4', '4'],
      };
    default:
      return null;
  }
}

/** Data lookup definitions are not inherited: only these two tables compute a priority unless an instance says otherwise. */
export function computesPriority(table: string): boolean {
  return table === 'incident' || table === 'problem';
}

/** Impact/urgency → priority, as shipped. */
export const shippedPriorities: Readonly<Record<string, string>> = {
  '1/1': '1',
  '1/2': '2',
  '1/3': '3',
  '2/1': '2',
  '2/2': '3',
  '2/3': '4',
  '3/1': '3',
  '3/2': '4',
  '3/3': '5',
};
export const priorityLabels: Readonly<Record<string, string>> = {
  '1': '1 - Critical',
  '2': '2 - High',
  '3': '3 - Moderate',
  '4': '4 - Low',
  '5': '5 - Planning',
};
export const levelLabels: Readonly<Record<string, string>> = {
  '1': '1 - High',
  '2': '2 - Medium',
  '3': '3 - Low',
};
