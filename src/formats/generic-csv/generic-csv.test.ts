import { expect, test } from 'vitest';
import { describeFormat, findingsIn, read } from '../kit/describe-format.ts';
import genericCsv from './index.ts';

describeFormat(genericCsv, {
  folder: import.meta.dirname,
  growth: { kind: 'lines' },
  grownSample: 'findings.csv',
  lines: true,
});

test.each([
  ['commas', 'title,severity,path,line\nA,high,a.c,3\n'],
  ['semicolons', 'title;severity;path;line\nA;high;a.c;3\n'],
  ['tabs', 'title\tseverity\tpath\tline\r\nA\thigh\ta.c\t3\r\n'],
  ['quotes', '\ufeff"Title","Severity","File Path","Line"\n"A","High","a.c","3"\n'],
])('a table with %s is read', async (_what, text) => {
  const [finding] = findingsIn(await read(genericCsv, [Buffer.from(text)]));

  expect(finding).toMatchObject({
    title: 'A',
    severity: 'high',
    location: { kind: 'file', path: 'a.c', startLine: 3 },
  });
});

test('a quoted cell may hold separators, quotes and line breaks', async () => {
  const text = 'title,severity,description\n"A, ""B""",low,"one\ntwo"\n';

  const [finding] = findingsIn(await read(genericCsv, [Buffer.from(text)]));

  expect(finding).toMatchObject({ title: 'A, "B"', description: 'one\ntwo' });
});
