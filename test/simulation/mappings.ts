import { mappingProblems } from '../../src/core/mapping/check-mapping.ts';
import type { StatusMapping } from '../../src/core/mapping/status-mapping.ts';
import type { Status } from '../../src/core/vocabulary.ts';
import type { Random } from './random.ts';
import { states } from './tracker.ts';

const optional: readonly Status[] = ['in_progress', 'awaiting_validation', 'risk_accepted', 'false_positive', 'fixed'];

/** A mapping as a person may save it: often plain, sometimes with gaps and with states that stand for several statuses. */
export function randomMapping(random: Random): StatusMapping {
  if (random.chance(0.5)) {
    return { identified: 'todo', in_progress: 'doing', awaiting_validation: 'review', risk_accepted: 'risk', false_positive: 'elsewhere', fixed: 'done' };
  }
  for (;;) {
    const mapping: { identified: string } & Partial<Record<Status, string>> = { identified: random.pick(['todo', 'new']) };
    for (const status of optional) {
      if (random.chance(0.75)) {
        mapping[status] = random.pick(states);
      }
    }
    if (mappingProblems(mapping, states).length === 0) {
      return mapping;
    }
  }
}
