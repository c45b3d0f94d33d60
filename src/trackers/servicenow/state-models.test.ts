import { describe, expect, test } from 'vitest';
import { draftFor, faultOf, signIn, soon } from './signed-in.ts';

const note = [
  {
    kind: 'paragraph' as const,
    children: [{ kind: 'text' as const, text: 'Patchboard: awaiting validation.' }],
  },
];

describe('an instance with a priority rule of its own', () => {
  test('has its say, which is told and is no failure, where we may not read that rule', async () => {
    await using house = await signIn();
    house.sandbox.instance.shelf.priorityRules['1/2'] = '1';

    const made = await house.session.create(draftFor(house), soon);
    const rated = await house.session.update(made.ref, { priority: '2/2' }, { ...soon, revision: made.revision, card: made });

    expect(made).toMatchObject({ priority: '1/2', notice: expect.stringContaining('where 2 was expected') as string });
    expect(made.notice).toContain('priority 1 - Critical');
    expect(rated.notice).toBeUndefined();
  });

  test('is as expected where we may read it, since then its priorities were shown', async () => {
    await using house = await signIn();
    house.sandbox.instance.role = 'admin';
    house.sandbox.instance.shelf.priorityRules['1/2'] = '1';

    expect((await house.session.create(draftFor(house), soon)).notice).toBeUndefined();
  });

  test('cannot turn a record that was made into one that was not', async () => {
    await using house = await signIn();
    house.sandbox.instance.shelf.priorityRules['1/2'] = '1';
    house.sandbox.misbehave({ kind: 'outage', when: ({ path }) => path.includes('dl_u_priority') });

    expect((await house.session.create(draftFor(house), soon)).notice).toContain('where 2 was expected');
  });
});

describe('a problem', () => {
  test('is created in the first state of its model, with the computed priority', async () => {
    await using house = await signIn({ table: 'problem' });

    const card = await house.session.create(draftFor(house, 'pb-1', { state: '104' }), soon);

    expect(card).toMatchObject({
      state: '101',
      stateLabel: 'New',
      priority: '1/2',
      place: { table: 'problem' },
    });
    expect(house.sandbox.cards()[0]?.fields['priority']).toBe('2');
  });

  test('that ignores a new state is rejected as workflow, and the work note keeps people in step', async () => {
    await using house = await signIn({ table: 'problem' });
    const card = await house.session.create(draftFor(house), soon);

    const fault = await faultOf(
      house.session.update(
        card.ref,
        { state: '104', comment: note },
        { ...soon, revision: card.revision, card },
      ),
    );

    expect([fault.kind, fault.detail.errorClass]).toEqual(['rejected', 'workflow']);
    expect(fault.detail.hint).toContain('state model');
    expect(fault.detail.told).toMatchObject({ ref: card.ref, state: '101' });
    expect(house.sandbox.cards()[0]).toMatchObject({
      state: '101',
      comments: ['Patchboard: awaiting validation.'],
    });
  });

  test('that people move is read as it is', async () => {
    await using house = await signIn({ table: 'problem' });
    const card = await house.session.create(draftFor(house), soon);
    await house.sandbox.people.move(card.ref, '104');

    expect(await house.session.read(card.ref)).toMatchObject({
      state: '104',
      stateLabel: 'Fix in Progress',
      order: 1,
    });
  });

  test('has its state model said when the configuration is saved', async () => {
    await using house = await signIn({ table: 'problem' });

    const problems = await house.session.validate(configurationFor(house));

    expect(problems.filter(({ kind }) => kind === 'blocking')).toEqual([]);
    expect(problems.map(({ path }) => path)).toContain('statusMapping.inProgress');
    expect(problems.map(({ path }) => path)).not.toContain('statusMapping.identified');
  });
});

