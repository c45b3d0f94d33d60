import { describe, expect, test } from 'vitest';
import type { ServiceNowSandboxOptions } from './sandbox.ts';
import { draftFor, signIn, soon } from './signed-in.ts';

const incident = { table: 'incident' };
const labels = ['New', 'In Progress', 'On Hold', 'Awaiting Evidence', 'Resolved', 'Closed', 'Canceled'];
const severityMapping = { critical: '1/1', high: '1/2', medium: '2/2', low: '3/2', informational: null };

describe('the states of a table', () => {
  test('are those of the form, without inactive ones and without “none”', async () => {
    await using house = await signIn();
    await house.sandbox.people.removeState('4');

    const states = await house.session.remoteStates(incident);

    expect(states.map(({ label }) => label)).toEqual(labels.filter((label) => label !== 'Awaiting Evidence'));
    expect(states.every(({ value }) => typeof value === 'string')).toBe(true);
  });

  test('come from the choice list where the form is out of reach: the table’s own, in one language', async () => {
    await using house = await signIn({ role: 'admin' });
    house.sandbox.instance.metaAllowed = false;

    const states = await house.session.remoteStates(incident);

    expect(new Set(states.map(({ label }) => label))).toEqual(new Set(labels));
    expect(states).toHaveLength(labels.length);
  });

  test('come from the records where the choice list is closed, with what ServiceNow ships beside them', async () => {
    await using house = await signIn({ role: 'itil' });
    house.sandbox.instance.metaAllowed = false;
    const card = await house.session.create(draftFor(house), soon);
    await house.sandbox.people.move(card.ref, '4');

    const states = await house.session.remoteStates(incident);

    expect(states.find(({ value }) => value === '4')).toEqual({ value: '4', label: 'Awaiting Evidence' });
    expect(states.find(({ value }) => value === '6')).toMatchObject({
      label: 'Resolved',
      description: expect.stringContaining('ships'),
    });
  });

  test('are what ServiceNow ships where nothing can be read', async () => {
    await using house = await signIn({ role: 'none' });
    house.sandbox.instance.metaAllowed = false;

    const states = await house.session.remoteStates({ table: 'u_security_task' });

    expect(states.map(({ value }) => value).sort()).toEqual(['-5', '1', '2', '3', '4', '7']);
  });

  test('name the fields that they ask for, with live choices', async () => {
    await using house = await signIn();

    const states = await house.session.remoteStates(incident);

    const [code, notes] = states.find(({ value }) => value === '6')?.requiredFields ?? [];
    expect(code).toMatchObject({
      name: 'close_code',
      label: 'Resolution code',
      type: 'choice',
      onState: '6',
      default: 'Solution provided',
    });
    expect(code?.choices?.map(({ value }) => value)).toContain('Known error');
    expect(notes?.name).toBe('close_notes');
    expect(states.find(({ value }) => value === '2')?.requiredFields).toBeUndefined();
  });
});

test('a table without states of its own has those of its nearest parent', async () => {
  await using house = await signIn({ role: 'admin' });
  const { instance } = house.sandbox;
  const { incident: parent } = instance.shelf.tables;
  const { state } = parent?.columns ?? {};
  if (parent === undefined || state === undefined) {
    throw new Error('There are incidents.');
  }
  instance.metaAllowed = false;
  instance.shelf.tables['u_security_incident'] = { ...parent, name: 'u_security_incident', parent: 'incident', columns: { ...parent.columns, state: { ...state, choices: undefined } } };

  const states = await house.session.remoteStates({ table: 'u_security_incident' });

  expect(states.map(({ label }) => label)).toEqual(expect.arrayContaining(['New', 'On Hold', 'Resolved']));
  expect(states.map(({ label }) => label)).not.toContain('Closed Complete');
});

describe('the tables to choose from', () => {
  const known = [
    ['admin', true],
    ['itil', true],
    ['read', true],
    ['none', false],
  ] as const satisfies readonly (readonly [ServiceNowSandboxOptions['role'], boolean])[];

  test.each(known)(
    'start with the three that people expect, for a user with the role %s',
    async (role, custom) => {
      await using house = await signIn({ role });

      const tables = await house.session.targetOptions('table', {});

      expect(tables.slice(0, 3).map(({ label }) => label)).toEqual(['Incident', 'Problem', 'Change Request']);
      expect(tables.some(({ value }) => value === 'u_security_task')).toBe(custom);
      expect(tables.some(({ value }) => value === 'sys_user' || value === 'u_note')).toBe(false);
    },
  );
});

describe('severities', () => {
  test('show the priority that the instance will compute', async () => {
    await using house = await signIn({ role: 'admin' });

    const choices = await house.session.severityChoices?.(incident);

    expect(choices?.find(({ value }) => value === '1/2')).toEqual({
      value: '1/2',
      label: 'Impact 1 - High, urgency 2 - Medium → priority 2 - High',
      description: 'Computed by this instance’s Priority Lookup Rules.',
    });
  });

  test('say that we write the priority where no rule applies', async () => {
    await using house = await signIn();

    const choices = await house.session.severityChoices?.({ table: 'u_security_task' });

    expect(choices?.every(({ description }) => description?.includes('Patchboard writes'))).toBe(true);
  });
});

describe('a configuration', () => {
  const facts = (more: object = {}) => ({
    target: incident,
    remoteStates: [
      { value: '1', label: 'New', status: 'identified' },
      { value: '6', label: 'Resolved', status: 'fixed' },
    ],
    severityMapping,
    fieldDefaults: { close_code: 'Solution provided' },
    ...more,
  });

  test('that fits has no problem', async () => {
    await using house = await signIn();

    expect(await house.session.validate(facts())).toEqual([]);
  });

  test.each([
    [
      'a state that is gone',
      { remoteStates: [{ value: '42', label: 'Triage', status: 'identified' }] },
      'blocking',
      'statusMapping.identified',
    ],
    ['a resolution without a code', { fieldDefaults: {} }, 'warning', 'fieldDefaults.close_code'],
    [
      'a code of an older release',
      { fieldDefaults: { close_code: 'Solved (Permanently)' } },
      'blocking',
      'fieldDefaults.close_code',
    ],
    [
      'severities upside down',
      { severityMapping: { ...severityMapping, critical: '3/3' } },
      'warning',
      'severityMapping.high',
    ],
  ] as const)('with %s is told so', async (_name, more, kind, path) => {
    await using house = await signIn();

    const problems = await house.session.validate(facts(more));

    expect(problems.map((problem) => [problem.kind, problem.path])).toContainEqual([kind, path]);
  });

  test('on a table that does not exist is told so, whatever the user may read', async () => {
    await using house = await signIn({ role: 'read' });

    const problems = await house.session.validate(facts({ target: { table: 'u_incidnet' } }));

    expect(problems).toMatchObject([{ kind: 'blocking', path: 'target.table', message: 'ServiceNow has no table “u_incidnet”.' }]);
  });

  test('on a table that demands a caller is told which field', async () => {
    await using house = await signIn();
    const column = house.sandbox.instance.shelf.tables['incident']?.columns['caller_id'];
    if (column !== undefined) {
      column.mandatory = true;
    }

    const problems = await house.session.validate(facts());

    expect(problems.map(({ kind, path }) => [kind, path])).toEqual([['blocking', 'fieldDefaults.caller_id']]);
    expect((await house.session.requiredFields(incident))[0]).toMatchObject({
      name: 'caller_id',
      label: 'Caller',
    });
  });
});
