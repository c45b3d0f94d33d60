import { getBearerHandler, getPersonalAccessTokenHandler, WebApi } from 'azure-devops-node-api';
import {
  WorkItemErrorPolicy,
  WorkItemExpand,
  WorkItemTypeFieldsExpandLevel,
} from 'azure-devops-node-api/interfaces/WorkItemTrackingInterfaces.js';
import { afterEach, expect, test } from 'vitest';
import { serveSandbox } from '../kit/sandbox-server.ts';
import { personalAccessToken } from './sandbox-access.ts';
import type { AzureBoardsSandboxOptions } from './sandbox.ts';
import { makeSandbox } from './sandbox.ts';

/** Microsoft's own client speaks with the sandbox as it would with the service. */

const everything = WorkItemTypeFieldsExpandLevel.All;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function signedIn(options: AzureBoardsSandboxOptions = {}, token?: string) {
  const sandbox = makeSandbox({ now: () => Date.parse('2026-03-02T08:00:00.5Z'), ...options });
  sandbox.deliver = async () => 200;
  const served = await serveSandbox(sandbox);
  closers.push(() => served.close());
  const bearer = options.signIn === undefined ? undefined : await sandbox.accessToken?.();
  const handler =
    bearer === undefined
      ? getPersonalAccessTokenHandler(token ?? personalAccessToken)
      : getBearerHandler(bearer);
  const api = new WebApi(`${served.url}/fabrikam`, handler);
  const { project = '', team = '', board = '' } = sandbox.example.target;
  return { sandbox, api, project, team, board, place: { projectId: project, teamId: team } };
}

const add = (name: string, value: unknown) => ({ op: 'add', path: `/fields/${name}`, value });
const bugOf = (title: string, ...more: object[]) => [add('System.Title', title), ...more];

async function made(
  stage: { api: WebApi; project: string },
  title: string,
  ...more: object[]
): Promise<number> {
  const wit = await stage.api.getWorkItemTrackingApi();
  const item = await wit.createWorkItem({}, bugOf(title, ...more), stage.project, 'Bug');
  return item.id ?? 0;
}

test('it signs in, and learns who it is', async () => {
  const { api } = await signedIn();

  const { authenticatedUser, deploymentType } = await api.connect();

  expect(authenticatedUser?.providerDisplayName).toBe('Patchboard');
  expect(authenticatedUser?.properties).toMatchObject({ Account: { $value: 'patchboard@fabrikam.example' } });
  expect(deploymentType).toBeDefined();
});

test('with a token of Entra it signs in, too, and a service principal is somebody else', async () => {
  const person = await signedIn({ signIn: 'entra' });
  const service = await signedIn({ signIn: 'service-principal' });

  expect((await person.api.connect()).authenticatedUser?.providerDisplayName).toBe('Patchboard');
  expect((await service.api.connect()).authenticatedUser?.providerDisplayName).toContain('service principal');
});

test('with a wrong token it gets a page in place of an answer', async () => {
  const { api } = await signedIn({}, 'wrong');

  await expect(api.connect()).rejects.toThrow();
});

test('it lists projects with their process, and teams', async () => {
  const { api, project } = await signedIn();
  const core = await api.getCoreApi();

  const projects = await core.getProjects();
  const whole = await core.getProject(project, true);
  const teams = await core.getTeams(project);

  expect(projects.map(({ name }) => name)).toEqual(['Web shop', 'Mobile app', 'Infrastructure', 'Vault']);
  expect(whole.capabilities?.['processTemplate']?.['templateName']).toBe('Agile');
  expect(whole.defaultTeam?.name).toBe('Web shop Team');
  expect(teams.map(({ name }) => name)).toEqual(['Web shop Team', 'Payments']);
  await expect(core.getProject('Nowhere')).resolves.toBeNull();
});

