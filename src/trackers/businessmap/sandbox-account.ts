/** The sandbox's account: two workspaces, two boards, sub-columns, lanes, custom fields, tags, people. Tests may change it. */

export interface AccountColumn {
  column_id: number;
  workflow_id: number;
  section: number | null;
  parent_column_id: number | null;
  position: number;
  name: string;
  description: string;
  color: string;
  limit: number;
  cards_per_row: number;
  flow_type: number;
}

export interface AccountLane {
  lane_id: number;
  workflow_id: number;
  parent_lane_id: number | null;
  position: number;
  name: string;
  description: string;
  color: string;
}

export interface AccountBoard {
  board_id: number;
  workspace_id: number;
  is_archived: number;
  name: string;
  description: string;
}

export interface BoardSettings {
  size_type: number;
  /** 0 always, 1 only with a reason, 2 never. */
  allow_exceeding: number;
  autoarchive_cards_after: number;
  limit_type: number;
  allow_repeating_custom_card_ids: number;
  is_discard_reason_required: number;
}

export interface AccountField {
  field_id: number;
  name: string;
  type: string;
  color: string;
  is_immutable: number;
  is_always_present: number;
  all_properties_are_locked: number;
  availability: number;
  is_enabled: number;
  allowed_values?: { value_id: number; value: string; is_default: number }[];
}

export interface BoardField {
  field_id: number;
  position: number;
  color: string;
  is_always_present: number;
  value_is_required?: number;
  min_number_of_values?: number;
  max_number_of_values?: number;
}

export const ourUser = 5;
export const somebody = 9;

export function freshAccount() {
  return {
    workspaces: [
      { workspace_id: 1, type: 1, is_archived: 0, name: 'Product' },
      { workspace_id: 2, type: 1, is_archived: 0, name: 'Platform' },
      { workspace_id: 3, type: 1, is_archived: 1, name: 'Old things' },
    ],
    boards: [
      board(10, 1, 'Web shop'),
      board(11, 1, 'Mobile app'),
      board(20, 2, 'Infrastructure'),
      { ...board(12, 1, 'Last year'), is_archived: 1 },
    ],
    workflows: [
      workflow(101, 10, 1, 0, 'Initiatives'),
      workflow(100, 10, 0, 1, 'Development'),
      { ...workflow(102, 10, 0, 2, 'Turned off'), is_enabled: 0 },
      workflow(110, 11, 0, 0, 'Development'),
      workflow(120, 20, 0, 0, 'Operations'),
    ],
    lanes: [
      lane(201, 100, 1, 'Features'),
      lane(200, 100, 0, 'Security'),
      lane(210, 110, 0, 'Default'),
      lane(220, 120, 0, 'Default'),
    ],
    columns: [
      column(100, 306, 4, 0, 'Done'),
      column(100, 307, 4, 1, 'Accepted risk'),
      column(100, 308, 4, 2, 'Not a bug'),
      column(100, 300, 1, 0, 'Backlog'),
      column(100, 301, 2, 0, 'Ready'),
      column(100, 302, 3, 0, 'In progress'),
      column(100, 304, null, 1, 'Review', 302),
      column(100, 303, null, 0, 'Doing', 302),
      column(100, 305, 3, 1, 'Testing'),
      column(100, 309, 5, 0, 'Ready to archive'),
      column(110, 310, 2, 0, 'To do'),
      column(110, 311, 3, 0, 'Doing'),
      column(110, 312, 4, 0, 'Done'),
      column(120, 320, 2, 0, 'To do'),
      column(120, 321, 4, 0, 'Done'),
    ],
    settings: new Map<number, BoardSettings>([10, 11, 12, 20].map((id) => [id, freshSettings()])),
    fields: [
      {
        ...fieldBase(7, 'Team', 'dropdown'),
        allowed_values: [
          { value_id: 71, value: 'Red', is_default: 0 },
          { value_id: 72, value: 'Blue', is_default: 0 },
        ],
      },
      fieldBase(8, 'Cost centre', 'number'),
      fieldBase(9, 'Note', 'single_line_text'),
    ] as AccountField[],
    boardFields: new Map<number, BoardField[]>([
      [10, [{ field_id: 9, position: 0, color: '34a97b', is_always_present: 0, value_is_required: 0 }]],
      [
        11,
        [
          {
            field_id: 7,
            position: 0,
            color: '34a97b',
            is_always_present: 1,
            min_number_of_values: 1,
            max_number_of_values: 1,
          },
          { field_id: 8, position: 1, color: '34a97b', is_always_present: 0, value_is_required: 1 },
        ],
      ],
    ]),
    tags: [
      { tag_id: 40, label: 'Security', color: 'ff0000', availability: 0, is_enabled: 1 },
      { tag_id: 41, label: 'Patchboard', color: '42aaff', availability: 0, is_enabled: 1 },
    ],
    boardTags: new Map<number, number[]>([[10, [40]]]),
    users: [
      { user_id: ourUser, email: 'patchboard@example.com', username: 'patchboard', realname: 'Patchboard' },
      { user_id: somebody, email: 'sam@example.com', username: 'sam', realname: 'Sam Doe' },
    ],
  };
}

