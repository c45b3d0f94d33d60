import type { Card } from '../contracts/tracker.ts';
import { elsewhereIn, firstElsewhere } from '../core/sync/place.ts';
import type { Base, Drift } from '../core/sync/reconcile.ts';
import type { Conversation } from './create-card.ts';
import type { Visit } from './ports.ts';
import { labelsOfTarget } from './target-labels.ts';

/** Where a card is that is elsewhere, by the tracker's name: asked for when it is first seen there, and when it moved since. */
export async function namedElsewhere(talk: Conversation, visit: Visit, card: Card, base: Base): Promise<Drift> {
  const { env, session, configuration } = talk;
  const before = visit.link.drift;
  if (before?.kind === 'elsewhere' && card.state === base.state) {
    return { kind: before.kind, because: before.because };
  }
  const { targetSteps } = env.tracker(visit.connection.tracker);
  const step = firstElsewhere(card.place, configuration.target, targetSteps);
  const upTo = targetSteps.slice(0, step === null ? 0 : targetSteps.indexOf(step) + 1);
  const labels = await labelsOfTarget(session, upTo, card.place);
  return elsewhereIn(step === null ? null : { step: step.label, name: labels[step.id] ?? card.place[step.id] ?? '' });
}
