import type { Answered } from './sandbox-answer.ts';
import { list, ok } from './sandbox-answer.ts';
import type { Call, Route } from './sandbox-call.ts';
import { wantedProject, wantedTeam } from './sandbox-call.ts';
import { ApiError } from './sandbox-errors.ts';
import { namesOf } from './sandbox-kanban.ts';
import type { Board, BoardColumn, Project, Team } from './sandbox-organization.ts';
import { idOf, typesOnBoard } from './sandbox-organization.ts';
import type { Category, WorkItemType } from './sandbox-processes.ts';
import type { Json } from './sandbox-wire.ts';

/** Boards with columns and rows, and what a team set up around them. */
export const boardRoutes: readonly Route[] = [
  ['GET', /^work\/boards$/iu, boards],
  ['GET', /^work\/boards\/([^/]+)$/iu, (call, [, name]) => ok(boardJson(call, boardOf(call, name)))],
  [
    'GET',
    /^work\/boards\/([^/]+)\/columns$/iu,
    (call, [, name]) => list(boardOf(call, name).columns.map(columnJson)),
  ],
  ['GET', /^work\/boards\/([^/]+)\/rows$/iu, (call, [, name]) => list(boardOf(call, name).rows.map(rowJson))],
  [
    'GET',
    /^work\/boardcolumns$/iu,
    (call) => list(suggested(call, ({ columns }) => columns.map(({ name }) => name))),
  ],
  [
    'GET',
    /^work\/boardrows$/iu,
    (call) => list(suggested(call, ({ rows }) => rows.flatMap(({ name }) => name ?? []))),
  ],
  ['GET', /^work\/teamsettings$/iu, (call) => ok(teamSettings(call))],
  ['GET', /^work\/teamsettings\/teamfieldvalues$/iu, (call) => ok(teamFieldValues(call))],
  ['GET', /^work\/backlogconfiguration$/iu, (call) => ok(backlogConfiguration(call))],
];

function teamAddress(call: Call, team: Team): string {
  return `${call.site.base}/${wantedProject(call).id}/${team.id}`;
}

function boardAddress(call: Call, board: Board): string {
  return `${teamAddress(call, wantedTeam(call))}/_apis/work/boards/${board.id}`;
}

/** A team without a default iteration has no answer at all. */
function ownBoards(call: Call): readonly Board[] {
  const team = wantedTeam(call);
  if (!team.hasDefaultIteration) {
    throw new ApiError(500, 'InvalidTeamSettingsException', 'TF400512: The team has no default iteration.');
  }
  return team.boards;
}

function boards(call: Call): Answered {
  return list(
    ownBoards(call).map((board) => ({ id: board.id, url: boardAddress(call, board), name: board.name })),
  );
}

function boardOf(call: Call, name = ''): Board {
  ownBoards(call);
  const asked = decodeURIComponent(name);
  const board = call.desk.organization.board(wantedTeam(call), asked);
  if (board === undefined) {
    throw new ApiError(404, 'BoardDoesNotExistException', `TF400511: The board ${asked} does not exist.`);
  }
  return board;
}

/** The first and the last column do not say whether they are split. */
function columnJson({ id, name, itemLimit, stateMappings, columnType, isSplit }: BoardColumn): Json {
  const inner = columnType === 'inProgress' ? { isSplit, description: '' } : {};
  return { id, name, itemLimit, stateMappings, ...inner, columnType };
}

function rowJson({ id, name }: Board['rows'][number]): Json {
  return { id, name, color: null };
}

function boardJson(call: Call, board: Board): Json {
  const url = boardAddress(call, board);
  const project = wantedProject(call);
  const team = wantedTeam(call);
  const names = namesOf(board);
  const field = (referenceName: string) => ({
    referenceName,
    url: `${call.site.base}/_apis/wit/fields/${referenceName}`,
  });
  const types = typesOnBoard(project, team, board);
  const allowed = (...categories: Category[]) =>
    Object.fromEntries(types.map((type) => [type.name, statesIn(type, categories)]));
  const link = (href: string) => ({ href });
  return {
    ...{ id: board.id, url, name: board.name, revision: 0 },
    columns: board.columns.map(columnJson),
    rows: board.rows.map(rowJson),
    isValid: board.isValid,
    allowedMappings: {
      Incoming: allowed('Proposed'),
      InProgress: allowed('InProgress', 'Resolved', 'Proposed'),
      Outgoing: allowed('Completed'),
    },
    canEdit: true,
    fields: { columnField: field(names.column), rowField: field(names.lane), doneField: field(names.done) },
    _links: {
      self: link(url),
      project: link(`${call.site.base}/_apis/projects/${project.id}`),
      team: link(`${call.site.base}/_apis/projects/${project.id}/teams/${team.id}`),
      charts: link(`${url}/charts`),
      columns: link(`${url}/columns`),
      rows: link(`${url}/rows`),
    },
  };
}

