import type { Session, Target, TargetStep } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';

/**
 * The tracker's names of what a target names by id, for people. What the tracker does not list, or will not say now, is left out:
 * nothing hangs on a name.
 */
export async function labelsOfTarget(session: Pick<Session, 'targetOptions'>, steps: readonly TargetStep[], target: Target): Promise<Readonly<Record<string, string>>> {
  const labels: Record<string, string> = {};
  const chosen: Record<string, string> = {};
  for (const { id } of steps) {
    const value = target[id];
    if (value === undefined) {
      continue;
    }
    try {
      const options = await session.targetOptions(id, chosen);
      const label = options.find((option) => option.value === value)?.label;
      if (label !== undefined) {
        labels[id] = label;
      }
    } catch (fault) {
      if (!(fault instanceof TrackerFault)) {
        throw fault;
      }
      return labels;
    }
    chosen[id] = value;
  }
  return labels;
}
