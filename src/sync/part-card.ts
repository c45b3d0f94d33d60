import { TrackerFault } from '../contracts/tracker.ts';
import { paragraph } from '../core/rich-text.ts';
import { nextTry } from '../core/sync/faults.ts';
import { inTransaction } from '../store/open.ts';
import { recordFault } from '../store/sync/record-card.ts';
import type { Parting } from '../store/sync/parting.ts';
import { finishParting, selectParting } from '../store/sync/parting.ts';
import { attemptOf, faultAttempt } from './attempts.ts';
import { loadConnection } from './connection-facts.ts';
import type { SyncEngine } from './engine.ts';
import type { Lease, SessionRecord } from './ports.ts';
import type { VisitResult } from './visit-result.ts';

/**
 * The last word on a card whose vulnerability was merged into one that has a card already: a comment that says where to look,
 * and nothing else is touched. After an answer that was lost it is said again: twice is better than never. Null: nothing is to
 * be said.
 */
export async function partWithCard(engine: SyncEngine, lease: Lease, tries: number): Promise<VisitResult | null> {
  const { store, sealKey } = engine.options;
  const linkId = lease.key;
  const parting = await selectParting(store.db, linkId, lease);
  const connection = parting === null ? null : await loadConnection(store.db, sealKey, parting.connectionId);
  if (parting === null || connection === null) {
    return null;
  }
  const { env } = engine;
  const record: SessionRecord = { exchanges: [], hints: [], calls: 0 };
  try {
    const session = env.openSession(connection, record);
    const card = await session.read(parting.cardRef);
    const sendBefore = env.monotonic() + env.bounds.sendWindowMs;
    // It may have been split off again meanwhile.
    if ((await selectParting(store.db, linkId, lease)) === null) {
      return { kind: 'rest', because: 'There is nothing to be said any more.', calls: record.calls };
    }
    await session.update(card.ref, { comment: [paragraph(parting.text)] }, { revision: card.revision, card, sendBefore });
    const attempt = attemptOf({ act: 'update', record, detail: { pushed: ['comment'], comment: parting.text } });
    await inTransaction(store, (tx) => finishParting(tx, linkId, attempt));
    return { kind: 'rest', because: 'The card was told of the merge.', calls: record.calls };
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    return await whenFaulty(engine, { lease, parting, fault, record, tries });
  } finally {
    if (record.hints.length > 0) {
      await env.store.learnPace(connection.id, record.hints);
    }
  }
}

interface Failed {
  readonly lease: Lease;
  readonly parting: Parting;
  readonly fault: TrackerFault;
  readonly record: SessionRecord;
  readonly tries: number;
}

async function whenFaulty({ env, options }: SyncEngine, { lease, parting, fault, record, tries }: Failed): Promise<VisitResult> {
  const next = nextTry({ kind: fault.kind, ...fault.detail }, tries + 1, env.random());
  let at: number | null = null;
  switch (next.kind) {
    case 'later':
      at = parting.asOf + next.delayMs;
      break;
    case 'pause':
      await env.store.throttle(parting.connectionId, next.pauseMs);
      at = parting.asOf + next.pauseMs;
      break;
    case 'halt':
      await env.store.haltConnection(parting.connectionId, 'unauthorized', fault.message, parting.asOf);
      at = parting.asOf;
      break;
    case 'person':
    case 'missing':
      // A card that cannot be seen needs no last word; it waits in Sync activity for whoever wants to try again.
      break;
  }
  const attempt = faultAttempt('update', fault, record);
  await inTransaction(options.store, (tx) => recordFault(tx, { linkId: lease.key, lease, attempt, nextAt: at, refusal: null }));
  const because = `${fault.kind}: ${fault.message}`;
  return at === null ? { kind: 'rest', because, calls: record.calls } : { kind: 'again', at, because, calls: record.calls };
}
