import { createHash } from 'node:crypto';
import type { FieldDefinition } from './sandbox-fields.ts';
import { boardFields, stockFields } from './sandbox-fields.ts';
import type { Process, WorkItemType } from './sandbox-processes.ts';
import { stockProcesses } from './sandbox-processes.ts';

/** The organization of the sandbox: projects, teams, boards, people, rights. Tests change it as administrators would. */

export interface BoardColumn {
  readonly id: string;
  name: string;
  itemLimit: number;
  stateMappings: Record<string, string>;
  columnType: 'incoming' | 'inProgress' | 'outgoing';
  isSplit: boolean;
}

export interface BoardRow {
  readonly id: string;
  name: string | null;
}

export interface Board {
  readonly id: string;
  name: string;
  /** What its field names are made of; never the board's id. */
  readonly extension: string;
  readonly category: string;
  columns: BoardColumn[];
  rows: BoardRow[];
  isValid: boolean;
}

export interface Team {
  readonly id: string;
  name: string;
  areas: { value: string; includeChildren: boolean }[];
  bugsBehavior: 'off' | 'asRequirements' | 'asTasks';
  hasDefaultIteration: boolean;
  boards: Board[];
}

export interface Project {
  readonly id: string;
  name: string;
  process: Process;
  /** Below the project's own name, `A\\B` for nested ones. */
  areas: string[];
  iterations: string[];
  teams: Team[];
}

export interface Person {
  readonly id: string;
  readonly displayName: string;
  readonly uniqueName: string;
}

export interface Rights {
  /** “Edit subscriptions”. */
  editSubscriptions: boolean;
  bypassRules: boolean;
  /** What the personal access token may do. */
  scopes: Set<'work' | 'work_write' | 'project' | 'profile'>;
  /** Area paths in which the integration's account sees nothing. */
  blindAreas: Set<string>;
}

export const defaultRow = '00000000-0000-0000-0000-000000000000';
export const tenantId = '3f0a4d0e-8f6f-4a53-9d1c-6a0b8b2f7c55';

export const people = {
  integration: person('Patchboard', 'patchboard@fabrikam.example'),
  sam: person('Sam Doe', 'sam@fabrikam.example'),
  service: person('Patchboard service principal', 'b5c8f3a1-8d52-4b53-9d5b-2c2d54c3f9aa'),
} as const;

