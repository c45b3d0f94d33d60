import { backfillPace } from '../core/sync/backfill-pace.ts';
import type { BackfillPace } from '../core/sync/backfill-pace.ts';
import { measuredPace } from '../store/backfill.ts';
import type { SyncEngine } from './engine.ts';

interface Work {
  readonly connectionId: string;
  readonly tracker: string;
  readonly cards: number;
  /** As the person wishes. */
  readonly perMinute: number | null;
}

/** How long so many cards would take on this connection; null where it is gone. Asks the tracker nothing. */
export async function estimate(engine: SyncEngine, { connectionId, tracker, cards, perMinute }: Work): Promise<BackfillPace | null> {
  const pace = await measuredPace(engine.options.store.db, connectionId);
  if (pace === null) {
    return null;
  }
  const { callsPerMinute, callsPerHour } = engine.tracker(tracker).traits.pace;
  return backfillPace({ cards, callsPerCard: pace.calls_per_card, learnedPerSecond: pace.per_second, stated: { perMinute: callsPerMinute, perHour: callsPerHour }, perMinute });
}
