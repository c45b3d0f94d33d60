import { takeJob } from '../store/jobs.ts';
import { inTransaction } from '../store/open.ts';
import { steerBackfill } from './backfill.ts';
import type { Refused } from './connections.ts';
import { refuse } from './connections.ts';
import type { SyncEngine } from './engine.ts';
import { steerMove } from './move-cards.ts';

export type JobState = 'running' | 'paused' | 'cancelled';

/** A person's brakes. What is over stays as it is. */
export async function steerJob(engine: SyncEngine, id: string, state: JobState, perMinute?: number | null): Promise<{ readonly kind: 'steered' } | Refused> {
  return inTransaction(engine.options.store, async (tx) => {
    const job = await takeJob(tx, id);
    if (job === null) {
      return refuse(404, 'There is no such job.');
    }
    if (job.state === 'running' || job.state === 'paused') {
      await (job.kind === 'backfill' ? steerBackfill(tx, job, state, perMinute) : steerMove(tx, job, state));
    }
    return { kind: 'steered' };
  });
}
