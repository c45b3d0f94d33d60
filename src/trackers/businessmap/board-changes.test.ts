import { describe, expect, test } from 'vitest';
import { faultOf, markerOf, soon } from '../kit/stage.ts';
import type { AccountColumn } from './sandbox-account.ts';
import type { BusinessMapSandbox } from './sandbox.ts';
import { closeStagesAfterEach, configurationOf, setUp, writes } from './test-stage.ts';

closeStagesAfterEach();

describe('cards that people put away', () => {
  test('a card is brought back first and moved then, in two writes, since archived cards take no move', async () => {
    const stage = await setUp();
    const card = await stage.create(1);
    await stage.sandbox.people.archive(card.ref);
    const archived = await stage.session.read(card.ref);

    const refused = await faultOf(stage.update(archived, { state: '306' }));
    await stage.update(archived, { state: '306', restore: true });

    expect(refused).toMatchObject({ kind: 'rejected', detail: { errorClass: 'workflow' } });
    expect(writes(stage).slice(-2)).toEqual(['PATCH /cards/1', 'PATCH /cards/1']);
    expect(stage.sandbox.cards()[0]).toMatchObject({ state: '306', presence: 'active' });
  });

  test('a card that no list shows yet is read at its own address', async () => {
    const stage = await setUp();
    stage.sandbox.misbehave({ kind: 'search-lag', ms: 60_000 });
    const card = await stage.create(1);

    expect(await stage.session.find(markerOf(1), stage.example.target)).toEqual([]);
    expect(await stage.session.read(card.ref)).toMatchObject({ marker: markerOf(1), presence: 'active' });
  });
});

describe('full columns', () => {
  const limited = async (rule: 0 | 1 | 2) => {
    const stage = await setUp();
    const column = stage.account.columns.find(({ column_id: id }) => id === 303);
    Object.assign(column ?? {}, { limit: 1 });
    Object.assign(stage.account.settings.get(10) ?? {}, { allow_exceeding: rule });
    await stage.create(1, { state: '303' });
    return { ...stage, card: await stage.create(2) };
  };

  test('a limit that may be exceeded with a reason is exceeded with one', async () => {
    const { card, update } = await limited(1);

    expect((await update(card, { state: '303' })).state).toBe('303');
  });

  test('a limit that may never be exceeded is a matter of the workflow, tried again later, with a hint', async () => {
    const { card, update, create } = await limited(2);

    const moved = await faultOf(update(card, { state: '303' }));
    const made = await faultOf(create(3, { state: '303' }));

    expect(moved).toMatchObject({
      kind: 'rejected',
      detail: { errorClass: 'workflow', hint: expect.stringContaining('full') },
    });
    expect(made.kind).toBe('rejected');
  });

  test('the configuration is warned of it, and only of it', async () => {
    const never = await limited(2);
    const freely = await limited(0);

    const warnings = await never.session.validate(configurationOf(never));

    expect(warnings).toEqual([
      expect.objectContaining({ kind: 'warning', path: 'statusMapping.inProgress' }),
    ]);
    expect(await freely.session.validate(configurationOf(freely))).toEqual([]);
  });
});

