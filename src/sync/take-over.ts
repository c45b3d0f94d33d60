import type { Claimed } from '../store/ownership.ts';
import { claimOwnership, selectOwnership, takeOver, watchTimeline } from '../store/ownership.ts';
import type { WorkKind } from '../store/work-loop.ts';
import type { SyncEngine } from './engine.ts';

/** How often the server's timeline is looked at: a failover that is seen late is seen before a search has caught up. */
const watchEveryMs = 20_000;
const watchLeaseMs = 30_000;
/** A server that keeps its log to itself, or is a standby just now, is asked less often. */
const silentEveryMs = 10 * 60_000;

export interface Ownership {
  readonly writesToTrackers: boolean;
  /** Why not, and what to do; null: it does. */
  readonly because: string | null;
  readonly epoch: number;
  readonly takenOverAt: string | null;
}

const copyWords =
  'This database is a copy of another installation’s. To keep two of them from writing to the same cards, this one only reads. If the other is gone for good, or is not to write any more, take over.';

/** Whether this deployment may write to trackers. Asked before each act that changes anything there, outside a link's visit. */
export async function mayWrite({ options }: SyncEngine): Promise<boolean> {
  return (await selectOwnership(options.store.db, options.deployment().id)).writes;
}

export async function ownershipOf({ options }: SyncEngine): Promise<Ownership> {
  const row = await selectOwnership(options.store.db, options.deployment().id);
  return {
    writesToTrackers: row.writes,
    because: row.writes ? null : copyWords,
    epoch: Number(row.epoch),
    takenOverAt: row.taken_over_at?.toISOString() ?? null,
  };
}

/** False: it was ours already. */
export async function takeOverSync({ options }: SyncEngine): Promise<boolean> {
  const { store, deployment, quarantineMs, log } = options;
  const taken = await takeOver(store, { deployment: deployment(), quarantineMs });
  log('synchronization taken over', { changed: taken });
  return taken;
}

/** At the start of a process. */
export async function claimSync({ options }: SyncEngine): Promise<Claimed> {
  const { store, deployment, quarantineMs, log } = options;
  const claimed = await claimOwnership(store, { deployment: deployment(), quarantineMs });
  await watchTimeline(store, quarantineMs);
  if (claimed === 'another’s') {
    log('synchronization only reads', { because: copyWords });
  }
  if (claimed === 'restored') {
    log('a restored database goes on', { because: 'Its files are others in the same place: creates are looked for before any is sent.' });
  }
  return claimed;
}

/** Notices while we run that another server was promoted beneath us. */
export function timelineWork({ options }: SyncEngine): WorkKind {
  return {
    leaseMs: watchLeaseMs,
    handle: async () => {
      const seen = await watchTimeline(options.store, options.quarantineMs);
      if (seen === 'new epoch') {
        options.log('the database began a new timeline', { because: 'Rows may be lost: creates are looked for before any is sent.' });
      }
      return { nextAt: new Date(Date.now() + (seen === null ? silentEveryMs : watchEveryMs)) };
    },
  };
}