describe('a change request', () => {
  test('moves from New to Assess with an assignment group, and has its priority written by us', async () => {
    await using house = await signIn({ table: 'change_request' });
    const card = await house.session.create(draftFor(house), soon);

    const patch = { state: '-4', fields: house.sandbox.example.fieldDefaults };
    const moved = await house.session.update(card.ref, patch, { ...soon, revision: card.revision, card });

    expect(moved.stateLabel).toBe('Assess');
    expect(house.sandbox.cards()[0]?.fields['priority']).toBe('2');
  });

  test('that waits for an approval is rejected with the ways it can go, and the work note is written alone', async () => {
    await using house = await signIn({ table: 'change_request' });
    const card = await house.session.create(draftFor(house), soon);

    const fault = await faultOf(
      house.session.update(
        card.ref,
        { state: '0', comment: note },
        { ...soon, revision: card.revision, card },
      ),
    );

    expect([fault.kind, fault.detail.errorClass]).toEqual(['rejected', 'workflow']);
    expect(fault.detail.hint).toContain('Assess, Canceled');
    expect(house.sandbox.cards()[0]).toMatchObject({
      state: '-5',
      comments: ['Patchboard: awaiting validation.'],
    });
  });
});

test('what is refused takes only the state along: all else of the change is written with the note, and told', async () => {
  await using house = await signIn({ table: 'change_request' });
  const card = await house.session.create(draftFor(house), soon);

  const patch = { state: '3', title: '[CONVISO] 1 - Known better', fields: { close_code: 'successful' }, comment: note };
  const fault = await faultOf(house.session.update(card.ref, patch, { ...soon, revision: card.revision, card }));

  expect(fault.detail.told).toMatchObject({ state: '-5', title: '[CONVISO] 1 - Known better' });
  expect(house.sandbox.cards()[0]).toMatchObject({ comments: ['Patchboard: awaiting validation.'], fields: { close_code: '' } });
});

test('a refusal without a note to be written tells nothing', async () => {
  await using house = await signIn({ table: 'change_request' });
  const card = await house.session.create(draftFor(house), soon);

  const fault = await faultOf(house.session.update(card.ref, { state: '3' }, { ...soon, revision: card.revision, card }));

  expect([fault.detail.errorClass, fault.detail.told]).toEqual(['workflow', undefined]);
  expect(house.sandbox.cards()[0]?.comments).toEqual([]);
});

test('a closed record that nobody of us may change is a matter of its workflow, not of our rights', async () => {
  await using house = await signIn({ closedIsFinal: true });
  const card = await house.session.create(draftFor(house), soon);
  await house.sandbox.people.move(card.ref, '7');
  const closed = await house.session.read(card.ref);

  const fault = await faultOf(house.session.update(card.ref, { state: '1', comment: note }, { ...soon, revision: closed.revision, card: closed }));

  expect([fault.kind, fault.detail.errorClass, fault.detail.told]).toEqual(['rejected', 'workflow', undefined]);
  expect(fault.detail.hint).toContain('Map Fixed to Resolved');
});

describe('a custom table that extends task', () => {
  test('moves freely, and has its priority written by us', async () => {
    await using house = await signIn({ table: 'u_security_task' });
    const card = await house.session.create(draftFor(house, 'pb-1', { priority: '1/1' }), soon);

    const moved = await house.session.update(
      card.ref,
      { state: '3', priority: '3/2' },
      { ...soon, revision: card.revision, card },
    );

    expect(moved).toMatchObject({ stateLabel: 'Closed Complete', priority: '3/2' });
    expect(house.sandbox.cards()[0]?.fields['priority']).toBe('4');
  });
});

function configurationFor({ sandbox }: Awaited<ReturnType<typeof signIn>>) {
  return {
    target: sandbox.example.target,
    remoteStates: Object.entries(sandbox.example.statusMapping).map(([status, value]) => ({
      status,
      value,
      label: null,
    })),
    severityMapping: { critical: '1/1', high: '1/2', medium: '2/2', low: '3/2', informational: null },
    fieldDefaults: sandbox.example.fieldDefaults,
  };
}
