import { expect, test } from 'vitest';
import { runAll, seedsBetween } from './campaign.ts';
import { minimise } from './minimise.ts';
import { regressions } from './regressions.ts';
import { missedEvents } from './sometimes.ts';
import { runSeed } from './world.ts';

/** `npm run sim` runs many more. */
const seeds = 300;

test('the sync engine keeps its promises in the storms that once broke it, and in 300 others', async () => {
  const before = await runAll({ runSeed }, regressions.map((one) => one.plan));
  const sum = await runAll({ runSeed }, seedsBetween(1, seeds), { sum: before });

  expect(sum.failed.map(({ plan, violation }) => `seed ${plan.seed}: ${violation.message}`)).toEqual([]);
  expect(missedEvents(sum)).toEqual([]);
}, 600_000);

test('a seed tells the same story each time', async () => {
  const [once, again] = [await runSeed({ seed: 7, tracing: true }), await runSeed({ seed: 7, tracing: true })];

  expect(again.trace).toEqual(once.trace);
  expect(again.calls).toEqual(once.calls);
}, 300_000);

test('a seed is made smaller as long as it still breaks', async () => {
  const broken = {
    runSeed: async (plan: Parameters<typeof runSeed>[0]) => {
      const outcome = await runSeed({ ...plan, stormMs: Math.min(plan.stormMs ?? 60_000, 60_000) });
      const breaks = outcome.swarm.has('crash') && (plan.stormMs ?? 60_000) > 20_000;
      return { ...outcome, violation: breaks ? new Error('It crashed.') : null };
    },
  };
  const seed = await firstWith('crash');

  const { plan } = await minimise(broken, { seed, stormMs: 60_000 }, 'Error');

  const left = await runSeed({ ...plan, stormMs: 1 });
  expect([...left.swarm.keys()]).toEqual(['crash']);
  expect(plan.stormMs).toBeLessThan(30_000);
}, 300_000);

async function firstWith(fault: 'crash'): Promise<number> {
  for (let seed = 1; ; seed += 1) {
    if ((await runSeed({ seed, stormMs: 1 })).swarm.has(fault)) {
      return seed;
    }
  }
}
