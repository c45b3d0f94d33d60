import { describe, expect, test } from 'vitest';
import { paragraph } from '../../core/rich-text.ts';
import { faultOf, makeStage, markerOf } from '../kit/stage.ts';
import tracker from './index.ts';
import { people } from './sandbox-organization.ts';
import { makeSandbox } from './sandbox.ts';
import { fieldsOf, openStage } from './test-stage.ts';

describe('what is on a work item', () => {
  test('a bug has its text in the repro steps, which its form shows; other types in the description', async () => {
    await using bugs = await openStage();
    await using issues = await openStage({ example: 'basic' });
    await bugs.create(1);
    await issues.create(1);

    expect(fieldsOf(bugs)['Microsoft.VSTS.TCM.ReproSteps']).toContain('src/search.ts');
    expect(fieldsOf(bugs)['System.Description']).toBeUndefined();
    expect(fieldsOf(issues)['System.Description']).toContain('src/search.ts');
  });

  test('priority and severity have the same rank; without a severity the priority stands alone', async () => {
    await using bugs = await openStage();
    await using issues = await openStage({ example: 'basic' });
    const bug = await bugs.create(1, { priority: '1' });
    await issues.create(1, { priority: '3' });

    expect(fieldsOf(bugs)).toMatchObject({ 'Microsoft.VSTS.Common.Priority': 1, 'Microsoft.VSTS.Common.Severity': '1 - Critical' });
    expect(fieldsOf(issues)['Microsoft.VSTS.Common.Priority']).toBe(3);
    expect(fieldsOf(issues)['Microsoft.VSTS.Common.Severity']).toBeUndefined();
    await bugs.update(bug, { priority: '4' });
    expect(fieldsOf(bugs)['Microsoft.VSTS.Common.Severity']).toBe('4 - Low');
  });

  test('severities that a customer renamed are read from the field', async () => {
    await using stage = await openStage();
    const bug = stage.azure.organization.projects[0]?.process.types.find(({ name }) => name === 'Bug');
    bug?.fields.set('Microsoft.VSTS.Common.Severity', { required: false, initially: null, allowed: ['Blocker', 'Major', 'Minor', 'Trivial'] });

    await stage.create(1, { priority: '2' });

    expect(fieldsOf(stage)['Microsoft.VSTS.Common.Severity']).toBe('Major');
    expect(await stage.session.severityChoices?.(stage.example.target)).toContainEqual({ value: '2', label: 'Priority 2, Severity Major' });
  });

  test('it carries its marker as a tag, a link back, and the team’s area; people’s tags stay', async () => {
    await using stage = await openStage();
    const card = await stage.create(1, { fields: { 'System.Tags': 'appsec; web' } });
    await stage.sandbox.people.edit(card.ref, { labels: ['urgent'] });

    const read = await stage.session.read(card.ref);
    await stage.update(read, { title: 'Other' });

    expect(read).toMatchObject({ marker: markerOf(1), labels: ['appsec', 'web', 'urgent'] });
    expect(fieldsOf(stage)['System.Tags']).toBe(`${markerOf(1)}; Patchboard; appsec; web; urgent`);
    expect(fieldsOf(stage)['System.AreaPath']).toBe('Web shop');
    expect(stage.azure.items.all.get(1)?.relations).toMatchObject([{ rel: 'Hyperlink', url: 'https://patchboard.example/vulnerabilities/1' }]);
  });

  test('an assignee is told by name', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    await stage.sandbox.people.edit(card.ref, { assignee: 'sam' });

    expect((await stage.session.read(card.ref)).assignee).toBe('Sam Doe');
  });

  test('a body that people turned to Markdown is written with its format', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    Object.assign(stage.azure.items.all.get(1)?.formats ?? {}, { 'Microsoft.VSTS.TCM.ReproSteps': 'markdown' });

    await stage.update(card, { body: [paragraph('New')] });

    expect(stage.azure.items.all.get(1)?.formats).toEqual({ 'Microsoft.VSTS.TCM.ReproSteps': 'html' });
    expect(fieldsOf(stage)['Microsoft.VSTS.TCM.ReproSteps']).toBe('<p>New</p>');
  });

  test('a default of the configuration never takes the place of what we write', async () => {
    await using stage = await openStage();

    await stage.create(1, { fields: { 'System.Title': 'Another', 'System.State': 'Closed', 'Microsoft.VSTS.Build.FoundIn': '1.0' } });

    expect(fieldsOf(stage)).toMatchObject({ 'System.Title': stage.draft(1).title, 'System.State': 'New', 'Microsoft.VSTS.Build.FoundIn': '1.0' });
  });
});

