const cellMax = 60;

/** Rows as columns for people: what is too long is cut, what is an object is JSON. */
export function table(
  rows: readonly Readonly<Record<string, unknown>>[],
  columns: readonly string[],
): readonly string[] {
  const cells = rows.map((row) => columns.map((column) => cut(shown(valueAt(row, column)))));
  const widths = columns.map((column, at) =>
    Math.max(column.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const line = (words: readonly string[]) =>
    words
      .map((word, at) => word.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(columns), ...cells.map(line)];
}

/** One thing, a line for each of its fields. */
export function sheet(thing: Readonly<Record<string, unknown>>): readonly string[] {
  const fields = Object.entries(thing).filter(([, value]) => value !== null && value !== undefined);
  const width = Math.max(0, ...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => `${name.padEnd(width)}  ${shown(value)}`);
}

/** `health.state` looks inside. */
function valueAt(row: Readonly<Record<string, unknown>>, column: string): unknown {
  return column
    .split('.')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined,
      row,
    );
}

// Texts of scanners end up on terminals: control characters could rewrite what is on the screen.
const control = /[\p{Cc}\p{Cf}\s]+/gu;

function shown(value: unknown): string {
  if (value === null || value === undefined) {
    return '';
  }
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(control, ' ');
}

function cut(text: string): string {
  return text.length > cellMax ? `${text.slice(0, cellMax - 1)}…` : text;
}
