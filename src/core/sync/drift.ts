import { agrees } from '../mapping/status-mapping.ts';
import type { Base, Drift, Ours, Rules, Theirs } from './reconcile.ts';
import { standingDrift } from './reconcile.ts';

/**
 * A difference that was shown stays shown until one of the sides moves: a visit that finds nothing new forgets nothing. A card
 * that is restored, or moved back, shows what stood behind that.
 */
export function lastingDrift(before: Drift | null, base: Base, ours: Ours, theirs: Theirs, rules: Rules): Drift | null {
  if (before === null || ours.status !== base.status || theirs.state !== base.state) {
    return null;
  }
  if (before.kind === 'mapping') {
    return agrees(rules.mapping, ours.status, theirs.state) ? null : before;
  }
  const over = before.kind === 'elsewhere' || (before.kind === 'discarded' && theirs.presence !== 'discarded');
  return over ? standingDrift(ours, theirs, rules) : before;
}