describe('where a work item went', () => {
  test('in the recycle bin it is discarded, and comes back with one more revision', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    await stage.sandbox.people.discard(card.ref);

    const put = await stage.session.read(card.ref);
    const many = await stage.session.readMany([card.ref]);
    const back = await stage.update(put, { restore: true, title: 'Back' });

    expect(put.presence).toBe('discarded');
    expect(many.get(card.ref)?.presence).toBe('discarded');
    expect(back).toMatchObject({ presence: 'active', title: 'Back', ref: card.ref });
  });

  test('out of our sight it is gone, and the words say what that may mean', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    stage.azure.organization.rights.blindAreas.add('Web shop');

    const fault = await faultOf(stage.session.read(card.ref));

    expect(fault).toMatchObject({ kind: 'gone', detail: { trackerCode: 'TF401232', httpStatus: 404 } });
    expect(fault.detail.hint).toContain('may not see');
    expect((await stage.session.readMany([card.ref])).get(card.ref)).toBeNull();
  });

  test('on a board that is gone it is seen all the same', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    const answer = { $id: '1', message: 'The team with id x does not exist.', typeKey: 'TeamNotFoundException' };
    stage.clock.at += 16 * 60_000;
    const gone = { kind: 'answer', status: 404, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) } as const;
    stage.sandbox.misbehave({ ...gone, times: Number.POSITIVE_INFINITY, when: ({ path }) => path.includes('/work/boards') });

    expect(await stage.session.read(card.ref)).toMatchObject({ ref: card.ref, presence: 'active', state: 'New', place: { workItemType: 'Bug' } });
  });

  test('in another project it keeps its number, is found by its marker, and says where it is', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    await stage.sandbox.people.moveAway(card.ref);

    const [found] = await stage.session.find(markerOf(1), stage.example.target);

    expect(found?.ref).toBe(card.ref);
    expect(found?.place).toMatchObject({ project: stage.example.otherTarget?.['project'], workItemType: 'Issue' });
  });

  test('with another type it is the same card', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    const fields = [{ name: 'System.WorkItemType', value: 'User Story', merges: false }];
    stage.azure.items.change(stage.azure.items.visible(1), { tests: [], relations: [], formats: {}, fields }, { who: people.sam });

    const read = await stage.session.read(card.ref);

    expect(read).toMatchObject({ ref: card.ref, place: { workItemType: 'User Story' }, stateLabel: 'New' });
    expect((await stage.update(read, { title: 'Still ours' })).title).toBe('Still ours');
  });

  test('under another area it is on another team’s board, too; ours is still the one it was made on', async () => {
    await using stage = await openStage();
    const { project = '' } = stage.example.target;
    const teams = await stage.session.targetOptions('team', { project });
    const team = teams.find(({ label }) => label === 'Payments')?.value ?? '';
    const [board] = await stage.session.targetOptions('board', { project, team });
    await stage.session.remoteStates({ project, team, board: board?.value ?? '', workItemType: 'Bug' });
    const card = await stage.create(1, { fields: { 'System.AreaPath': 'Web shop\\Payments\\Cards' } });

    const read = await stage.session.read(card.ref);

    expect(Object.keys(fieldsOf(stage)).filter((name) => name.endsWith('Kanban.Column'))).toHaveLength(2);
    expect(read.place).toMatchObject({ team: stage.example.target['team'], board: stage.example.target['board'] });
  });
});

test('a server’s collection is spoken to as an organization is', async () => {
  const stage = await makeStage(tracker, (options) => {
    const sandbox = makeSandbox(options);
    const { connection } = sandbox;
    const onServer: typeof connection = (base) => ({ ...connection(base), settings: { organization: `${base}/tfs/DefaultCollection` } });
    return Object.defineProperty(sandbox, 'connection', { value: onServer });
  });

  const card = await stage.create(1);
  const moved = await stage.update(card, { state: stage.example.statusMapping.fixed });

  expect(moved.url).toBe(`${stage.baseUrl}/tfs/DefaultCollection/Web%20shop/_workitems/edit/1`);
  expect(new Set(stage.sent.map(({ url }) => url.startsWith(`${stage.baseUrl}/tfs/DefaultCollection/`)))).toEqual(new Set([true]));
  await stage.close();
});

describe('looking for a marker', () => {
  test('has no case, and gives no word a meaning in the query', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);

    expect((await stage.session.find(markerOf(1).toUpperCase(), {})).map(({ ref }) => ref)).toEqual([card.ref]);
    expect((await faultOf(stage.session.find("pb-' OR [System.Id] > 0", {}))).kind).toBe('rejected');
  });

  test('a page full of strangers may hide ours, and is no answer', async () => {
    await using stage = await openStage();
    for (let number = 1; number <= 50; number += 1) {
      await stage.create(number);
    }
    stage.sandbox.misbehave({ kind: 'ignore-filters' });

    expect((await faultOf(stage.session.find(markerOf(51), {}))).kind).toBe('nonsense');
  });

  test('a batch that brings a stranger is believed about nothing', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    const body = JSON.stringify({ count: 1, value: [{ id: 77, rev: 1, fields: { 'System.Title': 'A stranger' } }] });
    stage.sandbox.misbehave({ kind: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body, when: ({ path }) => path.includes('workitemsbatch') });

    expect((await faultOf(stage.session.readMany([card.ref]))).kind).toBe('nonsense');
  });

  test('queries of one identity never run at once', async () => {
    await using stage = await openStage();
    await stage.create(1);
    const { handle } = stage.sandbox;
    const running = { now: 0, most: 0 };
    const counted: typeof handle = async (request) => {
      const isQuery = request.url.includes('wiql');
      running.now += isQuery ? 1 : 0;
      running.most = Math.max(running.most, running.now);
      const answer = await handle(request);
      running.now -= isQuery ? 1 : 0;
      return answer;
    };
    Object.defineProperty(stage.sandbox, 'handle', { value: counted });
    stage.sandbox.misbehave({ kind: 'latency', ms: 15, times: Number.POSITIVE_INFINITY, when: ({ path }) => path.includes('wiql') });

    await Promise.all([1, 2, 3].map((number) => stage.session.find(markerOf(number), {})));

    expect(running.most).toBe(1);
  });
});
