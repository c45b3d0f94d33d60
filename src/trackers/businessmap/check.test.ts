import { expect, test } from 'vitest';
import type { CheckStep, CheckTarget } from '../../contracts/tracker.ts';
import type { Stage } from '../kit/stage.ts';
import { closeStagesAfterEach, setUp, writes } from './test-stage.ts';

closeStagesAfterEach();

async function stepsOf(stage: Stage, targets?: readonly CheckTarget[]): Promise<readonly CheckStep[]> {
  const { target, statusMapping } = stage.example;
  const steps: CheckStep[] = [];
  for await (const step of stage.session.check(
    targets ?? [{ name: 'Default', target, remoteStates: Object.values(statusMapping) }],
  )) {
    steps.push(step);
  }
  return steps;
}

const short = (steps: readonly CheckStep[]) => steps.map(({ name, outcome }) => `${outcome} ${name}`);

test('the checklist goes from the host to what cannot be proved', async () => {
  const stage = await setUp({ rateLimit: true });

  const steps = await stepsOf(stage);

  expect(short(steps)).toEqual([
    'ok Host',
    'ok API key',
    'ok Identity',
    'ok API quota',
    'ok Board of Default',
    'ok Workflow and lane of Default',
    'ok Columns of Default',
    'ok Custom fields of Default',
    'ok Tags of Default',
    'ok Webhooks',
    'unknown Create and move cards',
  ]);
  expect(steps[3]?.message).toBe('30 calls a minute, 600 an hour, 599 left in this hour.');
  expect(writes(stage)).toEqual([]);
});

test('a tag that is not there, and a value for a field that is not there, are told by name', async () => {
  const stage = await setUp();
  const { target } = stage.example;

  const steps = await stepsOf(stage, [{ name: 'Shop', target, remoteStates: [], fieldDefaults: { tags: 'No such tag', Nothing: 'x' } }]);

  expect(steps.find(({ name }) => name === 'Tags of Shop')).toMatchObject({ outcome: 'warning', message: 'There is no tag “No such tag”.' });
  expect(steps.find(({ name }) => name === 'Custom fields of Shop')).toMatchObject({ outcome: 'failed', message: 'The board has no custom field “Nothing”.' });
});

test('a key that is not accepted stops the check there, with the way to a new one', async () => {
  const stage = await setUp();
  stage.sandbox.misbehave({ kind: 'refuse-credentials' });

  const steps = await stepsOf(stage);

  expect(short(steps)).toEqual(['ok Host', 'failed API key']);
  expect(steps[1]?.hint).toContain('Generate a new one in BusinessMap (avatar → API)');
});

test.each([
  ['a sign-in page', 'sign-in-page', 'Something else than BusinessMap’s API'],
  ['a site that is down', 'outage', 'Look at the site URL'],
] as const)('%s is a matter of the host', async (_what, kind, hint) => {
  const stage = await setUp();
  stage.sandbox.misbehave({ kind, times: Number.POSITIVE_INFINITY });

  const steps = await stepsOf(stage);

  expect(short(steps)).toEqual(['failed Host']);
  expect(steps[0]?.hint).toMatch(new RegExp(`${hint}|${'Somebody else answered'}`, 'u'));
});

test('without a configuration the account alone is checked', async () => {
  expect(short(await stepsOf(await setUp(), []))).toEqual([
    'ok Host',
    'ok API key',
    'ok Identity',
    'unknown API quota',
    'ok Webhooks',
    'unknown Create and move cards',
  ]);
});

test('a target without a board is named, and the rest goes on', async () => {
  const stage = await setUp();

  const steps = await stepsOf(stage, [{ name: 'Broken', target: {}, remoteStates: [] }]);

  expect(short(steps).slice(4)).toEqual([
    'failed Board of Broken',
    'ok Webhooks',
    'unknown Create and move cards',
  ]);
});

test('what the board demands on each card is told', async () => {
  const stage = await setUp();
  const target = stage.example.otherTarget ?? {};

  const steps = await stepsOf(stage, [{ name: 'Mobile', target, remoteStates: ['310', '999'] }]);

  expect(steps.find(({ name }) => name === 'Custom fields of Mobile')?.message).toContain(
    'The board demands: Team.',
  );
  expect(steps.find(({ name }) => name === 'Columns of Mobile')).toMatchObject({
    outcome: 'failed',
    message: 'Mapped columns are gone: ids 999.',
  });
});

test('a key that may not list webhooks is told so, and the way by hand remains', async () => {
  const stage = await setUp();
  stage.sandbox.misbehave({
    ...{ kind: 'answer', status: 403, when: ({ path }) => path.includes('/webhooks') },
    ...{
      headers: { 'content-type': 'application/json' },
      body: '{"error":{"code":"A003","message":"No.","reference":"x"}}',
    },
  });

  const steps = await stepsOf(stage, []);

  expect(steps.find(({ name }) => name === 'Webhooks')).toMatchObject({
    outcome: 'warning',
    hint: expect.stringContaining('by hand'),
  });
});