describe('a board that changed', () => {
  test('a column that is gone is named in the fault, where the configuration has it', async () => {
    const { create, session, sandbox, update, draft, http } = await setUp();
    const card = await create(1);
    await sandbox.people.removeState('303');

    const fault = await faultOf(update(card, { state: '303' }));
    const lane = await faultOf(
      session.create(draft(2, { target: { lane: '299' } }), { sendBefore: soon(http) }),
    );

    expect(fault).toMatchObject({
      kind: 'rejected',
      detail: { fields: [{ name: 'statusMapping.303' }], hint: expect.stringContaining('deleted') },
    });
    expect(lane.detail.fields?.map(({ name }) => name)).toEqual(['target.lane']);
  });

  test('a column that got sub-columns is no longer one that holds cards', async () => {
    const stage = await setUp();
    const configuration = configurationOf(stage);
    const parent = stage.account.columns.find(({ column_id: id }) => id === 305);
    stage.account.columns.push({
      ...parent,
      column_id: 350,
      parent_column_id: 305,
      section: null,
      name: 'Half done',
    } as AccountColumn);

    const problems = await stage.session.validate(configuration);

    expect(problems).toEqual([
      expect.objectContaining({
        path: 'statusMapping.awaitingValidation',
        message: expect.stringContaining('Testing'),
      }),
    ]);
  });

  test.each([
    [
      'an archived board',
      'target.board',
      (account: BusinessMapSandbox['account']) => Object.assign(account.boards[0] ?? {}, { is_archived: 1 }),
    ],
    [
      'a board that cannot be seen',
      'target.board',
      (account: BusinessMapSandbox['account']) => account.boards.splice(0, 1),
    ],
    [
      'a workflow that is turned off',
      'target.workflow',
      (account: BusinessMapSandbox['account']) =>
        Object.assign(account.workflows[1] ?? {}, { is_enabled: 0 }),
    ],
    [
      'a lane that is gone',
      'target.lane',
      (account: BusinessMapSandbox['account']) => account.lanes.splice(1, 1),
    ],
  ])('%s is told by the check and by the configuration', async (_what, path, change) => {
    const stage = await setUp();
    change(stage.account);

    const problems = await stage.session.validate(configurationOf(stage));
    const failed: string[] = [];
    for await (const step of stage.session.check([
      { name: 'Default', target: stage.example.target, remoteStates: [] },
    ])) {
      failed.push(...(step.outcome === 'failed' ? [step.name] : []));
    }

    expect(problems).toContainEqual(expect.objectContaining({ kind: 'blocking', path }));
    expect(failed).toHaveLength(1);
  });

  test('a card in another workflow cannot reach our columns: a matter of the workflow, not of the card', async () => {
    const { create, session, sandbox, update } = await setUp();
    const card = await create(1);
    await sandbox.people.moveAway(card.ref);

    const fault = await faultOf(update(await session.read(card.ref), { state: '303' }));

    expect(fault).toMatchObject({
      kind: 'rejected',
      detail: { errorClass: 'workflow', hint: expect.stringContaining('another workflow') },
    });
  });

  test('a card on an archived board waits, and says why', async () => {
    const { create, update, account } = await setUp();
    const card = await create(1);
    Object.assign(account.boards[0] ?? {}, { is_archived: 1 });

    expect(await faultOf(update(card, { state: '303' }))).toMatchObject({
      kind: 'rejected',
      detail: { errorClass: 'workflow' },
    });
  });
});

describe('custom fields and tags', () => {
  const otherBoard = { workspace: '1', board: '11', workflow: '110', lane: '210' };

  test('fields that each card must have are asked for, with their values', async () => {
    const { session } = await setUp();

    expect(await session.requiredFields(otherBoard)).toEqual([
      {
        name: 'Team',
        label: 'Team',
        type: 'choice',
        choices: [
          { value: 'Red', label: 'Red' },
          { value: 'Blue', label: 'Blue' },
        ],
      },
    ]);
  });

  test.each([
    [{}, ['fieldDefaults.Team']],
    [{ Team: 'Green' }, ['fieldDefaults.Team']],
    [{ Team: 'Red', Colour: 'blue' }, ['fieldDefaults.Colour']],
    [{ Team: 'Red', 'Cost centre': 'twelve' }, ['fieldDefaults.Cost centre']],
    [{ Team: 'Red', 'Cost centre': '12' }, []],
  ])('%j: what is wrong is %j', async (values, expected) => {
    const stage = await setUp();

    const problems = await stage.session.validate(configurationOf(stage, values, otherBoard));

    expect(problems.map(({ path }) => path)).toEqual(expected);
  });

  test('values are written by the ids of field and choice', async () => {
    const { create, sandbox } = await setUp();

    await create(1, { target: otherBoard, state: '310', fields: { Team: 'Blue', 'Cost centre': 12 } });

    expect(sandbox.cards()[0]?.fields['custom_fields']).toEqual([
      { field_id: 7, values: [{ value_id: 72, position: 0 }] },
      { field_id: 8, value: '12' },
    ]);
  });

  test('a field that became required is refused by name', async () => {
    const { create } = await setUp();

    const fault = await faultOf(create(1, { target: otherBoard, state: '310' }));

    expect(fault.detail.fields?.map(({ name }) => name)).toEqual(['fieldDefaults.Team']);
  });

  test('tags are put on the card by name; one that does not exist is left out, and warned of', async () => {
    const stage = await setUp();
    const values = { tags: 'security, Patchboard, Nowhere' };

    const warnings = await stage.session.validate(configurationOf(stage, values));
    await stage.create(1, { fields: values });

    expect(stage.sandbox.cards()[0]?.fields['tag_ids']).toEqual([40, 41]);
    expect(warnings.map(({ kind, message }) => [kind, message])).toEqual([
      ['warning', 'The tag “Patchboard” is not available on this board.'],
      ['warning', 'There is no tag “Nowhere”.'],
    ]);
  });
});
