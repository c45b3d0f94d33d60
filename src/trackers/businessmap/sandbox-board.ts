/** The sandbox's account: two workspaces, two boards, columns with sub-columns, lanes, one custom field. */

export interface BoardColumn {
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

export const workspaceRows = [
  { workspace_id: 1, type: 1, is_archived: 0, name: 'Product' },
  { workspace_id: 2, type: 1, is_archived: 0, name: 'Platform' },
];

export const boardRows = [
  { board_id: 10, workspace_id: 1, is_archived: 0, name: 'Web shop', description: '' },
  { board_id: 11, workspace_id: 1, is_archived: 0, name: 'Mobile app', description: '' },
];

export const workflowRows = [
  {
    workflow_id: 100,
    board_id: 10,
    type: 0,
    position: 0,
    is_enabled: 1,
    is_collapsible: 0,
    name: 'Development',
  },
  {
    workflow_id: 101,
    board_id: 10,
    type: 1,
    position: 1,
    is_enabled: 1,
    is_collapsible: 0,
    name: 'Initiatives',
  },
  {
    workflow_id: 110,
    board_id: 11,
    type: 0,
    position: 0,
    is_enabled: 1,
    is_collapsible: 0,
    name: 'Development',
  },
];

export const laneRows = [
  {
    lane_id: 200,
    workflow_id: 100,
    parent_lane_id: null,
    position: 0,
    name: 'Security',
    description: '',
    color: '42aaff',
  },
  {
    lane_id: 201,
    workflow_id: 100,
    parent_lane_id: null,
    position: 1,
    name: 'Features',
    description: '',
    color: '42aaff',
  },
  {
    lane_id: 210,
    workflow_id: 110,
    parent_lane_id: null,
    position: 0,
    name: 'Default',
    description: '',
    color: '42aaff',
  },
];

function column(
  workflow: number,
  id: number,
  section: number | null,
  position: number,
  name: string,
  parent: number | null = null,
): BoardColumn {
  const rest = { description: '', color: '34a97b', limit: 0, cards_per_row: 1, flow_type: 1 };
  return { column_id: id, workflow_id: workflow, section, parent_column_id: parent, position, name, ...rest };
}

export function freshColumns(): BoardColumn[] {
  return [
    column(100, 300, 1, 0, 'Backlog'),
    column(100, 301, 2, 0, 'Ready'),
    column(100, 302, 3, 0, 'In progress'),
    column(100, 303, null, 0, 'Doing', 302),
    column(100, 304, null, 1, 'Review', 302),
    column(100, 305, 3, 1, 'Testing'),
    column(100, 306, 4, 0, 'Done'),
    column(100, 307, 4, 1, 'Accepted risk'),
    column(100, 308, 4, 2, 'Not a bug'),
    column(110, 310, 2, 0, 'To do'),
    column(110, 311, 3, 0, 'Doing'),
    column(110, 312, 4, 0, 'Done'),
  ];
}

/** Fields that a board demands, by board. */
export const boardFieldRows: Readonly<Record<number, readonly { field_id: number; is_required: number }[]>> =
  {
    10: [],
    11: [{ field_id: 7, is_required: 1 }],
  };

export const fieldRows = [
  {
    field_id: 7,
    name: 'Team',
    type: 'dropdown',
    allowed_values: [
      { value_id: 71, value: 'Red' },
      { value_id: 72, value: 'Blue' },
    ],
  },
];
