import { expect, test } from 'vitest';
import type { Conformance } from './conformance.ts';
import type { Stage } from './stage.ts';
import { drainChanges, drainInventory, faultOf, markerOf } from './stage.ts';

/** More than one page of the reference tracker; an adapter with larger pages tests its own. */
const pagesWorth = 60;

export function promisesOfChanges({ tracker, stage, can }: Conformance): void {
  test('without a cursor the changes begin now', async () => {
    const now = await stage();
    const card = await now.create(1);
    now.clock.at += 3_600_000;

    const begun = await drainChanges(now, null);
    now.clock.at += 60_000;
    await now.sandbox.people.edit(card.ref, { title: 'By a person' });
    now.clock.at += 1_000;
    const later = await drainChanges(now, begun.cursor);

    expect(later.changes.map(({ ref }) => ref)).toContain(card.ref);
    expect(tracker.traits.changeCursor).toBe(true);
  });

  for (const act of ['archive', 'discard'] as const) {
    test.runIf(can(act) && tracker.traits.findsHidden)(
      `a card that people ${act} is among the changes`,
      async () => {
        const now = await stage();
        const card = await now.create(1);
        now.clock.at += 3_600_000;
        const begun = await drainChanges(now, null);
        now.clock.at += 60_000;

        await now.sandbox.people[act](card.ref);
        now.clock.at += 1_000;

        expect((await drainChanges(now, begun.cursor)).changes.map(({ ref }) => ref)).toContain(card.ref);
      },
    );
  }

  test('a comment, a change in the same second, a change at the moment of the cursor: none is skipped', async () => {
    const now = await stage();
    const refs: string[] = [];
    for (let number = 1; number <= pagesWorth; number += 1) {
      refs.push((await now.create(number)).ref);
    }
    const begun = await drainChanges(now, null);

    for (const ref of refs) {
      await now.sandbox.people.edit(ref, { title: `By a person: ${ref}` });
    }
    const seen = new Set((await drainChanges(now, begun.cursor)).changes.map(({ ref }) => ref));

    expect(refs.filter((ref) => !seen.has(ref))).toEqual([]);
  });

  for (const seed of [1, 2, 3]) {
    test(`whatever people do between two pages, no change is skipped (seed ${seed})`, async () => {
      const now = await stage();

      expect(await playRandomly(now, seed)).toEqual([]);
    });
  }

  test('the inventory has every card of the target with its marker', async () => {
    const now = await stage();
    for (let number = 1; number <= pagesWorth; number += 1) {
      await now.create(number);
      now.clock.at += 400;
    }

    const cards = await drainInventory(now);

    const markers = cards.map(({ marker }) => marker).filter((marker) => marker !== null);
    expect(new Set(markers)).toEqual(
      new Set(Array.from({ length: pagesWorth }, (_, index) => markerOf(index + 1))),
    );
    expect(new Set(cards.map(({ ref }) => ref)).size).toBe(
      new Set(now.sandbox.cards().map(({ ref }) => ref)).size,
    );
  });

  test('an error while listing is a fault, never a short list', async () => {
    const now = await stage();
    await now.create(1);
    now.sandbox.misbehave({ kind: 'outage', times: Number.POSITIVE_INFINITY });

    expect((await faultOf(drainInventory(now))).kind).not.toBe('gone');
    expect((await faultOf(now.session.find(markerOf(1), now.example.target))).kind).not.toBe('gone');
    const drained = drainChanges(now, null).then(({ cursor }) => drainChanges(now, cursor));
    expect((await faultOf(drained)).kind).not.toBe('gone');
  });
}

/** People edit while pages are asked for. Cards whose last change was not told after it happened. */
async function playRandomly(now: Stage, seed: number): Promise<readonly string[]> {
  const random = mulberry(seed);
  const refs: string[] = [];
  for (let number = 1; number <= 12; number += 1) {
    refs.push((await now.create(number)).ref);
  }
  now.clock.at += 30_000;
  let { cursor } = await drainChanges(now, null);
  const changed = new Map<string, number>();
  const told = new Map<string, number>();
  const poll = async (at: number) => {
    const page = await now.session.changes(cursor, [now.example.target]);
    cursor = page.cursor;
    for (const { ref } of page.changes) {
      told.set(ref, at);
    }
    return page.more;
  };
  for (let step = 1; step <= 80; step += 1) {
    now.clock.at += Math.floor(random() * 2_500);
    if (random() < 0.6) {
      const ref = refs[Math.floor(random() * refs.length)] ?? '';
      await now.sandbox.people.edit(ref, { title: `Step ${step}` });
      changed.set(ref, step);
    } else {
      await poll(step);
    }
  }
  for (let round = 0; round < 2; round += 1) {
    now.clock.at += 5_000;
    while (await poll(1_000 + round)) {
      // The next page.
    }
  }
  return [...changed].filter(([ref, at]) => (told.get(ref) ?? 0) < at).map(([ref]) => ref);
}

/** A small seeded random source, so that a failure can be played again. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