test('it reads boards with columns, rows and the names of their fields', async () => {
  const { api, place, board } = await signedIn();
  const work = await api.getWorkApi();

  const boards = await work.getBoards(place);
  const whole = await work.getBoard(place, board);
  const columns = await work.getBoardColumns(place, board);
  const rows = await work.getBoardRows(place, 'Stories');

  expect(boards.map(({ name }) => name)).toEqual(['Stories', 'Features', 'Epics']);
  expect(whole.fields?.columnField?.referenceName).toMatch(/^WEF_[0-9A-F]{32}_Kanban\.Column$/u);
  expect(whole.fields?.columnField?.referenceName?.toLowerCase()).not.toContain(board.replaceAll('-', ''));
  expect(whole.columns?.[1]).toMatchObject({
    name: 'Active',
    isSplit: true,
    stateMappings: { Bug: 'Active' },
  });
  expect(whole.columns?.[0]).not.toHaveProperty('isSplit');
  // The client turns the names of column types into its own numbers.
  expect(columns.map(({ columnType }) => columnType)).toEqual([0, 1, 1, 1, 1, 1, 2]);
  expect(rows.map(({ name }) => name)).toEqual([null, 'Security', 'Expedite']);
});

test('it reads a team’s settings', async () => {
  const { api, place } = await signedIn();
  const work = await api.getWorkApi();

  const areas = await work.getTeamFieldValues(place);
  const backlogs = await work.getBacklogConfigurations(place);

  expect(areas).toMatchObject({ defaultValue: 'Web shop', values: [{ includeChildren: true }] });
  expect(backlogs.requirementBacklog?.workItemTypes?.map(({ name }) => name)).toEqual(['Bug', 'User Story']);
  expect(backlogs.bugsBehavior).toBe(1);
});

test('it reads types, their states and their fields', async () => {
  const { api, project } = await signedIn();
  const wit = await api.getWorkItemTrackingApi();

  const type = await wit.getWorkItemType(project, 'Bug');
  const states = await wit.getWorkItemTypeStates(project, 'Bug');
  const fields = await wit.getWorkItemTypeFieldsWithReferences(project, 'Bug', everything);

  expect(type.transitions?.['']).toEqual([{ to: 'New', actions: null }]);
  expect(states.map(({ name, category }) => `${name} ${category}`)).toEqual([
    'New Proposed',
    'Active InProgress',
    'Resolved Resolved',
    'Closed Completed',
  ]);
  expect(fields.find(({ name }) => name === 'Severity')).toMatchObject({
    defaultValue: '3 - Medium',
    allowedValues: ['1 - Critical', '2 - High', '3 - Medium', '4 - Low'],
  });
  expect(
    fields.filter(({ alwaysRequired }) => alwaysRequired).map(({ referenceName }) => referenceName),
  ).toContain('System.Title');
});

test('it makes a work item, moves it on its board, and reads it back', async () => {
  const stage = await signedIn();
  const { api, place, board } = stage;
  const wit = await api.getWorkItemTrackingApi();
  const { fields } = await (await api.getWorkApi()).getBoard(place, board);
  const id = await made(stage, 'SQL injection', add('System.Tags', 'pb-1; security'));
  const link = {
    rel: 'Hyperlink',
    url: 'https://patchboard.example/1',
    attributes: { comment: 'Patchboard' },
  };

  const moved = await wit.updateWorkItem(
    {},
    [
      { op: 'test', path: '/rev', value: 1 },
      add(fields?.columnField?.referenceName ?? '', 'Review'),
      { op: 'add', path: '/relations/-', value: link },
    ],
    id,
  );
  const read = await wit.getWorkItem(id, undefined, undefined, WorkItemExpand.All);

  expect(moved).toMatchObject({
    id,
    rev: 2,
    fields: { 'System.State': 'Resolved', 'System.Reason': 'Fixed' },
  });
  expect(read.fields).toMatchObject({ 'System.BoardColumn': 'Review', 'System.Tags': 'pb-1; security' });
  expect(read.relations).toMatchObject([
    { rel: 'Hyperlink', url: link.url, attributes: { comment: 'Patchboard' } },
  ]);
});

test('a work item that moved on is not changed', async () => {
  const stage = await signedIn();
  const wit = await stage.api.getWorkItemTrackingApi();
  const id = await made(stage, 'One');
  await stage.sandbox.people.edit(String(id), { title: 'By a person' });

  const stale = wit.updateWorkItem(
    {},
    [{ op: 'test', path: '/rev', value: 1 }, add('System.Title', 'By us')],
    id,
  );

  await expect(stale).rejects.toMatchObject({
    statusCode: 412,
    message: expect.stringContaining('VS403351') as string,
  });
  expect((await wit.getWorkItem(id)).fields?.['System.Title']).toBe('By a person');
});

