import type { RemoteState } from '../../contracts/tracker.ts';
import type { WireColumn, WireLane } from './wire.ts';

/** A column or a lane, nested in others of its kind. */
interface Nested {
  readonly id: number;
  readonly parent: number | null;
  readonly section: number;
  readonly position: number;
  readonly name: string;
}

interface Leaf {
  readonly id: number;
  readonly label: string;
  /** Of the outermost parent: sub-columns have none of their own. */
  readonly section: number;
}

const categories = ['waiting', 'waiting', 'requested', 'in_progress', 'done', 'done'] as const;

/** Leaf columns of a workflow in board order, sub-columns as "Parent / Child", since names repeat. Only leaves hold cards. */
export function statesOf(all: readonly WireColumn[], workflow: string): readonly RemoteState[] {
  const mine = all.filter((column) => String(column.workflow_id) === workflow);
  const limits = new Map(mine.map((column) => [column.column_id, column.limit ?? 0]));
  return leavesOf(mine.map(columnOf)).map(({ id, label, section }) => {
    const limit = limits.get(id) ?? 0;
    return {
      value: String(id),
      label,
      category: categories[section] ?? 'in_progress',
      ...(limit > 0 ? { description: `At most ${limit} cards.` } : {}),
    };
  });
}

/** Leaf lanes of a workflow in board order. */
export function lanesOf(
  all: readonly WireLane[],
  workflow: string,
): readonly { value: string; label: string }[] {
  const mine = all.filter((lane) => String(lane.workflow_id) === workflow);
  const nested = mine.map((lane) => ({
    id: lane.lane_id,
    parent: lane.parent_lane_id ?? null,
    section: 0,
    position: lane.position ?? 0,
    name: lane.name,
  }));
  return leavesOf(nested).map(({ id, label }) => ({ value: String(id), label }));
}

/** Every column by its id, with the whole path of its names. */
export function columnLabels(all: readonly WireColumn[]): ReadonlyMap<number, string> {
  const byId = new Map(all.map((column) => [column.column_id, column]));
  const labelOf = (column: WireColumn, depth: number): string => {
    const parent = depth > depthMax ? undefined : byId.get(column.parent_column_id ?? -1);
    return parent === undefined ? column.name : `${labelOf(parent, depth + 1)} / ${column.name}`;
  };
  return new Map(all.map((column) => [column.column_id, labelOf(column, 0)]));
}

/** Deeper nesting exists only in a loop of parents. */
const depthMax = 10;

function columnOf(column: WireColumn): Nested {
  return {
    id: column.column_id,
    parent: column.parent_column_id ?? null,
    section: column.section ?? 0,
    position: column.position ?? 0,
    name: column.name,
  };
}

function leavesOf(all: readonly Nested[]): readonly Leaf[] {
  const ids = new Set(all.map(({ id }) => id));
  const roots = all.filter(({ parent }) => parent === null || !ids.has(parent));
  const walk = (node: Nested, label: string, section: number, depth: number): readonly Leaf[] => {
    const children = all.filter(({ parent }) => parent === node.id);
    if (children.length === 0 || depth > depthMax) {
      return [{ id: node.id, label, section }];
    }
    return inOrder(children).flatMap((child) => walk(child, `${label} / ${child.name}`, section, depth + 1));
  };
  return inOrder(roots).flatMap((root) => walk(root, root.name, root.section, 0));
}

function inOrder(nodes: readonly Nested[]): readonly Nested[] {
  return nodes.toSorted((a, b) => a.section - b.section || a.position - b.position || a.id - b.id);
}
