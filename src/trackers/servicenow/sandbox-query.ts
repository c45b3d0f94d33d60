export type Values = Readonly<Record<string, string>>;

export interface QueryOptions {
  /** Columns that exist; a term on any other is dropped without a word. */
  readonly known: (field: string) => boolean;
  readonly userId: string;
  /** `glide.invalid_query.returns_no_rows`. */
  readonly strict: boolean;
}

const term = /^([a-z][a-z0-9_.]*)(NOT IN|IN|STARTSWITH|LIKE|ISEMPTY|ISNOTEMPTY|>=|<=|!=|=|>|<)(.*)$/su;

/** Rows that an encoded query lets through, ordered by it. Invalid terms vanish, which widens the answer: that is the trap. */
export function queried<Row extends Values>(
  rows: readonly Row[],
  query: string,
  options: QueryOptions,
): readonly Row[] {
  const orders: { field: string; down: boolean }[] = [];
  const groups: ((row: Values) => boolean)[][] = [];
  let invalid = false;
  for (const part of query.split('^')) {
    const [, down, ordered] = /^ORDERBY(DESC)?([\w.]+)$/u.exec(part) ?? [];
    if (ordered !== undefined) {
      orders.push({ field: ordered, down: down !== undefined });
      continue;
    }
    const alternative = /^OR(?=[a-z])/u.test(part) && groups.length > 0;
    const test = testOf(alternative ? part.slice(2) : part, options);
    invalid ||= test === null && part !== '';
    if (test !== null && alternative) {
      groups.at(-1)?.push(test);
    } else if (test !== null) {
      groups.push([test]);
    }
  }
  if (invalid && options.strict) {
    return [];
  }
  const kept = rows.filter((row) => groups.every((group) => group.some((test) => test(row))));
  return kept.sort((a, b) => {
    for (const { field, down } of orders) {
      const difference = compare(a[field] ?? '', b[field] ?? '');
      if (difference !== 0) {
        return down ? -difference : difference;
      }
    }
    return 0;
  });
}

function testOf(part: string, { known, userId }: QueryOptions): ((row: Values) => boolean) | null {
  const [, field = '', operator = '', raw = ''] = term.exec(part) ?? [];
  if (field === '' || !known(field)) {
    return null;
  }
  const value = raw === 'javascript:gs.getUserID()' ? userId : raw;
  const list = value.split(',').map(folded);
  const of = (row: Values) => row[field] ?? '';
  switch (operator) {
    case '=':
      return (row) => folded(of(row)) === folded(value);
    case '!=':
      return (row) => folded(of(row)) !== folded(value);
    case 'IN':
      return (row) => list.includes(folded(of(row)));
    case 'NOT IN':
      return (row) => !list.includes(folded(of(row)));
    case 'STARTSWITH':
      return (row) => folded(of(row)).startsWith(folded(value));
    case 'LIKE':
      return (row) => folded(of(row)).includes(folded(value));
    case 'ISEMPTY':
      return (row) => of(row) === '';
    case 'ISNOTEMPTY':
      return (row) => of(row) !== '';
    case '>=':
      return (row) => compare(of(row), value) >= 0;
    case '<=':
      return (row) => compare(of(row), value) <= 0;
    case '>':
      return (row) => compare(of(row), value) > 0;
    default:
      return (row) => compare(of(row), value) < 0;
  }
}

/** The database compares without regard to case and trailing spaces. */
function folded(text: string): string {
  return text.trimEnd().toLowerCase();
}

function compare(a: string, b: string): number {
  const [x, y] = [folded(a), folded(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
