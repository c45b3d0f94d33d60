import type { Engine } from './bugs/load.ts';
import type { FaultClass } from './faults.ts';
import type { Plan } from './world.ts';

export interface Smallest {
  readonly plan: Plan;
  readonly runs: number;
}

/**
 * The same violation with less: first without each class of faults and people that it does not need, then with a storm as
 * short as it can be. Leaving a class out changes what the seed draws afterwards, so each step is tried, not reasoned.
 */
export async function minimise(engine: Engine, plan: Plan, invariant: string): Promise<Smallest> {
  let runs = 0;
  const stillBreaks = async (smaller: Plan) => {
    runs += 1;
    const { violation } = await engine.runSeed({ ...smaller, tracing: false });
    return violation !== null && invariantOf(violation) === invariant;
  };
  const first = await engine.runSeed({ ...plan, tracing: false });
  let smallest: Plan = { ...plan, stormMs: first.stormMs };
  for (let dropped = true; dropped; ) {
    dropped = false;
    for (const name of first.swarm.keys()) {
      const without = new Set<FaultClass>([...(smallest.without ?? []), name]);
      if (!(smallest.without?.has(name) ?? false) && (await stillBreaks({ ...smallest, without }))) {
        smallest = { ...smallest, without };
        dropped = true;
      }
    }
  }
  for (const share of [0.5, 0.75, 0.9]) {
    for (let tries = 0; tries < 12; tries += 1) {
      const shorter = { ...smallest, stormMs: Math.round((smallest.stormMs ?? first.stormMs) * share) };
      if (!(await stillBreaks(shorter))) {
        break;
      }
      smallest = shorter;
    }
  }
  return { plan: smallest, runs };
}

export function invariantOf(violation: Error): string {
  return 'invariant' in violation ? String(violation.invariant) : violation.name;
}
