import { expect, test } from 'vitest';
import { paragraph } from '../../core/rich-text.ts';
import { cardOf, createBody, patchBody, titleMax } from './face.ts';

test('a card shows the version as revision and as order', () => {
  const wire = {
    ...{
      id: 7,
      marker: 'pb-1',
      board: 'web',
      column: 'todo',
      columnName: 'To do',
      title: 'Card',
      priority: 'high',
    },
    ...{
      assignee: null,
      labels: [],
      version: 3,
      changedAt: '2026-03-02T08:00:00Z',
      state: 'active' as const,
    },
  };

  expect(cardOf(wire, 'http://board')).toMatchObject({
    ref: '7',
    key: 'M-7',
    url: 'http://board/cards/7',
    revision: '3',
    order: 3,
  });
});

test('a draft is written with its marker, its title cut and its body as harmless HTML', () => {
  const body = createBody({
    ...{
      marker: 'pb-1',
      target: { board: 'web' },
      state: 'todo',
      priority: null,
      url: 'https://x.example',
      fields: {},
    },
    title: 'x'.repeat(300),
    body: [paragraph('<b>')],
  });

  expect(body).toMatchObject({
    marker: 'pb-1',
    board: 'web',
    column: 'todo',
    body: '<p>&lt;b&gt;</p>',
    priority: null,
  });
  expect(String(body['title'])).toHaveLength(titleMax);
});

test('a patch writes only what it changes', () => {
  expect(patchBody({ title: 'New' })).toEqual({ title: 'New' });
  expect(patchBody({ state: 'done', restore: true, comment: [paragraph('Why')] })).toEqual({
    column: 'done',
    state: 'active',
    comment: '<p>Why</p>',
  });
});
