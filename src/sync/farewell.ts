import { TrackerFault } from '../contracts/tracker.ts';
import { paragraph } from '../core/rich-text.ts';
import { nextTry } from '../core/sync/faults.ts';
import { finishFarewell, selectFarewell } from '../store/farewells.ts';
import type { Visited } from '../store/work-loop.ts';
import { loadConnection } from './connection-facts.ts';
import type { SyncEngine } from './engine.ts';
import type { SessionRecord } from './ports.ts';
import { mayWrite } from './take-over.ts';

/** So often a card is tried to be told; then the list of orphan cards says that it was not. */
const triesMax = 8;
const closedMs = 60_000;

/** The last word on a card whose link is gone: a comment, and nothing else is touched. */
export async function farewell(engine: SyncEngine, orphanId: string, tries: number): Promise<Visited> {
  const { store, sealKey } = engine.options;
  const wanted = await selectFarewell(store.db, orphanId);
  const connection = wanted === null ? null : await loadConnection(store.db, sealKey, wanted.connectionId);
  if (wanted === null || connection === null) {
    return { nextAt: null, because: 'There is nothing to be said.' };
  }
  if (connection.state !== 'active' || !(await mayWrite(engine))) {
    return { nextAt: new Date(Date.now() + closedMs), because: 'The connection is not written to now.' };
  }
  const { env } = engine;
  const record: SessionRecord = { exchanges: [], hints: [], calls: 0 };
  const cost = () => Math.max(0, record.calls - 1);
  try {
    const session = env.openSession(connection, record);
    const card = await session.read(wanted.cardRef);
    const sendBefore = env.monotonic() + env.bounds.sendWindowMs;
    await session.update(card.ref, { comment: [paragraph(wanted.text)] }, { revision: card.revision, card, sendBefore });
    await finishFarewell(store.db, orphanId, null);
    return { nextAt: null, because: 'The card was told.', cost: cost() };
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    const next = nextTry({ kind: fault.kind, ...fault.detail }, tries + 1, env.random());
    // Once the words may have arrived, saying them again is no better.
    const over = next.kind === 'person' || next.kind === 'missing' || fault.kind === 'uncertain' || tries + 1 >= triesMax;
    if (over) {
      await finishFarewell(store.db, orphanId, fault.detail.trackerMessage ?? fault.message);
      return { nextAt: null, because: fault.message, cost: cost() };
    }
    if (next.kind === 'pause') {
      await env.store.throttle(connection.id, next.pauseMs);
    }
    const delayMs = next.kind === 'later' ? next.delayMs : next.kind === 'pause' ? next.pauseMs : closedMs;
    return { nextAt: new Date(Date.now() + delayMs), because: fault.message, cost: cost(), failed: true };
  } finally {
    if (record.hints.length > 0) {
      await env.store.learnPace(connection.id, record.hints);
    }
  }
}
