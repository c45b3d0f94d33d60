import { expect, test } from 'vitest';
import type { Conformance } from './conformance.ts';
import { faultOf, markerOf } from './stage.ts';

/** Cards that people put away, move elsewhere or delete. */
export function promisesOfPresence({ tracker, stage, can }: Conformance): void {
  test('a removed card is gone, for reading and for writing', async () => {
    const { session, sandbox, example, create, update } = await stage();
    const card = await create(1);
    await sandbox.people.remove(card.ref);

    expect((await faultOf(session.read(card.ref))).kind).toBe('gone');
    expect((await faultOf(update(card, { state: example.statusMapping.inProgress }))).kind).toBe('gone');
  });

  test.runIf(can('hide'))(
    'a card that the account may not see is gone or forbidden, never something else',
    async () => {
      const { session, sandbox, create } = await stage();
      const card = await create(1);
      await sandbox.people.hide(card.ref);

      expect(['gone', 'forbidden']).toContain((await faultOf(session.read(card.ref))).kind);
    },
  );

  for (const act of ['archive', 'discard'] as const) {
    const presence = act === 'archive' ? 'archived' : 'discarded';

    test.runIf(can(act))(
      `a card that people ${act} is read as ${presence}, and can be brought back`,
      async () => {
        const { session, sandbox, example, create, update, draft } = await stage();
        const card = await create(1);

        await sandbox.people[act](card.ref);
        const put = await session.read(card.ref);
        const found = await session.find(markerOf(1), draft(1).target);
        const back = await update(put, { state: example.statusMapping.inProgress, restore: true });

        expect(put.presence).toBe(presence);
        expect(found.map(({ ref }) => ref)).toEqual(tracker.traits.findsHidden ? [card.ref] : []);
        expect(back).toMatchObject({ presence: 'active', state: example.statusMapping.inProgress });
      },
    );
  }

  test.runIf(can('moveAway'))(
    'a card that people take to another place keeps its id, and says where it is',
    async () => {
      const { session, sandbox, create, draft } = await stage();
      const card = await create(1);
      await sandbox.people.moveAway(card.ref);

      const away = await session.read(card.ref);

      expect(away.ref).toBe(card.ref);
      expect(away.place).not.toEqual(card.place);
      expect((await session.find(markerOf(1), draft(1).target)).map(({ ref }) => ref)).toEqual([card.ref]);
    },
  );
}
