import { expect, test } from 'vitest';
import { csvFile, csvLine, itemsOf, jsonFile } from './export-rows.ts';

async function whole(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) {
    text += part;
  }
  return text;
}

test.each(['=1+1', '+1', '-1', '@sum(a1)', '\t=1', ' =cmd|calc', '\r=1'])('a cell that a spreadsheet would run is text: %j', (cell) => {
  expect(csvLine([cell])).toBe(`"'${cell}"\r\n`);
});

test('commas, quotes and line breaks stay inside their cell', () => {
  expect(csvLine(['a,b', 'say "x"', 'two\nlines', null, 3])).toBe('"a,b","say ""x""","two\nlines",,3\r\n');
});

test('every page is written, up to the bound', async () => {
  const pages = [
    { items: [1, 2], nextCursor: 'a' },
    { items: [3, 4], nextCursor: null },
  ];
  const items = (most: number) => itemsOf(async (cursor) => pages[cursor === undefined ? 0 : 1] ?? { items: [], nextCursor: null }, most);

  expect(await whole(csvFile(['n'], items(10), (n) => [n]))).toBe('\u{FEFF}n\r\n1\r\n2\r\n3\r\n4\r\n');
  expect(JSON.parse(await whole(jsonFile('[', items(3), ']')))).toEqual([1, 2, 3]);
});
