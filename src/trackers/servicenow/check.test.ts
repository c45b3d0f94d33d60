import { expect, test } from 'vitest';
import type { CheckStep } from '../../contracts/tracker.ts';
import type { SignedIn } from './signed-in.ts';
import { draftFor, signIn, soon } from './signed-in.ts';

async function check(
  { session }: SignedIn,
  remoteStates: readonly string[] = ['1', '6'],
  table = 'incident',
): Promise<readonly CheckStep[]> {
  const steps: CheckStep[] = [];
  for await (const step of session.check([{ name: 'Default', target: { table }, remoteStates }])) {
    steps.push(step);
  }
  return steps;
}
const outcomes = (steps: readonly CheckStep[]) =>
  Object.fromEntries(steps.map(({ name, outcome }) => [name, outcome]));

test('a good connection passes each rung, and says what cannot be proved without writing', async () => {
  await using house = await signIn();

  expect(outcomes(await check(house))).toEqual({
    'Instance is awake': 'ok',
    Login: 'ok',
    'Who we are': 'ok',
    'Table of Default': 'ok',
    'Fields of Default': 'ok',
    'Mandatory fields of Default': 'ok',
    'States of Default': 'ok',
    'Create and update records': 'unknown',
  });
  expect(
    house.sandbox.requests
      .filter(({ path }) => path.startsWith('/api/'))
      .every(({ method }) => method === 'GET'),
  ).toBe(true);
});

test('a hibernating instance is told apart from a wrong address', async () => {
  await using house = await signIn();
  house.sandbox.misbehave({ kind: 'outage' });
  const asleep = await check(house);
  house.sandbox.misbehave({ kind: 'sign-in-page' });
  const page = await check(house);

  expect(asleep).toEqual([
    expect.objectContaining({ outcome: 'failed', message: 'The instance is hibernating.' }),
  ]);
  expect(page[0]?.hint).toContain('single sign-on');
});

test('a revoked login ends the ladder with the way back', async () => {
  await using house = await signIn();
  house.sandbox.logins.revokeAll();

  const steps = await check(house);

  expect(outcomes(steps)).toEqual({ 'Instance is awake': 'ok', Login: 'failed' });
  expect(steps[1]?.hint).toContain('Log in with ServiceNow again');
});

test('records that are counted and not shown mean a missing role', async () => {
  await using house = await signIn();
  await house.session.create(draftFor(house), soon);
  house.sandbox.instance.role = 'none';

  const step = (await check(house)).find(({ name }) => name === 'Table of Default');

  expect(step).toMatchObject({ outcome: 'failed', message: expect.stringContaining('shows none') });
});

test('a table that is not there is named', async () => {
  await using house = await signIn();

  const steps = await check(house, [], 'u_nowhere');

  expect(steps.find(({ name }) => name === 'Table of Default')).toMatchObject({
    outcome: 'failed',
    message: 'Invalid table u_nowhere',
  });
});

test('a read-only field, a mandatory field and a state that is gone each have their rung', async () => {
  await using house = await signIn();
  const columns = house.sandbox.instance.shelf.tables['incident']?.columns ?? {};
  Object.assign(columns['impact'] ?? {}, { readOnly: true });
  Object.assign(columns['caller_id'] ?? {}, { mandatory: true });
  await house.sandbox.people.removeState('6');

  expect(outcomes(await check(house))).toMatchObject({
    'Fields of Default': 'failed',
    'Mandatory fields of Default': 'warning',
    'States of Default': 'failed',
  });
});

test('a problem table is passed with a warning about its state model', async () => {
  await using house = await signIn({ table: 'problem' });

  const steps = await check(house, ['101'], 'problem');

  expect(steps.find(({ name }) => name === 'Fields of Default')).toMatchObject({
    outcome: 'warning',
    message: expect.stringContaining('state model'),
  });
});
