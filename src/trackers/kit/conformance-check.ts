import { expect, test } from 'vitest';
import type { CheckStep } from '../../contracts/tracker.ts';
import type { Conformance } from './conformance.ts';
import type { Mischief } from './sandbox.ts';

/** Check connection. */
export function promisesOfChecks({ stage }: Conformance): void {
  test('checking a connection writes nothing, and says what it cannot prove', async () => {
    const { session, sandbox, example, create, sent } = await stage();
    await create(1);
    const before = { cards: JSON.stringify(sandbox.cards()), sent: sent.length };

    const steps = await stepsOf(
      session.check([
        { name: 'Default', target: example.target, remoteStates: Object.values(example.statusMapping) },
      ]),
    );

    expect(steps.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(steps.some(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(JSON.stringify(sandbox.cards())).toBe(before.cards);
    expect(sent.slice(before.sent).every(({ purpose }) => purpose === 'read')).toBe(true);
  });

  const troubles: readonly Mischief[] = [
    { kind: 'outage' },
    { kind: 'sign-in-page' },
    { kind: 'refuse-credentials' },
    { kind: 'throttle', retryAfterSeconds: 1 },
    { kind: 'lose-request' },
    {
      kind: 'answer',
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '[{"unexpected":[null]}]',
    },
  ];
  test.each(troubles.map((trouble) => [trouble.kind, trouble] as const))(
    'checking a connection never throws, and fails visibly: %s',
    async (_kind, trouble) => {
      const { session, sandbox, example } = await stage();
      sandbox.misbehave({ ...trouble, times: Number.POSITIVE_INFINITY });

      const steps = await stepsOf(
        session.check([{ name: 'Default', target: example.target, remoteStates: [] }]),
      );

      const failed = steps.filter(({ outcome }) => outcome === 'failed');
      expect(failed.length).toBeGreaterThan(0);
      expect(failed.every(({ message }) => message.length > 10)).toBe(true);
    },
  );

  test('checking a connection names a place and a remote state that are gone', async () => {
    const { session, sandbox, example } = await stage();
    await sandbox.people.removeState(example.statusMapping.inProgress);

    const steps = await stepsOf(
      session.check([
        { name: 'Default', target: example.target, remoteStates: Object.values(example.statusMapping) },
      ]),
    );

    expect(steps.some(({ outcome }) => outcome === 'failed' || outcome === 'warning')).toBe(true);
  });
}

async function stepsOf(steps: AsyncIterable<CheckStep>): Promise<readonly CheckStep[]> {
  const all: CheckStep[] = [];
  for await (const step of steps) {
    all.push(step);
  }
  return all;
}