test('what a rule forbids is refused with the rule’s words', async () => {
  const stage = await signedIn();
  const wit = await stage.api.getWorkItemTrackingApi();

  await expect(made(stage, 'x'.repeat(256))).rejects.toMatchObject({
    statusCode: 400,
    message: expect.stringContaining('TF401324') as string,
  });
  await expect(made(stage, '')).rejects.toThrow(/TF401320.*Title/u);
  await expect(made(stage, 'One', add('System.State', 'Closed'))).rejects.toThrow(/TF401320.*State/u);
  await expect(made(stage, 'One', add('System.BoardColumn', 'Review'))).rejects.toThrow(/TF401326/u);
  await expect(made(stage, 'One', add('System.AreaPath', 'Web shop\\Nowhere'))).rejects.toThrow(/TF401347/u);
  await expect(made(stage, 'One', add('Custom.Unknown', '1'))).rejects.toThrow(/TF51535/u);
  expect(await wit.getWorkItem(1)).toBeNull();
});

test('it finds work items by tag, and reads many at once', async () => {
  const stage = await signedIn();
  const wit = await stage.api.getWorkItemTrackingApi();
  const ids = [
    await made(stage, 'One', add('System.Tags', 'pb-1')),
    await made(stage, 'Two', add('System.Tags', 'pb-2')),
  ];
  const query = "SELECT [System.Id] FROM WorkItems WHERE [System.Tags] CONTAINS 'PB-2' ORDER BY [System.Id]";

  const found = await wit.queryByWiql({ query }, stage.place, false, 10);
  const read = await wit.getWorkItemsBatch({
    ids: [...ids, 4_711],
    fields: ['System.Id', 'System.Title'],
    errorPolicy: WorkItemErrorPolicy.Omit,
  });

  expect(found.workItems?.map(({ id }) => id)).toEqual([ids[1]]);
  expect(read.map((item) => item?.fields?.['System.Title'] ?? null)).toEqual(['One', 'Two', null]);
});

test('it sees what happened to a work item', async () => {
  const stage = await signedIn();
  const wit = await stage.api.getWorkItemTrackingApi();
  const id = await made(stage, 'One');
  await stage.sandbox.people.move(String(id), stage.sandbox.example.statusMapping.inProgress);
  await wit.addComment({ text: 'Seen again.' }, stage.project, id);

  const updates = await wit.getUpdates(id);
  const revisions = await wit.getRevisions(id);
  const { comments } = await wit.getComments(stage.project, id);

  expect(updates.map(({ rev }) => rev)).toEqual([1, 2, 3]);
  expect(updates[1]?.fields?.['System.State']).toEqual({ oldValue: 'New', newValue: 'Active' });
  expect(revisions.map(({ fields }) => fields?.['System.BoardColumn'])).toEqual(['New', 'Active', 'Active']);
  expect(comments?.map(({ text }) => text)).toEqual(['Seen again.']);
});

test('it catches up by the revisions for reports, page by page, deleted ones too', async () => {
  const stage = await signedIn();
  const wit = await stage.api.getWorkItemTrackingApi();
  const ids = [await made(stage, 'One'), await made(stage, 'Two'), await made(stage, 'Three')];
  await stage.sandbox.people.discard(String(ids[0]));
  const page = async (token?: string) =>
    wit.readReportingRevisionsGet(
      stage.project,
      ['System.Title'],
      ['Bug'],
      token,
      undefined,
      true,
      true,
      undefined,
      true,
      undefined,
      undefined,
      2,
    );

  const first = await page();
  const last = await page(first.continuationToken);

  expect([first.isLastBatch, last.isLastBatch]).toEqual([false, true]);
  expect([...(first.values ?? []), ...(last.values ?? [])].map(({ id }) => id)).toEqual([
    ids[1],
    ids[2],
    ids[0],
  ]);
});

test('it puts a work item into the recycle bin and takes it out again', async () => {
  const stage = await signedIn();
  const wit = await stage.api.getWorkItemTrackingApi();
  const id = await made(stage, 'One');

  const deleted = await wit.deleteWorkItem(id, stage.project);
  const lost = await wit.getWorkItem(id);
  const binned = await wit.getDeletedWorkItem(id, stage.project);
  await wit.restoreWorkItem({ isDeleted: false }, id, stage.project);

  expect(deleted).toMatchObject({ id, type: 'Bug', code: 200 });
  expect(lost).toBeNull();
  expect(binned.deletedBy).toBe('Patchboard <patchboard@fabrikam.example>');
  expect((await wit.getWorkItem(id)).rev).toBe(3);
});
