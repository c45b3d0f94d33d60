/** A cursor is the sort key of the last row, so that a page neither repeats nor skips what stays. */

export class CursorBroken extends Error {
  constructor() {
    super('The cursor is not one that a list answered. Begin again without it.');
    this.name = 'CursorBroken';
  }
}

export function cursorOf(text: string | undefined, parts: number): readonly string[] | null {
  if (text === undefined) {
    return null;
  }
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown;
    if (Array.isArray(value) && value.length === parts && value.every((part) => typeof part === 'string')) {
      return value as readonly string[];
    }
  } catch {
    // Said below.
  }
  throw new CursorBroken();
}

/**
 * Rows were asked for one more than the limit. A time in a key has to come as the database writes it (`at::text`): a Date
 * has lost its microseconds, and a page that begins a few of them later skips or repeats rows.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly string[],
): { readonly items: readonly Row[]; readonly nextCursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? Buffer.from(JSON.stringify(keyOf(last))).toString('base64url') : null };
}