/** The same name is always the same id. */
export function idOf(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `a${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}

function person(displayName: string, uniqueName: string): Person {
  return { id: idOf(uniqueName), displayName, uniqueName };
}

export class Organization {
  readonly name = 'fabrikam';
  readonly id = idOf('fabrikam');
  readonly processes: Process[] = stockProcesses();
  readonly people: Person[] = Object.values(people);
  readonly rights: Rights = {
    editSubscriptions: true,
    bypassRules: false,
    scopes: new Set(['work', 'work_write', 'project', 'profile']),
    blindAreas: new Set(),
  };
  /** More rows than this make a query fail. */
  queryRowsMax = 20_000;
  /** For so long a new work item does not know its board's fields. */
  boardLagMs = 0;
  /** Whether a change of the state alone moves the card to a column of that state. */
  stateMovesCard = true;
  /** `public`: hooks go to https and to no address of a private network, as the service has it. */
  hookAddresses: 'any' | 'public' = 'any';
  projects: Project[] = [];

  constructor() {
    const [basic, agile, scrum, inherited] = this.processes;
    if (basic === undefined || agile === undefined || scrum === undefined || inherited === undefined) {
      throw new Error('There are four processes.');
    }
    this.projects = [webShop(agile), mobileApp(basic), infrastructure(scrum), vault(inherited)];
  }

  /** By name, whatever its case, or by id. */
  project(nameOrId: string): Project | undefined {
    return this.projects.find((one) => same(one.name, nameOrId) || same(one.id, nameOrId));
  }

  team(project: Project, nameOrId: string): Team | undefined {
    return project.teams.find((one) => same(one.name, nameOrId) || same(one.id, nameOrId));
  }

  board(team: Team, nameOrId: string): Board | undefined {
    return team.boards.find((one) => same(one.name, nameOrId) || same(one.id, nameOrId));
  }

  type(project: Project, name: string): WorkItemType | undefined {
    return project.process.types.find((one) => same(one.name, name) || same(one.referenceName, name));
  }

  fields(): readonly FieldDefinition[] {
    const boards = this.projects.flatMap(({ teams }) => teams.flatMap(({ boards: all }) => all));
    return [...stockFields, ...boards.flatMap((board) => boardFields(board))];
  }

  /** By reference name or by shown name. */
  field(name: string): FieldDefinition | undefined {
    const all = this.fields();
    return all.find((one) => same(one.referenceName, name)) ?? all.find((one) => same(one.name, name));
  }
}

export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Which types a team shows on a board: bugs only where the team treats them as requirements. */
export function typesOnBoard(
  project: Project,
  team: Team,
  board: Pick<Board, 'category'>,
): readonly WorkItemType[] {
  const bugsToo =
    board.category === 'Microsoft.RequirementCategory' && team.bugsBehavior === 'asRequirements';
  return project.process.types.filter(
    ({ category }) => category === board.category || (bugsToo && category === 'Microsoft.BugCategory'),
  );
}

function project(name: string, process: Process, more: { areas?: string[] } = {}): Project {
  const areas = more.areas ?? [];
  const made: Project = {
    ...{ id: idOf(`project ${name}`), name, process, areas },
    iterations: ['Sprint 1', 'Sprint 2'],
    teams: [],
  };
  made.teams.push(team(made, `${name} Team`, { value: name, includeChildren: true }));
  return made;
}

function team(of: Project, name: string, area: Team['areas'][number]): Team {
  const bugsBehavior = of.process.name === 'Basic' ? 'off' : 'asRequirements';
  const made: Team = {
    ...{ id: idOf(`team ${of.name} ${name}`), name, areas: [area], bugsBehavior },
    hasDefaultIteration: true,
    boards: [],
  };
  made.boards = of.process.backlogs.map((backlog) => stockBoard(of, made, backlog));
  return made;
}

/** A column for each state that is shown; the first is incoming, the last outgoing. */
function stockBoard(of: Project, owner: Team, backlog: { name: string; category: string }): Board {
  const seed = `${of.name} ${owner.name} ${backlog.name}`;
  const types = typesOnBoard(of, owner, backlog);
  const names = [
    ...new Set(
      types.flatMap(({ states }) =>
        states.filter((one) => one.category !== 'Removed').map((one) => one.name),
      ),
    ),
  ];
  const columns = names.map((name, at) => {
    const kind = at === 0 ? 'incoming' : at === names.length - 1 ? 'outgoing' : 'inProgress';
    const mappings = types.map((type) => {
      const own =
        type.states.find((state) => state.name === name) ?? type.states[Math.min(at, type.states.length - 1)];
      return [type.name, own?.name ?? ''] as const;
    });
    return column(seed, name, {
      columnType: kind,
      stateMappings: Object.fromEntries(mappings),
      itemLimit: kind === 'inProgress' ? 5 : 0,
    });
  });
  const extension = idOf(`extension ${seed}`).replaceAll('-', '').toUpperCase();
  return {
    id: idOf(`board ${seed}`),
    ...backlog,
    extension,
    columns,
    rows: [{ id: defaultRow, name: null }],
    isValid: true,
  };
}

export function column(
  seed: string,
  name: string,
  facts: Partial<BoardColumn> & Pick<BoardColumn, 'stateMappings'>,
): BoardColumn {
  return {
    id: idOf(`column ${seed} ${name}`),
    name,
    itemLimit: 0,
    columnType: 'inProgress',
    isSplit: false,
    ...facts,
  };
}

/** Agile, with a board that its team made its own: a split column, several columns of one state, lanes. */
function webShop(agile: Process): Project {
  const shop = project('Web shop', agile, { areas: ['Payments', 'Payments\\Cards', 'Search'] });
  redrawn(shop, [
    ['New', 'New', { columnType: 'incoming' }],
    ['Active', 'Active', { isSplit: true, itemLimit: 5 }],
    ['Blocked', 'Active', {}],
    ['Review', 'Resolved', {}],
    ['Accepted risk', 'Resolved', {}],
    ['Not a bug', 'Resolved', {}],
    ['Closed', 'Closed', { columnType: 'outgoing' }],
  ]);
  const rows = shop.teams[0]?.boards[0]?.rows;
  rows?.push({ id: idOf('row security'), name: 'Security' }, { id: idOf('row expedite'), name: 'Expedite' });
  shop.teams.push(team(shop, 'Payments', { value: 'Web shop\\Payments', includeChildren: true }));
  return shop;
}

/** Basic, with two more columns than the stock board has. */
function mobileApp(basic: Process): Project {
  const app = project('Mobile app', basic);
  redrawn(app, [
    ['To Do', 'To Do', { columnType: 'incoming' }],
    ['Blocked', 'To Do', {}],
    ['Doing', 'Doing', {}],
    ['Review', 'Doing', {}],
    ['Done', 'Done', { columnType: 'outgoing' }],
  ]);
  return app;
}

/** Scrum, with a team that was never finished: it has no default iteration, and asking for its boards fails. */
function infrastructure(scrum: Process): Project {
  const made = project('Infrastructure', scrum);
  redrawn(made, [
    ['New', 'New', { columnType: 'incoming' }],
    ['Approved', 'Approved', {}],
    ['Committed', 'Committed', {}],
    ['Verify', 'Committed', {}],
    ['Done', 'Done', { columnType: 'outgoing' }],
  ]);
  const newcomers = team(made, 'Newcomers', { value: 'Infrastructure', includeChildren: false });
  made.teams.push({ ...newcomers, hasDefaultIteration: false, areas: [] });
  return made;
}

/** Another set of columns on the first board of the first team; every type on it maps to the state of that name. */
function redrawn(
  of: Project,
  rows: readonly (readonly [name: string, state: string, more: Partial<BoardColumn>])[],
): void {
  const [first] = of.teams;
  const [board] = first?.boards ?? [];
  if (first === undefined || board === undefined) {
    throw new Error(`${of.name} has a board.`);
  }
  const types = typesOnBoard(of, first, board);
  // A type without the state of that name stands there with a state of its own that is under way.
  const mapped = (type: WorkItemType, state: string) =>
    (
      type.states.find(({ name }) => name === state) ??
      type.states.find(({ category }) => category === 'InProgress')
    )?.name ?? '';
  board.columns = rows.map(([name, state, more]) => {
    const stateMappings = Object.fromEntries(types.map((type) => [type.name, mapped(type, state)]));
    return column(of.name, name, { stateMappings, ...more });
  });
}

/** The inherited process: a required field on bugs, and no way around a review. */
function vault(inherited: Process): Project {
  const made = project('Vault', inherited);
  redrawn(made, [
    ['New', 'New', { columnType: 'incoming' }],
    ['Active', 'Active', {}],
    ['Waiting', 'Active', {}],
    ['In Review', 'In Review', {}],
    ['Resolved', 'Resolved', {}],
    ['Closed', 'Closed', { columnType: 'outgoing' }],
  ]);
  return made;
}
