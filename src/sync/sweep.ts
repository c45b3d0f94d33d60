import type { InventoryPage, Session } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import { nextTry } from '../core/sync/faults.ts';
import type { Visited } from '../store/work-loop.ts';
import type { SyncEngine } from './engine.ts';
import type { SessionRecord, SweepStart, SyncEnv } from './ports.ts';

const pagesMax = 20;
const inventoryPagesMax = 2_000;
/** How often every card is compared, whatever the change cursor said. */
const inventoryEveryMs = 24 * 3_600_000;

/** Repairs what webhooks missed: cards changed since the cursor, and once a day the comparison of all ids. */
export async function sweep(
  engine: Pick<SyncEngine, 'env'> & { readonly options: { readonly pollMs: number } },
  connectionId: string,
  attempts: number,
): Promise<Visited> {
  const { env, options } = engine;
  const start = await env.store.loadSweep(connectionId);
  if (start === null) {
    return { nextAt: null, because: 'The connection is gone.' };
  }
  const nextAt = new Date(start.asOf + options.pollMs);
  if (start.connection.state !== 'active') {
    return { nextAt, because: `The connection is ${start.connection.state}.` };
  }
  const record: SessionRecord = { exchanges: [], hints: [], calls: 0 };
  try {
    const session = env.openSession(start.connection, record);
    await sweepChanges(env, session, start);
    await sweepInventory(env, session, start);
    await env.store.noteConnection(connectionId, { pulled: true, fault: null });
    return { nextAt, cost: Math.max(0, record.calls - 1), because: 'Swept.' };
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    return whenFaulty(env, { start, fault, attempts, pollMs: options.pollMs });
  } finally {
    if (record.hints.length > 0) {
      await env.store.learnPace(connectionId, record.hints);
    }
  }
}

interface Failed {
  readonly start: SweepStart;
  readonly fault: TrackerFault;
  readonly attempts: number;
  readonly pollMs: number;
}

async function whenFaulty(env: SyncEnv, { start, fault, attempts, pollMs }: Failed): Promise<Visited> {
  const connectionId = start.connection.id;
  const next = nextTry({ kind: fault.kind, ...fault.detail }, attempts + 1, env.random());
  const because = `${fault.kind}: ${fault.message}`;
  env.log('sweep failed', { connection: connectionId, fault: fault.kind, what: fault.message });
  await env.store.noteConnection(connectionId, { fault: because });
  if (next.kind === 'halt') {
    await env.store.haltConnection(connectionId, 'unauthorized', fault.message, start.asOf);
  }
  if (next.kind === 'pause') {
    await env.store.throttle(connectionId, next.pauseMs);
  }
  const delayMs = next.kind === 'later' ? Math.max(next.delayMs, pollMs) : pollMs;
  return { nextAt: new Date(start.asOf + delayMs), failed: true, because };
}

async function sweepChanges(env: SyncEnv, session: Session, start: SweepStart): Promise<void> {
  let { cursor } = start;
  for (let page = 0; page < pagesMax; page += 1) {
    const { changes, cursor: next, more } = await session.changes(cursor, start.targets);
    const ours = await env.store.recordChanges(start.connection.id, { changes, cursor: next, since: cursor });
    cursor = next;
    if (!more || !ours) {
      return;
    }
  }
}

/** Every card that carries a marker against every link: strangers with our marker are reported, missing cards are visited. */
async function sweepInventory(env: SyncEnv, session: Session, start: SweepStart): Promise<void> {
  if (start.inventoryAt !== null && start.asOf - start.inventoryAt < inventoryEveryMs) {
    return;
  }
  const seen: InventoryPage['cards'][number][] = [];
  let cursor: string | null = null;
  for (let page = 0; page < inventoryPagesMax; page += 1) {
    const answer: InventoryPage = await session.inventory(cursor, start.targets);
    seen.push(...answer.cards.filter((card) => card.marker?.startsWith('pb-') === true));
    cursor = answer.cursor;
    if (cursor === null) {
      await env.store.recordInventory(start.connection.id, seen, start.asOf);
      return;
    }
  }
  throw new TrackerFault('nonsense', `The list of cards did not end after ${inventoryPagesMax} pages.`);
}
