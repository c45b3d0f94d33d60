import type { Board, BoardColumn, Project, Team } from './sandbox-organization.ts';
import { defaultRow, idOf, Organization, typesOnBoard } from './sandbox-organization.ts';
import type { Process, WorkItemType } from './sandbox-processes.ts';
import { stockProcesses } from './sandbox-processes.ts';

/** The organization as every sandbox begins: a project for each process, each with a board of its own. */
export function freshOrganization(): Organization {
  const processes = stockProcesses();
  const [basic, agile, scrum, inherited] = processes;
  if (basic === undefined || agile === undefined || scrum === undefined || inherited === undefined) {
    throw new Error('There are four processes.');
  }
  return new Organization(processes, [
    webShop(agile),
    mobileApp(basic),
    infrastructure(scrum),
    vault(inherited),
  ]);
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

function column(
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
