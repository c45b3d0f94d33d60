import { TrackerFault } from '../contracts/tracker.ts';
import type { Subscription } from '../contracts/tracker.ts';
import * as kept from '../store/subscriptions.ts';
import type { Visited } from '../store/work-loop.ts';
import { markDue } from '../store/work.ts';
import type { Connection } from '../store/open.ts';
import type { SyncEngine } from './engine.ts';
import { answerFault } from './connection-work.ts';
import type { SessionRecord } from './ports.ts';
import { arrange, loadArrangement, refusalOf, withoutSecret, wordsOf } from './subscriptions.ts';
import { mayWrite } from './take-over.ts';

/** How often webhooks which we made are looked at. */
export const careEveryMs = 15 * 60_000;
const busyMs = 5_000;

/** The health job of a connection's webhooks: looks, mends what is missing, off or on probation, and tells people. */
export async function careForSubscriptions(engine: SyncEngine, id: string, attempts: number): Promise<Visited> {
  const { store, log } = engine.options;
  const arrangement = await loadArrangement(engine, id);
  if (arrangement === null || !arrangement.row.subscriptions_wanted) {
    return { nextAt: null, because: 'No webhooks are kept here.' };
  }
  const { row, connection, wish } = arrangement;
  const nextAt = new Date(row.as_of_ms + careEveryMs);
  if (connection.state !== 'active') {
    return { nextAt, because: `The connection is ${connection.state}.` };
  }
  const refused = refusalOf(arrangement);
  if (refused !== null) {
    await kept.noteSubscriptionFault(store.db, id, refused.because);
    return { nextAt, because: refused.because };
  }
  const record: SessionRecord = { exchanges: [], hints: [], calls: 0 };
  try {
    const session = engine.env.openSession(connection, record);
    const seen = (await session.inspectSubscriptions?.(wish)) ?? [];
    const ailing = seen.filter(({ state }) => state !== 'active');
    const cost = () => Math.max(0, record.calls - 1);
    const renewed = row.subscriptions_url === kept.renewed;
    if ((ailing.length === 0 && !renewed) || !(await mayWrite(engine))) {
      await kept.keepSubscriptions(store.db, id, { subscriptions: seen.map(withoutSecret), url: wish.url });
      return { nextAt, cost: cost(), because: 'The webhooks were looked at.' };
    }
    const detail = { was: ailing.map(wordsFor) };
    const mended = await arrange(engine, arrangement, session, { by: null, act: 'webhooks mended', subject: id, detail, correlationId: id });
    if (mended === 'busy') {
      return { nextAt: new Date(row.as_of_ms + busyMs), cost: cost(), because: 'Somebody is at them.' };
    }
    log('webhooks mended', { connection: id, was: ailing.map(({ state }) => state) });
    await engine.env.store.learnPace(id, record.hints);
    return { nextAt, cost: cost(), because: 'The webhooks were mended.' };
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    await kept.noteSubscriptionFault(store.db, id, wordsOf(fault));
    return answerFault(engine.env, { connectionId: id, fault, attempts, asOf: row.as_of_ms, everyMs: careEveryMs });
  }
}

function wordsFor({ describes, state, message }: Subscription): string {
  return `${describes}: ${state}${message === undefined ? '' : ` (${message})`}`;
}

/** A configuration was made or changed: its target may need a webhook of its own. */
export async function noticeTargets(tx: Connection, connectionId: string): Promise<void> {
  const row = await kept.selectSubscriptions(tx, connectionId);
  if (row?.subscriptions_wanted === true) {
    await markDue(tx, [{ kind: 'subscriptions', key: connectionId, lane: connectionId, because: 'A configuration changed.' }]);
  }
}

/** At the start: webhooks which send to an address that is not ours any more are mended at once. */
export async function noticeNewAddress({ options }: SyncEngine): Promise<void> {
  const moved = await kept.movedSubscriptions(options.store.db, options.publicUrl);
  await markDue(options.store.db, moved.map((id) => ({ kind: 'subscriptions', key: id, lane: id, because: 'Our own address changed.' })));
}
