import { expect, test } from 'vitest';
import { columnLabels, lanesOf, statesOf } from './board-order.ts';

const column = (id: number, name: string, more: object = {}) => ({
  column_id: id,
  workflow_id: 1,
  section: 3,
  position: 0,
  parent_column_id: null,
  name,
  ...more,
});

test('columns come by section, then by place; sub-columns under their parent’s name; parents hold no cards', () => {
  const states = statesOf(
    [
      column(9, 'Done', { section: 4 }),
      column(2, 'Doing', { section: 3, position: 1 }),
      column(4, 'Waiting', { section: null, parent_column_id: 2, position: 1 }),
      column(3, 'Working', { section: null, parent_column_id: 2 }),
      column(5, 'Deep', { section: null, parent_column_id: 4 }),
      column(1, 'Backlog', { section: 1, position: 7 }),
      column(6, 'First', { section: 3 }),
      column(10, 'Archive', { section: 5 }),
      column(7, 'Elsewhere', { workflow_id: 2 }),
    ],
    '1',
  );

  expect(states.map(({ value, label, category }) => [value, label, category])).toEqual([
    ['1', 'Backlog', 'waiting'],
    ['6', 'First', 'in_progress'],
    ['3', 'Doing / Working', 'in_progress'],
    ['5', 'Doing / Waiting / Deep', 'in_progress'],
    ['9', 'Done', 'done'],
    ['10', 'Archive', 'done'],
  ]);
});

test('a limit of cards is told', () => {
  expect(statesOf([column(1, 'Doing', { limit: 4 })], '1')[0]?.description).toBe('At most 4 cards.');
  expect(statesOf([column(1, 'Doing', { limit: 0 })], '1')[0]).not.toHaveProperty('description');
});

test('columns whose parents go in a circle, or whose parent is gone, do no harm', () => {
  const circle = [column(1, 'A', { parent_column_id: 2 }), column(2, 'B', { parent_column_id: 1 })];

  expect(statesOf(circle, '1')).toEqual([]);
  expect(statesOf([column(1, 'Orphan', { parent_column_id: 99 })], '1').map(({ label }) => label)).toEqual([
    'Orphan',
  ]);
  expect(columnLabels(circle).size).toBe(2);
});

test('lanes come in their order, nested ones under their parent’s name', () => {
  const lane = (id: number, name: string, position: number, parent: number | null = null) => ({
    lane_id: id,
    workflow_id: 1,
    position,
    parent_lane_id: parent,
    name,
  });

  const lanes = lanesOf(
    [lane(2, 'Features', 1), lane(1, 'Security', 0), lane(3, 'Web', 0, 2), lane(4, 'App', 1, 2)],
    '1',
  );

  expect(lanes).toEqual([
    { value: '1', label: 'Security' },
    { value: '3', label: 'Features / Web' },
    { value: '4', label: 'Features / App' },
  ]);
});
