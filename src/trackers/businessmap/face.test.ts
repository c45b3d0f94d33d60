import { describe, expect, test } from 'vitest';
import type { Card, Draft } from '../../contracts/tracker.ts';
import { paragraph } from '../../core/rich-text.ts';
import {
  bodyMax,
  cardOf,
  createBody,
  noExtras,
  patchBody,
  restoreBody,
  titleMax,
  withReason,
} from './face.ts';
import type { Names } from './face.ts';

const names: Names = {
  column: (_board, id) => (id === 303 ? 'In progress / Doing' : null),
  user: (id) => (id === 9 ? 'Sam Doe' : null),
  tag: (id) => (id === 40 ? 'Security' : null),
};
const seen = { origin: 'https://acme.businessmap.io', presence: 'active', names } as const;
const wire = {
  card_id: 12,
  custom_id: 'pb-1',
  board_id: 10,
  workflow_id: 100,
  column_id: 303,
  lane_id: 200,
  title: 'Card',
  revision: 4,
};
const draft: Draft = {
  ...{
    marker: 'pb-1',
    target: { lane: '200' },
    state: '303',
    title: 'Title',
    priority: '2',
    url: 'https://x.example/v/1',
    fields: {},
  },
  body: [paragraph('a < b\nc')],
};

describe('a card of the service as ours', () => {
  test('ids are texts, names are names, and the address leads people to the card', () => {
    expect(cardOf({ ...wire, owner_user_id: 9, tag_ids: [40, 41], priority: 2 }, seen)).toEqual({
      ...{ ref: '12', key: '#12', url: 'https://acme.businessmap.io/ctrl_board/10/cards/12/details/' },
      ...{ revision: '4', order: 4, marker: 'pb-1', presence: 'active' },
      ...{
        state: '303',
        stateLabel: 'In progress / Doing',
        place: { board: '10', workflow: '100', lane: '200' },
      },
      ...{
        title: 'Card',
        priority: '2',
        assignee: 'Sam Doe',
        labels: ['Security', 'tag 41'],
        changedAt: null,
      },
    });
  });

  test('ids without a known name are shown as ids', () => {
    expect(cardOf({ ...wire, column_id: 999, owner_user_id: 8 }, seen)).toMatchObject({
      stateLabel: 'column 999',
      assignee: 'user 8',
    });
  });

  test.each([
    [1, '1'],
    [4, '4'],
    [0, null],
    [5, null],
    [250, null],
    [null, null],
    [undefined, null],
  ])('priority %s is %s: what lies outside 1 to 4 is left alone', (priority, expected) => {
    expect(cardOf({ ...wire, priority }, seen).priority).toBe(expected);
  });
});

describe('what is written', () => {
  test('a new card has column, lane, title, HTML body, marker and priority in one body', () => {
    expect(createBody(draft, noExtras)).toEqual({
      ...{
        column_id: 303,
        lane_id: 200,
        title: 'Title',
        description: '<p>a &lt; b<br>c</p>',
        custom_id: 'pb-1',
        priority: 2,
      },
    });
  });

  test('a deadline, tags and custom fields come only where the configuration has them', () => {
    const extras = { custom: [{ field_id: 7, value: 'x' }], tagIds: [40] };

    expect(
      createBody({ ...draft, dueAt: '2026-06-01T10:00:00.123+02:00', priority: null }, extras),
    ).toMatchObject({
      ...{
        deadline: '2026-06-01T08:00:00Z',
        tag_ids_to_add: [40],
        custom_fields_to_add_or_update: extras.custom,
      },
    });
    expect(createBody({ ...draft, priority: null }, noExtras)).not.toHaveProperty('priority');
  });

  test('title and body are cut at the bounds', () => {
    const body = createBody(
      { ...draft, title: 'x'.repeat(999), body: [paragraph('y'.repeat(99_999))] },
      noExtras,
    );

    expect(String(body['title'])).toHaveLength(titleMax);
    expect(String(body['description']).length).toBeLessThanOrEqual(bodyMax);
    expect(body['description']).toContain('href="https://x.example/v/1"');
  });

  test('a patch has only what it changes, and null empties', () => {
    expect(patchBody({ title: 'New' }, noExtras)).toEqual({ title: 'New' });
    expect(patchBody({ priority: null, dueAt: null }, noExtras)).toEqual({ priority: null, deadline: null });
    expect(patchBody({ state: '306', target: { lane: '201' } }, noExtras)).toEqual({
      column_id: 306,
      lane_id: 201,
    });
    expect(patchBody({ comment: [] }, noExtras)).toEqual({});
  });

  test('a body that is rewritten and cut leads to the whole by its own last link', () => {
    const link = { kind: 'link', text: 'here', url: 'https://x.example/v/2' } as const;

    const { description } = patchBody({ body: [paragraph('y'.repeat(99_999)), paragraph(link)] }, noExtras);

    expect(description).toContain('<a href="https://x.example/v/2">the whole is here</a>');
  });

  test('a move carries the reason that a full column may ask for', () => {
    expect(withReason({ column_id: 1 }, 'pb-1')).toEqual({
      column_id: 1,
      exceeding_reason: 'Synchronised from Patchboard: pb-1',
    });
  });

  test.each([
    ['active', true, null],
    ['archived', false, null],
    ['archived', true, { is_archived: 0 }],
    ['discarded', true, { is_discarded: 0 }],
  ] as const)('a card that is %s, restore %s: %j comes first', (presence, restore, expected) => {
    const card = { ...cardOf(wire, seen), presence } satisfies Card;

    expect(restoreBody({ restore }, card)).toEqual(expected);
  });
});
