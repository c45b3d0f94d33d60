import { expect, test } from 'vitest';
import type { TrackerFault } from '../../contracts/tracker.ts';
import { paragraph } from '../../core/rich-text.ts';
import type { Conformance } from './conformance.ts';
import { faultOf, markerOf } from './stage.ts';

export function promisesOfCards({ tracker, stage, can }: Conformance): void {
  test('a card is created once, where it was sent, and is found by its marker', async () => {
    const { session, sandbox, create, draft } = await stage();

    const created = await create(1);
    const found = await session.find(markerOf(1), draft(1).target);

    expect(found.map((card) => card.ref)).toEqual([created.ref]);
    expect(sandbox.cards()).toHaveLength(1);
    expect(created).toMatchObject({
      marker: markerOf(1),
      title: draft(1).title,
      presence: 'active',
      priority: draft(1).priority,
    });
    expect(sandbox.cards()[0]?.marker).toBe(markerOf(1));
    expect(draft(1).target).toMatchObject(created.place);
  });

  test('a card is read as it is, and the address for people leads to the tracker', async () => {
    const { session, create, tracker, sandbox, baseUrl } = await stage();
    const created = await create(1);

    const card = await session.read(created.ref);

    expect(card).toEqual({ ...created, changedAt: card.changedAt, labels: card.labels });
    expect(card.stateLabel).toBe(sandbox.cards()[0]?.stateLabel);
    expect(URL.parse(card.url)?.origin).toBe(
      tracker.origin(tracker.settings.parse(sandbox.connection(baseUrl).settings)),
    );
  });

  test('a marker that no card carries finds nothing', async () => {
    const { session, create, draft } = await stage();
    await create(1);

    expect(await session.find(markerOf(2), draft(1).target)).toEqual([]);
  });

  test('a stranger’s card is never adopted, though the tracker ignores the filter', async () => {
    const { session, sandbox, create, draft } = await stage();
    await create(1);
    await create(2);
    sandbox.misbehave({ kind: 'ignore-filters' });

    expect(await session.find(markerOf(3), draft(1).target)).toEqual([]);
    expect((await session.find(markerOf(2), draft(1).target)).map((card) => card.marker)).toEqual([
      markerOf(2),
    ]);
  });

  test('a stranger’s card is never read in place of ours, though the tracker ignores the filter', async () => {
    const { session, sandbox, create } = await stage();
    const [one, two] = [await create(1), await create(2)];
    sandbox.misbehave({ kind: 'ignore-filters' });

    expect((await session.read(one.ref)).marker).toBe(markerOf(1));
    const right = [two.ref, markerOf(2)].join();
    const many = await session.readMany([two.ref]).then(
      (cards) => [...cards].map(([ref, card]) => [ref, card?.marker].join()),
      (fault: TrackerFault) => fault.kind,
    );
    // A tracker that tells too much may be believed about nothing: that is an answer, too.
    expect([[right], 'nonsense']).toContainEqual(many);
  });

  test.runIf(can('clone'))('two cards with one marker are both found, the older first', async () => {
    const { session, sandbox, create, draft } = await stage();
    const card = await create(1);
    const copy = await sandbox.people.clone(card.ref);

    const found = await session.find(markerOf(1), draft(1).target);

    expect(found.map(({ ref }) => ref)).toEqual([card.ref, copy]);
  });

  test('several cards are read at once, a missing one as null, in fewer calls than cards', async () => {
    const { session, sandbox, create, sent } = await stage();
    const cards = [];
    for (let number = 1; number <= 8; number += 1) {
      cards.push(await create(number));
    }
    const lost = cards[3]?.ref ?? '';
    await sandbox.people.remove(lost);
    const before = sent.length;

    const read = await session.readMany(cards.map((card) => card.ref));

    expect(sent.length - before).toBeLessThan(8);
    expect([...read.keys()].toSorted()).toEqual(cards.map((card) => card.ref).toSorted());
    expect(read.get(lost)).toBeNull();
    expect(read.get(cards[0]?.ref ?? '')).toMatchObject({ marker: markerOf(1), state: cards[0]?.state });
  });

  test('a card is moved, renamed and re-rated, and its order grows', async () => {
    const { session, example, sandbox, create, update } = await stage();
    const card = await create(1);
    const priority = tracker.defaultSeverityMapping.low;

    const after = await update(card, {
      state: example.statusMapping.inProgress,
      title: 'New title',
      priority,
    });

    expect(after).toMatchObject({ state: example.statusMapping.inProgress, title: 'New title', priority });
    expect(after.order).toBeGreaterThan(card.order);
    expect(await session.read(card.ref)).toMatchObject({
      state: after.state,
      revision: after.revision,
      order: after.order,
    });
    expect(sandbox.cards()[0]).toMatchObject({ state: example.statusMapping.inProgress, title: 'New title' });
  });

  test('a comment is seen by people on the card', async () => {
    const { example, sandbox, create, update } = await stage();
    const card = await create(1);

    await update(card, {
      state: example.statusMapping.inProgress,
      comment: [paragraph('A scan saw it again.')],
    });

    expect(sandbox.cards()[0]?.comments.join(' ')).toContain('A scan saw it again.');
  });

  test('every status of the example’s mapping can be reached', async () => {
    const { example, sandbox, create, update } = await stage();
    let card = await create(1);

    for (const state of Object.values(example.statusMapping)) {
      card = await update(card, { state });
      expect(card.state).toBe(state);
      expect(sandbox.cards()[0]?.state).toBe(state);
    }
  });

  test('an update that changes nothing succeeds and leaves the card as it is', async () => {
    const { session, create, update } = await stage();
    const card = await create(1);

    const after = await update(card, { state: card.state, title: card.title, priority: card.priority });

    expect(after).toMatchObject({ ref: card.ref, state: card.state, title: card.title });
    expect((await session.read(card.ref)).state).toBe(card.state);
  });

  test('a change by a person gives the card another revision and a greater order', async () => {
    const { session, sandbox, example, create, clock } = await stage();
    const card = await create(1);
    clock.at += 1_000;

    await sandbox.people.move(card.ref, example.statusMapping.inProgress);
    const after = await session.read(card.ref);

    expect(after.state).toBe(example.statusMapping.inProgress);
    expect(after.revision).not.toBe(card.revision);
    expect(after.order).toBeGreaterThan(card.order);
  });

  test.runIf(tracker.traits.conditionalWrite)(
    'an update of a card that moved on is stale and writes nothing',
    async () => {
      const { sandbox, example, create, update } = await stage();
      const card = await create(1);
      await sandbox.people.edit(card.ref, { title: 'By a person' });

      const fault = await faultOf(update(card, { state: example.statusMapping.inProgress, title: 'By us' }));

      expect(fault.kind).toBe('stale');
      expect(sandbox.cards()[0]).toMatchObject({ title: 'By a person', state: card.state });
    },
  );

  test.runIf(!tracker.traits.conditionalWrite)(
    'after an update of a card that moved on, the gap in its order shows it',
    async () => {
      const { sandbox, example, create, update, clock } = await stage();
      const [touched, untouched] = [await create(1), await create(2)];
      clock.at += 1_000;
      await sandbox.people.edit(touched.ref, { title: 'By a person' });
      clock.at += 1_000;

      const gap = (await update(touched, { state: example.statusMapping.inProgress })).order - touched.order;
      const step =
        (await update(untouched, { state: example.statusMapping.inProgress })).order - untouched.order;

      expect(gap).toBeGreaterThan(step);
    },
  );

  test('the preview shows what is sent, and makes no call', async () => {
    const { session, sandbox, create, draft, sent } = await stage();

    const preview = await session.render(draft(1));
    expect(sent).toHaveLength(0);
    await create(1);

    expect(preview).toMatchObject({ title: sandbox.cards()[0]?.title, body: sandbox.cards()[0]?.body });
  });

  test.runIf(tracker.traits.history)(
    'the history of a card tells each change since, oldest first',
    async () => {
      const { session, sandbox, example, create, clock } = await stage();
      const card = await create(1);
      clock.at += 1_000;
      await sandbox.people.move(card.ref, example.statusMapping.inProgress);
      clock.at += 1_000;
      await sandbox.people.move(card.ref, example.statusMapping.awaitingValidation);

      const history = await session.history?.(card.ref, card.order);

      expect(history?.length).toBeGreaterThanOrEqual(2);
      const orders = history?.map((entry) => entry.order) ?? [];
      expect(orders).toEqual(orders.toSorted((a, b) => a - b));
      expect(orders.every((order) => order > card.order)).toBe(true);
      expect(history?.at(-1)?.order).toBe((await session.read(card.ref)).order);
    },
  );
}
