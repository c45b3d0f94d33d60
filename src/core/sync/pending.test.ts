import { describe, expect, test } from 'vitest';
import type { Move, Pending } from './pending.ts';
import { overwrittenBy, presumedBase } from './pending.ts';
import type { Base } from './reconcile.ts';

const base: Base = { status: 'identified', state: 'todo', order: 4, revision: '4', titleDigest: 't', bodyDigest: 'b', priority: { ours: '2', theirs: '2' } };
const pending: Pending = {
  order: 5,
  base: { status: 'fixed', state: 'done', titleDigest: 't', bodyDigest: 'b', priority: { ours: '1', theirs: '1' } },
  from: 'todo',
  state: 'done',
  until: 0,
};
const move = (order: number, state: string | null, by: string | null = null): Move => ({ order, by, state });

describe('a write whose outcome was not recorded', () => {
  test('did not happen as long as the card has not changed since', () => {
    expect(presumedBase(base, pending, { state: 'done', order: 5, priority: '1' }, [])).toBe(base);
  });

  test('happened if the card stands where it was written to', () => {
    expect(presumedBase(base, pending, { state: 'done', order: 6, priority: '1' }, [])).toEqual({ ...base, status: 'fixed', state: 'done', priority: { ours: '1', theirs: '1' } });
  });

  test('happened if the card’s history says that it stood there since', () => {
    const card = { state: 'doing', order: 7, priority: '2' };

    expect(presumedBase(base, pending, card, [move(6, 'done'), move(7, 'doing')])).toEqual({ ...base, status: 'fixed', state: 'done' });
    expect(presumedBase(base, pending, card, [move(5, 'done'), move(7, 'doing')])).toEqual(base);
    expect(presumedBase(base, pending, card, [move(6, null), move(7, 'doing')])).toEqual(base);
  });

  test('and that moved nothing tells by its priority alone', () => {
    const unmoved = { ...pending, state: null };

    expect(presumedBase(base, unmoved, { state: 'doing', order: 6, priority: '1' }, [move(6, null)])).toEqual({ ...base, priority: { ours: '1', theirs: '1' } });
    expect(presumedBase(base, unmoved, { state: 'doing', order: 6, priority: '3' }, [move(6, 'done')])).toEqual(base);
  });

  test('leaves it open what the card says, so that a text it carried is written again', () => {
    const renamed = { ...pending, base: { ...pending.base, titleDigest: 'T' } };
    const rewritten = { ...pending, base: { ...pending.base, bodyDigest: 'B' } };
    const card = { state: 'doing', order: 6, priority: '2' };

    expect(presumedBase(base, renamed, card, [])).toEqual({ ...base, titleDigest: '' });
    expect(presumedBase(base, rewritten, card, [])).toEqual({ ...base, bodyDigest: '' });
  });
});

describe('people’s moves that a write replaced unseen', () => {
  test('are those between what we read and what we wrote', () => {
    const history = [move(6, 'doing', 'Ann'), move(7, 'doing'), move(8, 'todo', 'Bob'), move(9, 'done'), move(10, 'review', 'Cleo')];

    expect(overwrittenBy(pending, { state: 'review', order: 10 }, history)).toEqual([move(6, 'doing', 'Ann'), move(8, 'todo', 'Bob')]);
  });

  test('are none if nothing happened in between, or the write moved nothing', () => {
    expect(overwrittenBy(pending, { state: 'done', order: 6 }, [move(6, 'doing')])).toEqual([]);
    expect(overwrittenBy({ ...pending, state: null }, { state: 'done', order: 9 }, [move(6, 'doing'), move(7, 'done')])).toEqual([]);
    expect(overwrittenBy({ ...pending, state: null }, { state: 'done', order: 9 }, null)).toEqual([]);
  });

  test('are none of those from before our read, and none that is a comment', () => {
    expect(overwrittenBy(pending, { state: 'done', order: 8 }, [move(5, 'doing'), move(6, null), move(7, 'todo'), move(8, 'done')])).toEqual([]);
  });

  test('are none if the write never reached the card', () => {
    expect(overwrittenBy(pending, { state: 'review', order: 8 }, [move(6, 'doing'), move(8, 'review')])).toEqual([]);
  });

  test('are found although a history does not tell of the latest change, which is the card itself', () => {
    expect(overwrittenBy(pending, { state: 'done', order: 8 }, [move(6, 'doing'), move(8, null)])).toEqual([move(6, 'doing')]);
  });

  test('count up to the last move to where we wrote, in case a person moved the card there too', () => {
    expect(overwrittenBy(pending, { state: 'done', order: 8 }, [move(6, 'done'), move(7, 'todo'), move(8, 'done')])).toEqual([move(6, 'done'), move(7, 'todo')]);
  });

  test('cannot be told without a history: a gap in the counter says that there was something', () => {
    expect(overwrittenBy(pending, { state: 'done', order: 7 }, null)).toEqual([{ order: 6, by: null, state: null }]);
    expect(overwrittenBy(pending, { state: 'done', order: 6 }, null)).toEqual([]);
  });
});
