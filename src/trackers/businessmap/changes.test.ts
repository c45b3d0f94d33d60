import { describe, expect, test } from 'vitest';
import { drainChanges, drainInventory } from '../kit/stage.ts';
import { closeStagesAfterEach, setUp } from './test-stage.ts';

closeStagesAfterEach();

describe('thousands of cards', () => {
  async function crowded(count: number) {
    const stage = await setUp();
    const { ref } = await stage.create(1);
    stage.clock.at += 3_600_000;
    const { cursor } = await drainChanges(stage, null);
    stage.clock.at += 60_000;
    for (let number = 2; number <= count; number += 1) {
      await stage.sandbox.people.clone(ref);
    }
    return { ...stage, cursor };
  }

  test('changes and inventory over several pages have every card', async () => {
    const stage = await crowded(2_101);

    const { changes } = await drainChanges(stage, stage.cursor);

    expect(new Set(changes.map(({ ref }) => ref)).size).toBe(2_100);
    expect(new Set((await drainInventory(stage)).map(({ ref }) => ref)).size).toBe(2_101);
  });

  test('a card that slips to an earlier page between two pages is told in the second round', async () => {
    const stage = await crowded(1_501);
    const seen = new Set<string>();
    let { cursor } = stage;
    let pages = 0;
    for (let more = true; more; pages += 1) {
      const page = await stage.session.changes(cursor, [stage.example.target]);
      ({ cursor, more } = page);
      page.changes.forEach(({ ref }) => seen.add(ref));
      if (pages === 0) {
        // Newest first: cards of the first page go, and the second page's first ones take their place.
        for (let number = 1_501; number > 1_480; number -= 1) {
          await stage.sandbox.people.remove(String(number));
        }
      }
    }

    expect(
      stage.sandbox
        .cards()
        .filter(({ ref, presence }) => presence === 'active' && ref !== '1' && !seen.has(ref)),
    ).toEqual([]);
    expect(pages).toBeGreaterThan(4);
  });
});

describe('the history of a card', () => {
  test('tells when and by whom each version came to be, and the columns in between', async () => {
    const { create, session, sandbox, clock } = await setUp();
    const card = await create(1);
    for (const state of ['303', '304', '306']) {
      clock.at += 60_000;
      await sandbox.people.move(card.ref, state);
    }

    expect(await session.history?.(card.ref, 1)).toEqual([
      { order: 2, at: '2026-03-02T08:01:00Z', by: 'user 9', state: '303' },
      { order: 3, at: '2026-03-02T08:02:00Z', by: 'user 9', state: '304' },
      { order: 4, at: '2026-03-02T08:03:00Z', by: 'user 9', state: null },
    ]);
  });
});