export type Account = ReturnType<typeof freshAccount>;

function freshSettings(): BoardSettings {
  return {
    size_type: 0,
    allow_exceeding: 1,
    autoarchive_cards_after: 14,
    limit_type: 0,
    allow_repeating_custom_card_ids: 1,
    is_discard_reason_required: 0,
  };
}

function board(id: number, workspace: number, name: string): AccountBoard {
  return { board_id: id, workspace_id: workspace, is_archived: 0, name, description: '' };
}

function workflow(id: number, boardId: number, type: number, position: number, name: string) {
  return { workflow_id: id, board_id: boardId, type, position, is_enabled: 1, is_collapsible: 0, name };
}

function lane(id: number, workflowId: number, position: number, name: string): AccountLane {
  return {
    lane_id: id,
    workflow_id: workflowId,
    parent_lane_id: null,
    position,
    name,
    description: '',
    color: '42aaff',
  };
}

function column(
  workflowId: number,
  id: number,
  section: number | null,
  position: number,
  name: string,
  parent: number | null = null,
): AccountColumn {
  const rest = { description: '', color: '34a97b', limit: 0, cards_per_row: 1, flow_type: 1 };
  return {
    column_id: id,
    workflow_id: workflowId,
    section,
    parent_column_id: parent,
    position,
    name,
    ...rest,
  };
}

function fieldBase(id: number, name: string, type: string): AccountField {
  const rest = {
    is_immutable: 0,
    is_always_present: 0,
    all_properties_are_locked: 0,
    availability: 0,
    is_enabled: 1,
  };
  return { field_id: id, name, type, color: '34a97b', ...rest };
}

export function boardOf(account: Account, workflowId: number): number {
  return account.workflows.find((one) => one.workflow_id === workflowId)?.board_id ?? 0;
}

export function onBoard(account: Account, workflowId: number, board: number): boolean {
  return account.workflows.some((one) => one.workflow_id === workflowId && one.board_id === board);
}

/** "Parent / Child". */
export function labelOf(account: Account, columnId: number): string {
  const own = account.columns.find((one) => one.column_id === columnId);
  if (own === undefined) {
    return `column ${columnId}`;
  }
  return own.parent_column_id === null ? own.name : `${labelOf(account, own.parent_column_id)} / ${own.name}`;
}

/** A sub-column has the section of its outermost parent. */
export function sectionOf(account: Account, columnId: number): number {
  const own = account.columns.find((one) => one.column_id === columnId);
  return (
    own?.section ??
    (own === undefined || own.parent_column_id === null ? 3 : sectionOf(account, own.parent_column_id))
  );
}

/** Leaf columns of the first board's workflow for cards, as the board shows them. */
export function shownColumns(account: Account, workflowId: number): readonly AccountColumn[] {
  const parents = new Set(account.columns.map((one) => one.parent_column_id));
  const key = (one: AccountColumn): readonly number[] => {
    const own = [one.section ?? 0, one.position];
    const parent = account.columns.find((candidate) => candidate.column_id === one.parent_column_id);
    return parent === undefined ? own : [...key(parent), one.position];
  };
  return account.columns
    .filter((one) => one.workflow_id === workflowId && !parents.has(one.column_id))
    .toSorted((a, b) => compare(key(a), key(b)));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