function statesIn(type: WorkItemType, categories: readonly Category[]): readonly string[] {
  return type.states.filter(({ category }) => categories.includes(category)).map(({ name }) => name);
}

function suggested(call: Call, names: (board: Board) => readonly string[]): readonly Json[] {
  const all = wantedProject(call).teams.flatMap(({ boards: own }) => own.flatMap(names));
  return [...new Set(all)].map((name) => ({ name }));
}

function around(call: Call, project: Project, team: Team): Record<string, { href: string }> {
  const { base } = call.site;
  const settings = `${base}/${project.id}/${team.id}/_apis/work/teamsettings`;
  return {
    project: { href: `${base}/_apis/projects/${project.id}` },
    team: { href: `${base}/_apis/projects/${project.id}/teams/${team.id}` },
    teamSettings: { href: settings },
    teamIterations: { href: `${settings}/iterations` },
    teamFieldValues: { href: `${settings}/teamfieldvalues` },
  };
}

const noIteration = { id: '00000000-0000-0000-0000-000000000000' };

function teamSettings(call: Call): Json {
  const project = wantedProject(call);
  const team = wantedTeam(call);
  const url = `${teamAddress(call, team)}/_apis/work/teamsettings`;
  const root = {
    id: idOf(`Iteration ${project.name}`),
    name: project.name,
    path: '',
    url: `${call.site.base}/${project.id}/_apis/wit/classificationNodes/Iterations`,
  };
  return {
    backlogIteration: team.hasDefaultIteration ? root : noIteration,
    bugsBehavior: team.bugsBehavior,
    workingDays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
    backlogVisibilities: Object.fromEntries(project.process.backlogs.map(({ category }) => [category, true])),
    defaultIteration: null,
    defaultIterationMacro: '@currentIteration',
    url,
    _links: { self: { href: url }, ...around(call, project, team) },
  };
}

function teamFieldValues(call: Call): Json {
  const project = wantedProject(call);
  const team = wantedTeam(call);
  const url = `${teamAddress(call, team)}/_apis/work/teamsettings/teamfieldvalues`;
  const { teamIterations: _iterations, teamFieldValues: _values, ...links } = around(call, project, team);
  const areas = `${call.site.base}/${project.id}/_apis/wit/classificationNodes/Areas`;
  return {
    field: { referenceName: 'System.AreaPath', url: `${call.site.base}/_apis/wit/fields/System.AreaPath` },
    defaultValue: team.areas[0]?.value ?? null,
    values: team.areas,
    url,
    _links: {
      self: { href: url },
      ...links,
      areaPathClassificationNodes: { href: areas },
    },
  };
}

function backlogConfiguration(call: Call): Json {
  const project = wantedProject(call);
  const team = wantedTeam(call);
  const { types } = project.process;
  const reference = (type: WorkItemType) => ({
    name: type.name,
    url: `${call.site.base}/${project.id}/_apis/wit/workItemTypes/${encodeURIComponent(type.name)}`,
  });
  const level = (id: string, name: string, rank: number, shown: readonly WorkItemType[]): Json => ({
    ...{ id, name, rank, workItemCountLimit: 1_000, addPanelFields: [], columnFields: [] },
    workItemTypes: shown.map(reference),
    ...(shown[0] === undefined
      ? {}
      : { defaultWorkItemType: reference(shown.find(({ category }) => category === id) ?? shown[0]) }),
    color: '009CCC',
  });
  const levels = project.process.backlogs.map((backlog, at) =>
    level(backlog.category, backlog.name, at + 2, typesOnBoard(project, team, backlog)),
  );
  const tasks = types.filter(
    ({ category }) =>
      category === 'Microsoft.TaskCategory' ||
      (team.bugsBehavior === 'asTasks' && category === 'Microsoft.BugCategory'),
  );
  return {
    taskBacklog: level('Microsoft.TaskCategory', 'Tasks', 1, tasks),
    requirementBacklog: levels[0],
    portfolioBacklogs: levels.slice(1),
    workItemTypeMappedStates: types.map((type) => ({
      workItemTypeName: type.name,
      states: Object.fromEntries(type.states.map(({ name, category }) => [name, category])),
    })),
    backlogFields: {
      typeFields: {
        Order: 'Microsoft.VSTS.Common.StackRank',
        Effort: 'Microsoft.VSTS.Scheduling.StoryPoints',
        RemainingWork: 'Microsoft.VSTS.Scheduling.RemainingWork',
        Activity: 'Microsoft.VSTS.Common.Activity',
      },
    },
    bugsBehavior: team.bugsBehavior,
    hiddenBacklogs: [],
    isBugsBehaviorConfigured: true,
    url: `${teamAddress(call, team)}/_apis/work/backlogconfiguration`,
  };
}
