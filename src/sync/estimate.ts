import { backfillPace } from '../core/sync/backfill-pace.ts';
import type { BackfillPace } from '../core/sync/backfill-pace.ts';
import { measuredPace } from '../store/backfill.ts';
import type { SyncEngine } from './engine.ts';

const minuteMs = 60_000;

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
  const { calls, bulkMax, pace: starting } = engine.tracker(tracker).traits;
  return backfillPace({
    cards,
    callsPerCard: pace.calls_per_card,
    // At a slow pace half of a look grows old before it is used (see look-ahead.ts).
    look: { calls: calls.find, cards: bulkMax === undefined ? 1 : bulkMax / 2 },
    watching: (calls.changes * minuteMs) / engine.options.pollMs,
    learnedPerSecond: pace.per_second,
    stated: { perMinute: starting.callsPerMinute, perHour: starting.callsPerHour },
    perMinute,
  });
}
