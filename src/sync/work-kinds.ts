import type { WorkKind } from '../store/work-loop.ts';
import type { SyncEngine } from './engine.ts';
import { stepBackfill } from './backfill.ts';
import { farewell } from './farewell.ts';
import { stepMove } from './move-cards.ts';
import { partWithCard } from './part-card.ts';
import { holdsWork, retentionWork } from './retention.ts';
import { sweep } from './sweep.ts';
import { careForStructure } from './structure.ts';
import { careForSubscriptions } from './subscriptions-care.ts';
import { syncLink } from './sync-link.ts';
import { timelineWork } from './take-over.ts';

/**
 * Longer than the send window: a process that was paused past its lease may no longer send. A living process keeps its leases
 * by heartbeat, however long the tracker takes, so that no second visit begins while one waits for an answer.
 */
const linkLeaseMs = 30_000;
const sweepLeaseMs = 60_000;

/** What the sync room does in the background. */
export function syncWork(engine: SyncEngine): Readonly<Record<string, WorkKind>> {
  return {
    link: {
      leaseMs: linkLeaseMs,
      handle: async (claim) => {
        const lease = { kind: claim.kind, key: claim.key, token: claim.token };
        const visited = await syncLink(engine.env, lease, claim.attempts);
        const isIdle = visited.kind === 'rest' && visited.calls === 0;
        const result = (isIdle ? await partWithCard(engine, lease, claim.attempts) : null) ?? visited;
        const cost = Math.max(0, result.calls - 1);
        return result.kind === 'rest'
          ? { nextAt: null, because: result.because, cost }
          : { nextAt: new Date(result.at), because: result.because, cost, failed: true };
      },
    },
    sweep: {
      leaseMs: sweepLeaseMs,
      handle: (claim) => sweep(engine, claim.key, claim.attempts),
    },
    farewell: {
      leaseMs: linkLeaseMs,
      handle: (claim) => farewell(engine, claim.key, claim.attempts),
    },
    timeline: timelineWork(engine),
    retention: retentionWork(engine),
    holds: holdsWork(engine),
    structure: {
      leaseMs: sweepLeaseMs,
      handle: (claim) => careForStructure(engine, claim.key, claim.attempts),
    },
    subscriptions: {
      leaseMs: sweepLeaseMs,
      handle: (claim) => careForSubscriptions(engine, claim.key, claim.attempts),
    },
    backfill: {
      leaseMs: linkLeaseMs,
      handle: (claim) => stepBackfill(engine, claim.key),
    },
    move_cards: {
      leaseMs: linkLeaseMs,
      handle: (claim) => stepMove(engine, claim.key),
    },
  };
}
