import { expect, test } from 'vitest';
import { faultOf } from '../kit/stage.ts';
import { closeStagesAfterEach, setUp } from './test-stage.ts';

closeStagesAfterEach();

const labels = (choices: readonly { label: string }[]) => choices.map(({ label }) => label);

test('archived workspaces and boards are not offered, and boards only of the chosen workspace', async () => {
  const { session } = await setUp();

  expect(labels(await session.targetOptions('workspace', {}))).toEqual(['Product', 'Platform']);
  expect(labels(await session.targetOptions('board', { workspace: '1' }))).toEqual([
    'Web shop',
    'Mobile app',
  ]);
  expect(labels(await session.targetOptions('board', { workspace: '2' }))).toEqual(['Infrastructure']);
});

test('boards of other workspaces are not offered though the filter is ignored', async () => {
  const { session, sandbox } = await setUp();
  sandbox.misbehave({ kind: 'ignore-filters' });

  expect(labels(await session.targetOptions('board', { workspace: '1' }))).toEqual([
    'Web shop',
    'Mobile app',
  ]);
});

test('workflows for cards come before those for initiatives, and those turned off not at all', async () => {
  const { session } = await setUp();

  expect(labels(await session.targetOptions('workflow', { board: '10' }))).toEqual([
    'Development',
    'Initiatives',
  ]);
});

test('lanes come in board order, of the chosen workflow alone', async () => {
  const { session } = await setUp();

  expect(labels(await session.targetOptions('lane', { board: '10', workflow: '100' }))).toEqual([
    'Security',
    'Features',
  ]);
  expect(await session.targetOptions('lane', { board: '10', workflow: '101' })).toEqual([]);
});

test('a step that needs an earlier one says which', async () => {
  const { session } = await setUp();

  const fault = await faultOf(session.targetOptions('lane', { board: '10' }));

  expect(fault).toMatchObject({ kind: 'rejected', detail: { fields: [{ name: 'target.workflow' }] } });
});

test('columns come in board order, sub-columns under their parent’s name', async () => {
  const { session, example } = await setUp();

  expect(labels(await session.remoteStates(example.target))).toEqual([
    'Backlog',
    'Ready',
    'In progress / Doing',
    'In progress / Review',
    'Testing',
    'Done',
    'Accepted risk',
    'Not a bug',
    'Ready to archive',
  ]);
});

test('an answer to a change that is an object, not a list, is read as well', async () => {
  const { create, update, sandbox } = await setUp();
  const card = await create(1);
  const wire = { ...sandbox.cards()[0]?.fields, column_id: 303, revision: 2 };
  const headers = { 'content-type': 'application/json' };
  sandbox.misbehave({
    kind: 'answer',
    status: 200,
    headers,
    body: JSON.stringify({ data: wire }),
    when: ({ method }) => method === 'PATCH',
  });

  expect(await update(card, { state: '303' })).toMatchObject({ ref: card.ref, state: '303', order: 2 });
});
