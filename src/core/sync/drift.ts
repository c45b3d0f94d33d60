import type { Base, Drift, Ours, Theirs } from './reconcile.ts';

/** A difference that was shown stays shown until one of the sides moves: a visit that finds nothing new forgets nothing. */
export function lastingDrift(
  before: Drift | null,
  base: Base,
  ours: Pick<Ours, 'status'>,
  theirs: Pick<Theirs, 'state' | 'presence'>,
): Drift | null {
  if (before === null || ours.status !== base.status || theirs.state !== base.state) {
    return null;
  }
  return before.kind === 'discarded' && theirs.presence !== 'discarded' ? null : before;
}
