import { expect, test } from 'vitest';
import type { ConfigurationFacts, Target } from '../../contracts/tracker.ts';
import { statuses } from '../../core/vocabulary.ts';
import type { Conformance } from './conformance.ts';
import { faultOf } from './stage.ts';
import type { Stage } from './stage.ts';

export function promisesOfDiscovery({ tracker, stage }: Conformance): void {
  test('the target pickers cascade: each step offers the example’s choice, given the earlier ones', async () => {
    const { session, example } = await stage();
    const chosen: Record<string, string> = {};

    for (const step of tracker.targetSteps) {
      const wanted = example.target[step.id];
      const options = await session.targetOptions(step.id, chosen);
      const values = options.map(({ value }) => value);
      const free = step.freeEntry === true && wanted !== undefined ? [wanted] : [];
      expect([...values, ...free]).toEqual(expect.arrayContaining(wanted === undefined ? [] : [wanted]));
      expect(options.filter(({ label }) => label === '')).toEqual([]);
      expect(new Set(values).size).toBe(values.length);
      chosen[step.id] = wanted ?? values[0] ?? '';
    }
  });

  test('a step that does not exist is refused', async () => {
    const { session } = await stage();

    expect((await faultOf(session.targetOptions('no-such-step', {}))).kind).toBe('rejected');
  });

  test('the remote states of a target come in board order, each once', async () => {
    const { session, sandbox, example } = await stage();

    const states = await session.remoteStates(example.target);

    const values = states.map(({ value }) => value);
    expect(values).toEqual(sandbox.board().map(({ state }) => state));
    expect(states.map(({ label }) => label)).toEqual(sandbox.board().map(({ label }) => label));
    expect(new Set(values).size).toBe(values.length);
    expect(values).toEqual(expect.arrayContaining(Object.values(example.statusMapping)));
    expect(values).toContain(example.unmappedState);
  });

  test('required fields are those that the example’s values fill', async () => {
    const { session, example } = await stage();

    const fields = await session.requiredFields(example.target);

    const asked = fields.filter((field) => field.onState === undefined && (field.default ?? null) === null);
    expect(Object.keys(example.fieldDefaults)).toEqual(expect.arrayContaining(asked.map(({ name }) => name)));
  });

  test('a configuration that fits has no problem', async () => {
    const now = await stage();

    expect(await now.session.validate(configurationOf(now))).toEqual([]);
  });

  test('a remote state that was removed is named, where it is used and how it was called', async () => {
    const now = await stage();
    const configuration = configurationOf(now);
    await now.sandbox.people.removeState(now.example.statusMapping.inProgress);

    const problems = await now.session.validate(configuration);

    expect(problems).toContainEqual(
      expect.objectContaining({ kind: 'blocking', path: 'statusMapping.inProgress' }),
    );
    const label =
      configuration.remoteStates.find(({ status }) => status === 'in_progress' || status === 'inProgress')
        ?.label ?? '';
    expect(problems.find(({ path }) => path === 'statusMapping.inProgress')?.message).toContain(label);
  });

  test('a place that does not exist is a problem of the target, or a fault that names it', async () => {
    const now = await stage();
    const last = tracker.targetSteps.filter(({ optional }) => optional !== true).at(-1)?.id ?? '';
    const target: Target = { ...now.example.target, [last]: '987654321' };

    const outcome = await now.session.validate({ ...configurationOf(now), target }).then(
      (problems) => problems.map(({ path }) => path),
      (fault: { detail?: { fields?: { name: string }[] }; kind?: string }) =>
        fault.detail?.fields?.map(({ name }) => name) ?? [fault.kind],
    );

    expect(
      outcome.filter(
        (path) => path?.startsWith('target.') === true || path === 'gone' || path === 'rejected',
      ),
    ).not.toEqual([]);
  });

  test('severity choices of a target are named and distinct', async () => {
    const { session, example } = await stage();
    const choices = (await session.severityChoices?.(example.target)) ?? tracker.severityChoices;

    expect(choices.length).toBeGreaterThan(0);
    expect(new Set(choices.map(({ value }) => value)).size).toBe(choices.length);
    expect(choices.every(({ label }) => label !== '')).toBe(true);
  });
}

function configurationOf({ sandbox, example, tracker }: Stage): ConfigurationFacts {
  const labels = new Map(sandbox.board().map(({ state, label }) => [state, label]));
  const remoteStates = Object.entries(example.statusMapping).map(([status, value]) => ({
    status,
    value,
    label: labels.get(value) ?? null,
  }));
  expect(remoteStates).toHaveLength(statuses.length);
  const { target, fieldDefaults } = example;
  return { target, fieldDefaults, remoteStates, severityMapping: tracker.defaultSeverityMapping };
}
