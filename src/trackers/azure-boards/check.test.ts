import { describe, expect, test } from 'vitest';
import type { CheckStep, ConfigurationFacts } from '../../contracts/tracker.ts';
import tracker from './index.ts';
import { oauth } from './oauth.ts';
import type { AzureStage } from './test-stage.ts';
import { logIn, openSignIn, openStage } from './test-stage.ts';

async function check({ session, example }: AzureStage): Promise<readonly CheckStep[]> {
  const steps: CheckStep[] = [];
  for await (const step of session.check([{ name: 'Default', target: example.target, remoteStates: Object.values(example.statusMapping) }])) {
    steps.push(step);
  }
  return steps;
}

const step = (steps: readonly CheckStep[], name: string) => steps.find((one) => one.name.startsWith(name));

function facts({ example, sandbox }: AzureStage, more: Partial<ConfigurationFacts> = {}): ConfigurationFacts {
  const labels = new Map(sandbox.board().map(({ state, label }) => [state, label]));
  const remoteStates = Object.entries(example.statusMapping).map(([status, value]) => ({ status, value, label: labels.get(value) ?? null }));
  const { target, fieldDefaults } = example;
  return { target, fieldDefaults, remoteStates, severityMapping: tracker.defaultSeverityMapping, ...more };
}

