import { describe, expect, test } from 'vitest';
import { paragraph } from '../../core/rich-text.ts';
import { faultOf } from '../kit/stage.ts';
import { people } from './sandbox-organization.ts';
import { fieldsOf, openStage, statesOf } from './test-stage.ts';

/** The patches of a work item, as they were sent. */
function patches(sent: readonly { readonly method: string; readonly body?: unknown }[]): readonly (readonly Record<string, unknown>[])[] {
  return sent.filter(({ method }) => method === 'PATCH').map(({ body }) => body as Record<string, unknown>[]);
}

describe('state and column', () => {
  test('a card is made in its first state, then moved to column and lane in one conditional patch', async () => {
    await using stage = await openStage();
    const states = await statesOf(stage);

    const card = await stage.create(1, { state: states['Active: Done'] ?? '' });

    const [post] = stage.sent.filter(({ method, purpose }) => method === 'POST' && purpose === 'write');
    expect(JSON.stringify(post?.body)).not.toContain('System.State');
    const moved = patches(stage.sent);
    expect(moved).toHaveLength(1);
    expect(moved[0]?.[0]).toEqual({ op: 'test', path: '/rev', value: 1 });
    expect(card).toMatchObject({ stateLabel: 'Active: Done', place: { lane: stage.example.target['lane'] } });
    expect(fieldsOf(stage)).toMatchObject({ 'System.State': 'Active', 'System.BoardColumn': 'Active', 'System.BoardColumnDone': true, 'System.BoardLane': 'Security' });
  });

  test('every patch begins with a test of the revision, and the comment is in the same patch as the move', async () => {
    await using stage = await openStage();
    const states = await statesOf(stage);
    const card = await stage.create(1);
    stage.sent.length = 0;

    await stage.update(card, { state: states['Review'], comment: [paragraph('Seen again.')], title: 'Other' });

    const sent = patches(stage.sent);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.[0]).toEqual({ op: 'test', path: '/rev', value: Number(card.revision) });
    expect(sent[0]?.map(({ path }) => path)).toEqual(expect.arrayContaining(['/fields/System.History', '/fields/System.State', '/fields/System.Title']));
  });

  test('a column that shares its state with another is told from it, by a move of the column alone', async () => {
    await using stage = await openStage();
    const states = await statesOf(stage);
    const card = await stage.create(1, { state: states['Review'] ?? '' });

    const risk = await stage.update(card, { state: states['Accepted risk'] });

    expect(fieldsOf(stage)).toMatchObject({ 'System.State': 'Resolved', 'System.BoardColumn': 'Accepted risk' });
    expect((await stage.session.read(card.ref)).state).toBe(risk.state);
  });

  test('where state and column disagree the state decides, and the card counts as in its first column', async () => {
    await using stage = await openStage();
    const states = await statesOf(stage);
    const card = await stage.create(1, { state: states['Review'] ?? '' });
    stage.azure.organization.stateMovesCard = false;
    const wish = { tests: [], relations: [], formats: {}, fields: [{ name: 'System.State', value: 'Active', merges: false }] };
    stage.azure.items.change(stage.azure.items.visible(1), wish, { who: people.sam });

    const read = await stage.session.read(card.ref);

    expect(fieldsOf(stage)).toMatchObject({ 'System.State': 'Active', 'System.BoardColumn': 'Review' });
    expect(read.stateLabel).toBe('Active: Doing');
  });

  test('a state that no column has is shown as itself', async () => {
    await using stage = await openStage();
    const target = { ...stage.example.target, workItemType: 'User Story' };
    const states = await statesOf(stage, target);
    const card = await stage.create(1, { target, state: states['New'] ?? '' });

    const removed = await stage.update(card, { state: 'Removed' });

    expect(removed).toMatchObject({ state: 'Removed', stateLabel: 'Removed' });
  });

  test('a column that was renamed is written by the name it has now', async () => {
    await using stage = await openStage();
    const states = await statesOf(stage);
    const card = await stage.create(1);
    const column = stage.azure.organization.projects[0]?.teams[0]?.boards[0]?.columns.find(({ name }) => name === 'Review');
    Object.assign(column ?? {}, { name: 'Check' });
    stage.clock.at += 16 * 60_000;

    const moved = await stage.update(card, { state: states['Review'] });

    expect(moved.stateLabel).toBe('Check');
    expect(moved.state).toBe(states['Review']);
  });

  test('a card in a column that was just renamed is read as in that column', async () => {
    await using stage = await openStage();
    const states = await statesOf(stage);
    const card = await stage.create(1);
    const column = stage.azure.organization.projects[0]?.teams[0]?.boards[0]?.columns.find(({ name }) => name === 'Accepted risk');
    Object.assign(column ?? {}, { name: 'Risk' });
    await stage.sandbox.people.move(card.ref, states['Accepted risk'] ?? '');
    stage.clock.at += 31_000;

    expect(await stage.session.read(card.ref)).toMatchObject({ state: states['Accepted risk'], stateLabel: 'Risk' });
  });

  test('a column that is gone is refused with words that help', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);

    const fault = await faultOf(stage.update(card, { state: '00000000-0000-4000-a000-000000000000' }));

    expect(fault).toMatchObject({ kind: 'rejected', detail: { errorClass: 'workflow' } });
    expect(fault.detail.hint).toContain('status mapping');
  });
});

