import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultClass } from './faults.ts';
import type { Plan } from './world.ts';

interface Kept {
  readonly seed: number;
  readonly without?: readonly FaultClass[];
  readonly stormMs?: number;
  readonly found: string;
}

export interface Regression {
  readonly plan: Plan;
  /** The bug of the engine that this seed showed. */
  readonly found: string;
}

/** Seeds that once failed; they run before all others. Grows, and never shrinks. */
export const regressions: readonly Regression[] = (
  JSON.parse(readFileSync(join(import.meta.dirname, 'regressions.json'), 'utf8')) as readonly Kept[]
).map(({ seed, without, stormMs, found }) => ({
  plan: { seed, ...(without === undefined ? {} : { without: new Set(without) }), ...(stormMs === undefined ? {} : { stormMs }) },
  found,
}));
