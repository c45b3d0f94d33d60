import type { RemoteState } from '../../contracts/tracker.ts';
import type { KnownBoard } from './knowledge.ts';
import type { WireBoard, WireColumn, WireType } from './wire.ts';

/**
 * State and column of a work item as one remote state. On a board the remote states are its columns, a split one twice; off
 * the board they are the states of the type. The state decides, the column only tells more of it: where the two disagree,
 * the card counts as in the first column of its state.
 */
export interface Half {
  /** `<column id>`, `<column id>:doing`, `<column id>:done`. */
  readonly value: string;
  readonly label: string;
  readonly column: WireColumn;
  readonly half: 'doing' | 'done' | null;
}

export function halvesOf({ columns }: Pick<WireBoard, 'columns'>): readonly Half[] {
  return columns.flatMap((column): Half[] =>
    column.isSplit === true
      ? [
          { value: `${column.id}:doing`, label: `${column.name}: Doing`, column, half: 'doing' },
          { value: `${column.id}:done`, label: `${column.name}: Done`, column, half: 'done' },
        ]
      : [{ value: column.id, label: column.name, column, half: null }],
  );
}

export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The state that a column stands for, of one type; undefined: the type is not in it. */
export function stateIn({ stateMappings }: Pick<WireColumn, 'stateMappings'>, type: string): string | undefined {
  return Object.entries(stateMappings).find(([name]) => same(name, type))?.[1];
}

/** Whether every column has a place for the type: else the board does not show it. */
export function isOnBoard({ columns }: Pick<WireBoard, 'columns'>, type: string): boolean {
  return columns.length > 0 && columns.every((column) => stateIn(column, type) !== undefined);
}

export interface Standing {
  readonly state: string;
  readonly type: string;
  readonly column: string | null;
  readonly isDone: boolean;
}

export function standingOf(fields: Readonly<Record<string, unknown>>, board: WireBoard | null): Standing {
  const column = board === null ? undefined : fields[board.fields.columnField.referenceName];
  const done = board === null ? undefined : fields[board.fields.doneField.referenceName];
  return {
    state: String(fields['System.State'] ?? ''),
    type: String(fields['System.WorkItemType'] ?? ''),
    column: typeof column === 'string' ? column : null,
    isDone: done === true || done === 'true',
  };
}

/** What the card counts as: value and label. */
export function remoteStateOf(
  { state, type, column, isDone }: Standing,
  board: WireBoard | null,
): { readonly value: string; readonly label: string } {
  const plain = { value: state, label: state };
  if (board === null) {
    return plain;
  }
  const halves = halvesOf(board);
  const own = halves.filter((half) => same(half.column.name, column ?? '') && same(stateIn(half.column, type) ?? '', state));
  const there = own.find(({ half }) => half === null || (half === 'done') === isDone);
  const first = halves.find((half) => same(stateIn(half.column, type) ?? '', state));
  const shown = there ?? first;
  return shown === undefined ? plain : { value: shown.value, label: shown.label };
}

const categories: Readonly<Record<string, NonNullable<RemoteState['category']>>> = {
  proposed: 'waiting',
  inprogress: 'in_progress',
  resolved: 'in_progress',
  completed: 'done',
  removed: 'removed',
};

function categoryOf({ states }: WireType, state: string | undefined): Pick<RemoteState, 'category'> {
  const told = states.find(({ name }) => same(name, state ?? ''))?.category?.toLowerCase() ?? '';
  const category = categories[told];
  return category === undefined ? {} : { category };
}

/** In board order; off the board the states of the type, in the order of its process. */
export function remoteStatesOf(type: WireType, known: KnownBoard | null): readonly RemoteState[] {
  if (known === null || !isOnBoard(known.board, type.name)) {
    return type.states.map(({ name }) => ({ value: name, label: name, ...categoryOf(type, name) }));
  }
  return halvesOf(known.board).map(({ value, label, column }) => {
    const state = stateIn(column, type.name);
    const limit = (column.itemLimit ?? 0) > 0 ? `, at most ${column.itemLimit} by the team’s rule` : '';
    return { value, label, description: `State ${state}${limit}`, ...categoryOf(type, state) };
  });
}

/**
 * The states between one and another, the last one included, on the shortest way that the process allows; only the last one
 * where nothing is known of a way.
 */
export function wayBetween({ transitions }: Pick<WireType, 'transitions'>, from: string, to: string): readonly string[] {
  const next = (state: string) =>
    Object.entries(transitions ?? {}).find(([name]) => same(name, state))?.[1].map((one) => one.to) ?? [];
  const ways: string[][] = [[from]];
  const seen = new Set([from.toLowerCase()]);
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    for (const state of next(way.at(-1) ?? '')) {
      if (same(state, to)) {
        return [...way.slice(1), to];
      }
      if (!seen.has(state.toLowerCase())) {
        seen.add(state.toLowerCase());
        ways.push([...way, state]);
      }
    }
  }
  return [to];
}

/** Whether the process has any way from where work items begin. */
export function isReachable(type: WireType, to: string): boolean {
  const starts = (type.transitions?.[''] ?? []).map((one) => one.to);
  const from = starts[0] ?? type.states[0]?.name;
  if (from === undefined || type.transitions === null || type.transitions === undefined || same(from, to)) {
    return true;
  }
  const way = wayBetween(type, from, to);
  const before = way.length === 1 ? from : (way.at(-2) ?? from);
  const steps = Object.entries(type.transitions).find(([name]) => same(name, before))?.[1] ?? [];
  return steps.some((one) => same(one.to, to));
}
