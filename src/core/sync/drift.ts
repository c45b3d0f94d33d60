import type { Base, Drift, Ours, Rules, Theirs } from './reconcile.ts';
import { standingDrift } from './reconcile.ts';

/**
 * A difference that was shown stays shown until one of the sides moves: a visit that finds nothing new forgets nothing. A card
 * that is restored shows what stood behind its being discarded.
 */
export function lastingDrift(before: Drift | null, base: Base, ours: Ours, theirs: Theirs, rules: Rules): Drift | null {
  if (before === null || ours.status !== base.status || theirs.state !== base.state) {
    return null;
  }
  return before.kind === 'discarded' && theirs.presence !== 'discarded' ? standingDrift(ours, theirs, rules) : before;
}