describe('Check connection', () => {
  test('tells organization, identity, clock, place, right to create and hooks, line by line', async () => {
    await using stage = await openStage();

    const steps = await check(stage);

    expect(steps.map(({ name }) => name)).toEqual(['Organization', 'Identity', 'Clock', 'Project, team, board and type of Default', 'Type on the board of Default', 'Columns of Default', 'Create Bug for Default', 'Service hooks', 'Change work items']);
    expect(step(steps, 'Identity')?.message).toContain('Patchboard');
    expect(step(steps, 'Change')?.outcome).toBe('unknown');
    expect(stage.sandbox.cards()).toEqual([]);
  });

  test('a token that may only read fails at the draft, before any card does', async () => {
    await using stage = await openStage();
    stage.azure.organization.rights.scopes.delete('work_write');

    const create = step(await check(stage), 'Create');

    expect(create?.outcome).toBe('failed');
    expect(create?.hint).toContain('scopes');
  });

  test('who is not let in is told that, and nothing else is asked', async () => {
    await using stage = await openStage();
    stage.azure.pat.state = 'expired';

    const steps = await check(stage);

    expect(steps.map(({ name, outcome }) => [name, outcome])).toEqual([['Organization', 'failed']]);
    expect(steps[0]?.hint).toContain('new token');
  });

  test.each([
    ['a person’s sign-in', 'entra', ['Organization: failed', 'Organizations: ok']],
    ['an app of its own', 'service-principal', ['Organization: failed']],
  ] as const)('an organization that is misspelt is answered with those that one may see, where one may ask: %s', async (_name, signIn, expected) => {
    await using house = await openSignIn({ signIn });
    const { settings, credentials, http, environment, now } = house.request;
    const { accessToken } = signIn === 'entra' ? await logIn(house.request) : await oauth.refresh({ ...house.request, refreshToken: null });
    const wrong = { ...settings, organization: 'fabrikan' };
    const session = tracker.open({ settings: wrong, credentials, http, environment, now, onPace: () => {}, accessToken: async () => accessToken });

    const steps: CheckStep[] = [];
    for await (const one of session.check([])) {
      steps.push(one);
    }

    expect(steps.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual(expected);
    const told = steps.slice(1).map(({ message, hint }) => `${message} ${hint ?? ''}`);
    expect(told.every((words) => words.includes(`may see: ${String(settings['organization'])}.`) && words.includes('“fabrikan” is not among them'))).toBe(true);
  });

  test('a process that demands fields does not fail the check, and is told', async () => {
    await using stage = await openStage({ example: 'inherited' });

    const create = step(await check(stage), 'Create');

    expect(create?.outcome).toBe('ok');
    expect(create?.message).toContain('Custom.ProductLine');
  });
});

describe('a configuration is refused where', () => {
  const problems = async (stage: AzureStage, more: Partial<ConfigurationFacts> = {}) =>
    (await stage.session.validate(facts(stage, more))).map(({ kind, path }) => [kind, path]);

  test('its project, team, board or lane is gone', async () => {
    await using stage = await openStage();
    const gone = '00000000-0000-4000-a000-000000000000';

    for (const name of ['project', 'team', 'board', 'lane']) {
      expect(await problems(stage, { target: { ...stage.example.target, [name]: gone } })).toContainEqual(['blocking', `target.${name}`]);
    }
  });

  test('the board is broken', async () => {
    await using stage = await openStage();
    Object.assign(stage.azure.organization.projects[0]?.teams[0]?.boards[0] ?? {}, { isValid: false });

    expect(await problems(stage)).toContainEqual(['blocking', 'target.board']);
  });

  test('a required field has no value, or one that the process does not take', async () => {
    await using stage = await openStage({ example: 'inherited' });

    expect(await problems(stage, { fieldDefaults: {} })).toEqual([['blocking', 'fieldDefaults.Custom.ProductLine']]);
    expect(await problems(stage, { fieldDefaults: { 'Custom.ProductLine': 'Spoons' } })).toEqual([['blocking', 'fieldDefaults.Custom.ProductLine']]);
    expect(await stage.session.requiredFields(stage.example.target)).toMatchObject([
      { name: 'Custom.ProductLine', label: 'Product Line', type: 'choice', choices: [{ value: 'Accounts' }, { value: 'Cards' }, { value: 'Loans' }] },
    ]);
  });

  test('the process has no way into a mapped state', async () => {
    await using stage = await openStage({ example: 'inherited' });
    const bug = stage.azure.organization.projects.find(({ name }) => name === 'Vault')?.process.types.find(({ name }) => name === 'Bug');
    Object.assign(bug ?? {}, { transitions: { New: ['Active'], Active: ['New'], 'In Review': ['Resolved'], Resolved: ['Closed'], Closed: [] } });

    expect(await problems(stage)).toContainEqual(['blocking', 'statusMapping.fixed']);
  });

  test('a severity is mapped to a priority that the field does not take', async () => {
    await using stage = await openStage();

    expect(await problems(stage, { severityMapping: { ...tracker.defaultSeverityMapping, low: '9' } })).toEqual([['blocking', 'severityMapping.low']]);
  });

  test('and it is only warned of a type that the board does not show', async () => {
    await using stage = await openStage();
    const target = { ...stage.example.target, workItemType: 'Task' };
    const states = await stage.session.remoteStates(target);
    const remoteStates = states.slice(0, 1).map(({ value, label }) => ({ status: 'identified', value, label }));

    expect(await problems(stage, { target, remoteStates })).toEqual([['warning', 'target.workItemType']]);
  });
});

describe('the pickers', () => {
  test('a team that was never finished has no board, and a project may be used by states alone', async () => {
    await using stage = await openStage({ example: 'scrum' });
    const { project = '' } = stage.example.target;
    const teams = await stage.session.targetOptions('team', { project });
    const team = teams.find(({ label }) => label === 'Newcomers')?.value ?? '';

    expect(await stage.session.targetOptions('board', { project, team })).toEqual([]);
    const states = await stage.session.remoteStates({ project, team, workItemType: 'Product Backlog Item' });
    expect(states.map(({ value, category }) => [value, category])).toEqual([['New', 'waiting'], ['Approved', 'waiting'], ['Committed', 'in_progress'], ['Done', 'done'], ['Removed', 'removed']]);
  });

  test('types that nobody makes by hand are left out, and those off the board say so', async () => {
    await using stage = await openStage();

    const types = await stage.session.targetOptions('workItemType', stage.example.target);

    expect(types.map(({ label }) => label)).not.toContain('Code Review Request');
    expect(types[0]?.description).toBeUndefined();
    expect(types.find(({ label }) => label === 'Task')?.description).toContain('Not on this board');
  });
});
