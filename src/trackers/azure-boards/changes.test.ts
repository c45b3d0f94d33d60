import { describe, expect, test } from 'vitest';
import { drainChanges, drainInventory, markerOf } from '../kit/stage.ts';
import { openStage } from './test-stage.ts';

const refsOf = (page: { readonly changes: readonly { readonly ref: string }[] }) => page.changes.map(({ ref }) => ref);

describe('catching up', () => {
  test('begins without a call, and asks each project for its own changes', async () => {
    await using stage = await openStage();
    const targets = [stage.example.target, stage.example.otherTarget ?? {}];
    const one = await stage.create(1);
    const begun = await stage.session.changes(null, targets);
    const calls = stage.sent.length;
    const two = await stage.create(2, { target: stage.example.otherTarget ?? {}, state: 'To Do' });
    stage.sent.length = 0;

    const page = await stage.session.changes(begun.cursor, targets);

    expect(calls).toBeGreaterThan(0);
    expect(refsOf(page).toSorted()).toEqual([one.ref, two.ref]);
    expect(stage.sent).toHaveLength(2);
  });

  test('is not asked for the whole past when nothing has changed', async () => {
    await using stage = await openStage();
    await stage.create(1);
    stage.clock.at += 3_600_000;
    const begun = await drainChanges(stage, null);

    const quiet = await drainChanges(stage, begun.cursor);
    const still = await drainChanges(stage, quiet.cursor);

    expect([...refsOf(quiet), ...refsOf(still)]).toEqual([]);
  });

  test('finds what was deleted, restored, moved and retyped, with its marker and its order', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    stage.clock.at += 3_600_000;
    const { cursor } = await drainChanges(stage, null);
    await stage.sandbox.people.discard(card.ref);

    const deleted = await drainChanges(stage, cursor);
    await stage.sandbox.people.restore(card.ref);
    const restored = await drainChanges(stage, deleted.cursor);

    expect(deleted.changes).toEqual([{ ref: card.ref, order: card.order + 1, marker: markerOf(1) }]);
    expect(restored.changes).toEqual([{ ref: card.ref, order: card.order + 2, marker: markerOf(1) }]);
  });

  test('goes page by page, and goes on by time when the service no longer takes the token', async () => {
    await using stage = await openStage();
    const { cursor } = await drainChanges(stage, null);
    for (let number = 1; number <= 120; number += 1) {
      await stage.create(number);
    }
    const first = await stage.session.changes(cursor, [stage.example.target]);
    const answer = { $id: '1', message: 'The continuation token is not valid.', typeKey: 'InvalidContinuationTokenException' };
    stage.sandbox.misbehave({ kind: 'answer', status: 400, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer), when: ({ path }) => path.includes('continuationToken=') });

    const rest = await drainChanges(stage, first.cursor);

    expect(first.more).toBe(true);
    expect(new Set([...refsOf(first), ...refsOf(rest)]).size).toBe(120);
  });
});

describe('the inventory', () => {
  test('has the cards of every project of the targets, page by page, and nobody else’s', async () => {
    await using stage = await openStage();
    for (let number = 1; number <= 205; number += 1) {
      await stage.create(number);
    }
    const other = stage.example.otherTarget ?? {};
    const far = await stage.create(300, { target: other, state: 'To Do' });
    const stranger = await stage.create(301);
    const item = stage.azure.items.visible(Number(stranger.ref));
    Object.assign(item.revisions.at(-1) ?? {}, { fields: { ...item.revisions.at(-1)?.fields, 'System.Tags': 'their own' } });

    const near = await drainInventory(stage);
    const first = await stage.session.inventory(null, [stage.example.target, other]);

    expect(near).toHaveLength(205);
    expect(first.cursor).not.toBeNull();
    const refs: string[] = [];
    for (let cursor: string | null = null, page = 0; page < 10; page += 1) {
      const answer = await stage.session.inventory(cursor, [stage.example.target, other]);
      refs.push(...answer.cards.map(({ ref }) => ref));
      cursor = answer.cursor;
      if (cursor === null) {
        break;
      }
    }
    expect(new Set(refs).size).toBe(206);
    expect(refs).toContain(far.ref);
  });
});
