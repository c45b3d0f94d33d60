import { expect, test } from 'vitest';
import { sheet, table } from './table.ts';

test('a table has a line for its columns and one for each row, cut where it is too long', () => {
  const rows = [
    { id: '1', health: { state: 'healthy' }, name: 'Board' },
    { id: '22', health: { state: 'paused' }, name: 'x'.repeat(100) },
  ];

  expect(table(rows, ['id', 'health.state', 'name'])).toEqual([
    `id  health.state  name`,
    `1   healthy       Board`,
    `22  paused        ${'x'.repeat(59)}…`,
  ]);
});

test('a text of a scanner cannot move the cursor or colour the screen', () => {
  const hostile = 'fine\u001b[2J\u001b[31m\r\nnew line\u202Ereversed';

  const lines = [...table([{ title: hostile }], ['title']), ...sheet({ title: hostile })];

  expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u202e]/u);
});
