/** Files of rows, written as they come: a table for spreadsheets, JSON, and SARIF 2.1.0. */

export type Cell = string | number | null;

/** A spreadsheet takes a cell that begins like this for a formula; an apostrophe in front makes it text (OWASP, CSV injection). */
const formula = /^[\s]*[=+\-@\t\r]/u;

export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null) {
    return '';
  }
  if (typeof cell === 'number') {
    return String(cell);
  }
  const text = formula.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/u.test(text) || text !== cell ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The items of a list, page by page. */
export async function* itemsOf<Item>(
  page: (cursor: string | undefined) => Promise<{ readonly items: readonly Item[]; readonly nextCursor: string | null }>,
  itemsMax: number,
): AsyncGenerator<Item> {
  let cursor: string | undefined;
  let count = 0;
  while (count < itemsMax) {
    const { items, nextCursor } = await page(cursor);
    for (const item of items.slice(0, itemsMax - count)) {
      yield item;
    }
    count += items.length;
    if (nextCursor === null) {
      return;
    }
    cursor = nextCursor;
  }
}

export async function* csvFile<Item>(columns: readonly string[], items: AsyncIterable<Item>, cells: (item: Item) => readonly Cell[]): AsyncGenerator<string> {
  // The mark tells a spreadsheet that this is UTF-8.
  yield `\u{FEFF}${csvLine(columns)}`;
  for await (const item of items) {
    yield csvLine(cells(item));
  }
}

/** `before`, the items with commas between them, `after`. */
export async function* jsonFile<Item>(before: string, items: AsyncIterable<Item>, after: string): AsyncGenerator<string> {
  yield before;
  let first = true;
  for await (const item of items) {
    yield `${first ? '' : ','}\n${JSON.stringify(item)}`;
    first = false;
  }
  yield after;
}