describe('a process that forbids the jump', () => {
  test('is walked state by state, the comment with the last step', async () => {
    await using stage = await openStage({ example: 'inherited' });
    const states = await statesOf(stage);
    const card = await stage.create(1);
    stage.sent.length = 0;

    const closed = await stage.update(card, { state: states['Closed'], comment: [paragraph('Fixed.')] });

    expect(closed.stateLabel).toBe('Closed');
    const sent = patches(stage.sent);
    expect(sent.map((one) => one.find(({ path }) => path === '/fields/System.State')?.['value'])).toEqual(['Active', 'In Review', 'Resolved', 'Closed']);
    expect(sent.map((one) => one.some(({ path }) => path === '/fields/System.History'))).toEqual([false, false, false, true]);
    expect(sent.every(([first]) => first?.['op'] === 'test')).toBe(true);
  });

  test('with a custom field that has no value refuses the card, and names the field', async () => {
    await using stage = await openStage({ example: 'inherited' });

    const fault = await faultOf(stage.create(1, { fields: {} }));

    expect(fault).toMatchObject({ kind: 'rejected', detail: { errorClass: 'validation', trackerCode: 'TF401320' } });
    expect(fault.detail.fields?.map(({ name }) => name)).toEqual(['Custom.ProductLine']);
    expect(stage.sandbox.cards()).toEqual([]);
  });
});

describe('a type that is not on the board', () => {
  test('is kept by its states: tasks, and bugs where the team has them elsewhere', async () => {
    await using stage = await openStage();
    (stage.azure.organization.projects[0]?.teams[0] ?? raise()).bugsBehavior = 'off';
    const board = stage.azure.organization.projects[0]?.teams[0]?.boards[0] ?? raise();
    board.columns = board.columns.map((column) => ({ ...column, stateMappings: { 'User Story': column.stateMappings['User Story'] ?? '' } }));
    const bugs = await stage.session.remoteStates(stage.example.target);
    const target = { ...stage.example.target, workItemType: 'Task' };

    const task = await stage.create(1, { target, state: 'New' });
    const done = await stage.update(task, { state: 'Closed' });

    expect(bugs.map(({ value }) => value)).toEqual(['New', 'Active', 'Resolved', 'Closed']);
    expect(done).toMatchObject({ state: 'Closed', place: { workItemType: 'Task' } });
    expect(done.place['lane']).toBeUndefined();
  });
});

describe('a new work item', () => {
  test('that does not know its board yet is seen by its state, and takes its column once it knows it', async () => {
    await using stage = await openStage();
    stage.azure.organization.boardLagMs = 10_000;
    const states = await statesOf(stage);

    const card = await stage.create(1, { state: states['Accepted risk'] ?? '' });
    stage.clock.at += 11_000;
    const moved = await stage.update(await stage.session.read(card.ref), { state: states['Accepted risk'] });

    // Resolved already, by state alone: Review is its first column.
    expect(card).toMatchObject({ state: states['Review'], place: { board: stage.example.target['board'] } });
    expect(moved.stateLabel).toBe('Accepted risk');
    expect(stage.sandbox.cards()).toHaveLength(1);
  });

  test('in the first column and the default lane needs no second write', async () => {
    await using stage = await openStage({ example: 'basic' });

    const card = await stage.create(1);

    expect(card.state).toBe(stage.example.statusMapping.identified);
    expect(stage.sent.filter(({ purpose }) => purpose === 'write')).toHaveLength(1);
  });

  test('whose second write is refused, lost or too late exists, and is told as it is', async () => {
    await using stage = await openStage();
    const states = await statesOf(stage);
    for (const kind of ['lose-answer', 'outage', 'refuse-credentials'] as const) {
      stage.sandbox.misbehave({ kind, when: ({ method }) => method === 'PATCH' });
    }

    const cards = [];
    for (const number of [1, 2, 3]) {
      cards.push(await stage.create(number, { state: states['Review'] ?? '' }));
    }

    expect(cards.map(({ stateLabel }) => stateLabel)).toEqual(['New', 'New', 'New']);
    expect(stage.sandbox.cards()).toHaveLength(3);
  });
});

