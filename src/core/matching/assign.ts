/** A possible pair with what it is worth; nothing at or below zero is ever taken. */
export interface Candidate {
  readonly old: number;
  readonly fresh: number;
  readonly worth: number;
}

/** Largest connected group that is solved exactly; a larger one takes the best pair first. */
const exactMax = 160;

/** Pairs one to one so that the whole is worth most (minimum cost), in each group of candidates that touch each other. */
export function assign(candidates: readonly Candidate[]): readonly Candidate[] {
  const chosen: Candidate[] = [];
  for (const group of groupsOf(candidates)) {
    const olds = new Set(group.map((one) => one.old)).size;
    const news = new Set(group.map((one) => one.fresh)).size;
    if (group.length === 1) {
      chosen.push(...group);
    } else if (Math.max(olds, news) <= exactMax) {
      chosen.push(...exact(group));
    } else {
      chosen.push(...bestFirst(group));
    }
  }
  return chosen;
}

function groupsOf(candidates: readonly Candidate[]): readonly (readonly Candidate[])[] {
  const parents = new Map<string, string>();
  const root = (key: string): string => {
    let at = key;
    for (let next = parents.get(at); next !== undefined && next !== at; next = parents.get(at)) {
      at = next;
    }
    parents.set(key, at);
    return at;
  };
  const worthy = candidates.filter((one) => one.worth > 0);
  for (const { old, fresh } of worthy) {
    parents.set(root(`n${fresh}`), root(`o${old}`));
  }
  const groups = new Map<string, Candidate[]>();
  for (const one of worthy) {
    const key = root(`o${one.old}`);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [one]);
    } else {
      group.push(one);
    }
  }
  return [...groups.values()];
}

function bestFirst(group: readonly Candidate[]): readonly Candidate[] {
  const olds = new Set<number>();
  const news = new Set<number>();
  const taken: Candidate[] = [];
  for (const one of group.toSorted((a, b) => b.worth - a.worth || a.old - b.old || a.fresh - b.fresh)) {
    if (!olds.has(one.old) && !news.has(one.fresh)) {
      olds.add(one.old);
      news.add(one.fresh);
      taken.push(one);
    }
  }
  return taken;
}

/** The Hungarian method with potentials (Kuhn, Munkres; shortest augmenting paths as Jonker and Volgenant), O(n³). */
function exact(group: readonly Candidate[]): readonly Candidate[] {
  const olds = [...new Set(group.map((one) => one.old))].toSorted((a, b) => a - b);
  const news = [...new Set(group.map((one) => one.fresh))].toSorted((a, b) => a - b);
  const size = Math.max(olds.length, news.length);
  const rowOf = new Map(olds.map((old, row) => [old, row]));
  const columnOf = new Map(news.map((fresh, column) => [fresh, column]));
  const costs = new Float64Array(size * size);
  const byCell = new Map<number, Candidate>();
  for (const one of group) {
    const cell = (rowOf.get(one.old) as number) * size + (columnOf.get(one.fresh) as number);
    costs[cell] = -one.worth;
    byCell.set(cell, one);
  }
  return solve(costs, size).flatMap((column, row) => byCell.get(row * size + column) ?? []);
}

/** Answers each row's column. */
function solve(costs: Float64Array, size: number): readonly number[] {
  const rowPotential = new Float64Array(size + 1);
  const columnPotential = new Float64Array(size + 1);
  const rowOfColumn = new Int32Array(size + 1);
  const before = new Int32Array(size + 1);
  for (let row = 1; row <= size; row += 1) {
    augment(row, { costs, size, rowPotential, columnPotential, rowOfColumn, before });
  }
  const columns = Array.from({ length: size }, () => 0);
  for (let column = 1; column <= size; column += 1) {
    columns[(rowOfColumn[column] as number) - 1] = column - 1;
  }
  return columns;
}

interface Tableau {
  readonly costs: Float64Array;
  readonly size: number;
  readonly rowPotential: Float64Array;
  readonly columnPotential: Float64Array;
  readonly rowOfColumn: Int32Array;
  readonly before: Int32Array;
}

/** Finds the cheapest alternating path from a free row to a free column and turns it round. Column 0 is the free row's. */
function augment(row: number, tableau: Tableau): void {
  const { costs, size, rowPotential, columnPotential, rowOfColumn, before } = tableau;
  const least = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY);
  const visited = new Uint8Array(size + 1);
  rowOfColumn[0] = row;
  let column = 0;
  do {
    visited[column] = 1;
    const here = rowOfColumn[column] as number;
    let step = Number.POSITIVE_INFINITY;
    let next = 0;
    for (let other = 1; other <= size; other += 1) {
      if (visited[other] === 0) {
        const cost = (costs[(here - 1) * size + other - 1] as number) - (rowPotential[here] as number) - (columnPotential[other] as number);
        if (cost < (least[other] as number)) {
          least[other] = cost;
          before[other] = column;
        }
        if ((least[other] as number) < step) {
          step = least[other] as number;
          next = other;
        }
      }
    }
    for (let other = 0; other <= size; other += 1) {
      if (visited[other] === 1) {
        const held = rowOfColumn[other] as number;
        rowPotential[held] = (rowPotential[held] as number) + step;
        columnPotential[other] = (columnPotential[other] as number) - step;
      } else {
        least[other] = (least[other] as number) - step;
      }
    }
    column = next;
  } while (rowOfColumn[column] !== 0);
  while (column !== 0) {
    const previous = before[column] as number;
    rowOfColumn[column] = rowOfColumn[previous] as number;
    column = previous;
  }
}
