import type { BrokenRule } from './sandbox-errors.ts';
import { listRule, rulesBroken } from './sandbox-errors.ts';
import type { Board, BoardColumn, Organization, Project, Team } from './sandbox-organization.ts';
import { same, typesOnBoard } from './sandbox-organization.ts';

/** How state, column, split half and lane hold together, on each board that shows the work item. */

export type Fields = Readonly<Record<string, unknown>>;

export interface Shown {
  readonly team: Team;
  readonly board: Board;
}

export interface BoardNames {
  readonly column: string;
  readonly done: string;
  readonly lane: string;
}

export function namesOf({ extension }: Pick<Board, 'extension'>): BoardNames {
  const field = (end: string) => `WEF_${extension}_Kanban.${end}`;
  return { column: field('Column'), done: field('Column.Done'), lane: field('Lane') };
}

/** Boards of teams that own the area path and show the type. A team's own area comes before a whole project's. */
export function boardsOf(organization: Organization, fields: Fields): readonly Shown[] {
  const project = organization.project(String(fields['System.TeamProject']));
  return project === undefined ? [] : shownIn(project, fields);
}

function shownIn(project: Project, fields: Fields): readonly Shown[] {
  const area = String(fields['System.AreaPath']);
  const type = String(fields['System.WorkItemType']);
  const reach = (team: Team) =>
    Math.max(
      -1,
      ...team.areas
        .filter(
          ({ value, includeChildren }) => same(value, area) || (includeChildren && isUnder(area, value)),
        )
        .map(({ value }) => value.length),
    );
  return project.teams
    .filter((team) => reach(team) >= 0)
    .toSorted((a, b) => reach(b) - reach(a))
    .flatMap((team) =>
      team.boards
        .filter((board) => typesOnBoard(project, team, board).some(({ name }) => same(name, type)))
        .map((board) => ({ team, board })),
    );
}

export function isUnder(path: string, above: string): boolean {
  return same(path, above) || path.toLowerCase().startsWith(`${above.toLowerCase()}\\`);
}

export function columnNamed(board: Board, name: unknown): BoardColumn | undefined {
  return board.columns.find((column) => same(column.name, String(name)));
}

const stateField = {
  referenceName: 'System.State',
  name: 'State',
  type: 'string',
  readOnly: false,
  hidden: false,
} as const;

/** The state that the wished columns ask for; null: none is wished. Columns that contradict each other break a rule. */
export function stateOfColumns(shown: readonly Shown[], wished: Fields, type: string): string | null {
  const states = shown.flatMap(({ board }) => {
    const name = wished[namesOf(board).column];
    if (name === undefined) {
      return [];
    }
    const state = columnNamed(board, name)?.stateMappings[type];
    if (state === undefined) {
      // The answer blames the state, though the column is what is wrong.
      throw rulesBroken([{ field: stateField, flags: listRule }]);
    }
    return [state];
  });
  const wishedState = wished['System.State'];
  const all = new Set([
    ...states,
    ...(states.length > 0 && typeof wishedState === 'string' ? [wishedState] : []),
  ]);
  if (all.size > 1) {
    const broken: BrokenRule = {
      field: stateField,
      flags: ['required', 'hasValues', 'limitedToValues', 'setByRule', 'invalidEmpty'],
    };
    throw rulesBroken([broken]);
  }
  return [...all][0] ?? null;
}

/** Column, half and lane after a change: as wished, else kept while they fit the state, else the first column of the state. */
export function placed(
  shown: readonly Shown[],
  fields: Fields,
  wished: Fields,
  options: { readonly stateMovesCard: boolean },
): Record<string, unknown> {
  const rest = Object.entries(fields).filter(([name]) => !/^WEF_|^System\.Board/u.test(name));
  const made: Record<string, unknown> = Object.fromEntries(rest);
  for (const [at, { board }] of shown.entries()) {
    const place = placeOn(board, fields, wished, options.stateMovesCard);
    if (place === null) {
      continue;
    }
    const names = namesOf(board);
    made[names.column] = place.column.name;
    made[names.done] = place.done;
    if (at === 0) {
      made['System.BoardColumn'] = place.column.name;
      made['System.BoardColumnDone'] = place.done;
    }
    if (place.lane !== undefined) {
      made[names.lane] = place.lane;
      if (at === 0) {
        made['System.BoardLane'] = place.lane;
      }
    }
  }
  return made;
}

function placeOn(board: Board, fields: Fields, wished: Fields, stateMovesCard: boolean) {
  const names = namesOf(board);
  const type = String(fields['System.WorkItemType']);
  const state = String(fields['System.State']);
  const before = columnNamed(board, fields[names.column] ?? '');
  const fits = before?.stateMappings[type] === state || (before !== undefined && !stateMovesCard);
  const column =
    wished[names.column] === undefined
      ? fits
        ? before
        : board.columns.find((one) => one.stateMappings[type] === state)
      : columnNamed(board, wished[names.column]);
  if (column === undefined) {
    return null;
  }
  const stays = before?.id === column.id;
  const done = wished[names.done] ?? (stays ? fields[names.done] : false);
  const lane = names.lane in wished ? wished[names.lane] : fields[names.lane];
  const row = board.rows.find(({ name }) => name !== null && same(name, String(lane)));
  return { column, done: done === true || done === 'true', lane: row?.name ?? undefined };
}