describe('a card that people took out of the team’s area', () => {
  test('is seen by its state, and moved by its state alone', async () => {
    await using stage = await openStage();
    const states = await statesOf(stage);
    const card = await stage.create(1);
    const team = stage.azure.organization.projects[0]?.teams[0];
    Object.assign(team ?? {}, { areas: [{ value: 'Web shop\\Search', includeChildren: true }] });
    stage.azure.items.rearrange();

    const read = await stage.session.read(card.ref);
    const moved = await stage.update(read, { state: states['Closed'] });

    expect(Object.keys(fieldsOf(stage)).filter((name) => name.startsWith('WEF_'))).toEqual([]);
    expect(read.state).toBe(states['New']);
    expect(moved.state).toBe(states['Closed']);
    expect(fieldsOf(stage)['System.State']).toBe('Closed');
  });
});

describe('lanes and teams', () => {
  test('a card is moved to another lane, and to the default one, which has no name', async () => {
    await using stage = await openStage();
    const lanes = await stage.session.targetOptions('lane', stage.example.target);
    const lane = (label: string) => lanes.find((one) => one.label === label)?.value ?? '';
    const card = await stage.create(1);

    const hurried = await stage.update(card, { target: { ...stage.example.target, lane: lane('Expedite') } });
    expect(fieldsOf(stage)['System.BoardLane']).toBe('Expedite');
    const { lane: _none, ...anyLane } = stage.example.target;
    await stage.update(hurried, { target: anyLane, title: 'Stays in its lane' });
    expect(fieldsOf(stage)['System.BoardLane']).toBe('Expedite');
    await stage.update(await stage.session.read(card.ref), { target: { ...stage.example.target, lane: lane('Default lane') } });

    expect(fieldsOf(stage)['System.BoardLane']).toBeUndefined();
  });

  test('a card is moved to another team’s board through its area path', async () => {
    await using stage = await openStage();
    const { project = '' } = stage.example.target;
    const teams = await stage.session.targetOptions('team', { project });
    const team = teams.find(({ label }) => label === 'Payments')?.value ?? '';
    const [board] = await stage.session.targetOptions('board', { project, team });
    const target = { project, team, board: board?.value ?? '', workItemType: 'Bug' };
    const states = await stage.session.remoteStates(target);
    const card = await stage.create(1);

    const moved = await stage.update(card, { target, state: states[1]?.value ?? '' });

    expect(fieldsOf(stage)['System.AreaPath']).toBe('Web shop\\Payments');
    expect(moved).toMatchObject({ state: states[1]?.value, place: { team, board: board?.value } });
  });

  test('a card for a team is made in the area of that team', async () => {
    await using stage = await openStage();
    const { project = '' } = stage.example.target;
    const teams = await stage.session.targetOptions('team', { project });
    const team = teams.find(({ label }) => label === 'Payments')?.value ?? '';

    await stage.create(1, { target: { project, team, workItemType: 'Bug' }, state: 'New' });

    expect(fieldsOf(stage)['System.AreaPath']).toBe('Web shop\\Payments');
  });

  test('a board that is gone is no card that is gone', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    const target = { ...stage.example.target, board: '00000000-0000-4000-a000-000000000000' };

    const fault = await faultOf(stage.update(card, { target, title: 'x' }));

    expect(fault).toMatchObject({ kind: 'rejected', detail: { errorClass: 'workflow' } });
    expect((await stage.session.read(card.ref)).title).toBe(card.title);
  });

  test('to another project or type nobody but a person moves it', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);

    const faults = [
      await faultOf(stage.update(card, { target: stage.example.otherTarget ?? {} })),
      await faultOf(stage.update(card, { target: { ...stage.example.target, workItemType: 'Task' } })),
    ];

    expect(faults.map(({ kind, detail }) => [kind, detail.errorClass])).toEqual([['rejected', 'workflow'], ['rejected', 'workflow']]);
  });
});

function raise(): never {
  throw new Error('It is there.');
}
