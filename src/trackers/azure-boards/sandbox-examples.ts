import type { SandboxExample } from '../kit/sandbox.ts';
import type { Board, Organization, Project, Team } from './sandbox-organization.ts';
import { defaultRow } from './sandbox-organization.ts';

/** Ready-made places on the organization's boards, one for each process. */

export type ExampleName = 'agile' | 'basic' | 'scrum' | 'inherited';

export interface ExamplePlace {
  readonly project: Project;
  readonly team: Team;
  readonly board: Board;
  readonly type: string;
}

interface Recipe {
  readonly project: string;
  readonly type: string;
  readonly row: string | null;
  /** Column names in the order identified, in progress, awaiting validation, risk accepted, false positive, fixed. */
  readonly columns: readonly [string, string, string, string, string, string];
  readonly unmapped: string;
  readonly fieldDefaults: Readonly<Record<string, unknown>>;
}

const recipes: Readonly<Record<ExampleName, Recipe>> = {
  agile: {
    ...{ project: 'Web shop', type: 'Bug', row: 'Security', unmapped: 'Blocked', fieldDefaults: {} },
    columns: ['New', 'Active', 'Review', 'Accepted risk', 'Not a bug', 'Closed'],
  },
  basic: {
    ...{ project: 'Mobile app', type: 'Issue', row: null, unmapped: 'Blocked', fieldDefaults: {} },
    columns: ['To Do', 'Doing', 'Review', 'Done', 'Done', 'Done'],
  },
  scrum: {
    ...{
      project: 'Infrastructure',
      type: 'Product Backlog Item',
      row: null,
      unmapped: 'Approved',
      fieldDefaults: {},
    },
    columns: ['New', 'Committed', 'Verify', 'Done', 'Done', 'Done'],
  },
  inherited: {
    ...{ project: 'Vault', type: 'Bug', row: null, unmapped: 'Waiting' },
    columns: ['New', 'Active', 'In Review', 'Resolved', 'Resolved', 'Closed'],
    fieldDefaults: { 'Custom.ProductLine': 'Cards' },
  },
};

export function placeOfExample(organization: Organization, name: ExampleName): ExamplePlace {
  const recipe = recipes[name];
  const project = organization.project(recipe.project);
  const team = project?.teams[0];
  const board = team?.boards[0];
  if (project === undefined || team === undefined || board === undefined) {
    throw new Error(`${recipe.project} has a board.`);
  }
  return { project, team, board, type: recipe.type };
}

export function exampleOf(organization: Organization, name: ExampleName): SandboxExample {
  const recipe = recipes[name];
  const { board } = placeOfExample(organization, name);
  const [identified, inProgress, awaitingValidation, riskAccepted, falsePositive, fixed] = recipe.columns.map(
    (column) => stateNamed(board, column),
  );
  const other: ExampleName = name === 'basic' ? 'agile' : 'basic';
  return {
    target: targetOf(organization, name),
    otherTarget: targetOf(organization, other),
    statusMapping: {
      identified: identified ?? '',
      inProgress: inProgress ?? '',
      awaitingValidation: awaitingValidation ?? '',
      riskAccepted: riskAccepted ?? '',
      falsePositive: falsePositive ?? '',
      fixed: fixed ?? '',
    },
    fieldDefaults: recipe.fieldDefaults,
    unmappedState: stateNamed(board, recipe.unmapped),
  };
}

function targetOf(organization: Organization, name: ExampleName): Readonly<Record<string, string>> {
  const { project, team, board, type } = placeOfExample(organization, name);
  const row = board.rows.find((one) => one.name === recipes[name].row)?.id ?? defaultRow;
  return { project: project.id, team: team.id, board: board.id, workItemType: type, lane: row };
}

function stateNamed(board: Board, name: string): string {
  const found = halvesOf(board).find(({ column, half }) => column === name && half !== 'done');
  if (found === undefined) {
    throw new Error(`${board.name} has a column ${name}.`);
  }
  return found.state;
}

export interface Half {
  readonly state: string;
  readonly label: string;
  readonly column: string;
  readonly columnId: string;
  readonly half: 'doing' | 'done' | null;
}

/** The remote states of a board: its columns, a split one twice. */
export function halvesOf(board: Board): readonly Half[] {
  return board.columns.flatMap(({ id, name, isSplit }): Half[] => {
    const plain = { column: name, columnId: id };
    return isSplit
      ? [
          { ...plain, state: `${id}:doing`, label: `${name}: Doing`, half: 'doing' },
          { ...plain, state: `${id}:done`, label: `${name}: Done`, half: 'done' },
        ]
      : [{ ...plain, state: id, label: name, half: null }];
  });
}
