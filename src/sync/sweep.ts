import { sql } from 'kysely';
import type { InventoryPage } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import { nextTry } from '../core/sync/faults.ts';
import { markLinksDue } from '../store/links.ts';
import type { Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import type { Visited } from '../store/work-loop.ts';
import { configuredTargets, loadConnection } from './connection-facts.ts';
import type { SyncEngine } from './engine.ts';
import type { SessionRecord } from './ports.ts';

const pagesMax = 20;
/** How often every card is compared, whatever the change cursor said. */
const inventoryEveryMs = 24 * 3_600_000;

/** Repairs what webhooks missed: cards changed since the cursor, and once a day the comparison of all ids. */
export async function sweep(engine: SyncEngine, connectionId: string, attempts: number): Promise<Visited> {
  const { options, env } = engine;
  const connection = await loadConnection(options.store.db, options.sealKey, connectionId);
  if (connection === null) {
    return { nextAt: null, because: 'The connection is gone.' };
  }
  const nextAt = new Date(env.now() + options.pollMs);
  if (connection.state !== 'active') {
    return { nextAt, because: `The connection is ${connection.state}.` };
  }
  const record: SessionRecord = { exchanges: [], hints: [], calls: 0 };
  try {
    await sweepChanges(engine, connectionId, record);
    await sweepInventory(engine, connectionId, record);
    await env.store.noteConnection(connectionId, { pulled: true, fault: null });
    await env.store.learnPace(connectionId, record.hints);
    return { nextAt, cost: Math.max(0, record.calls - 1), because: 'Swept.' };
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    return whenFaulty(engine, connectionId, fault, attempts);
  }
}

async function whenFaulty({ env, options }: SyncEngine, connectionId: string, fault: TrackerFault, attempts: number): Promise<Visited> {
  const next = nextTry({ kind: fault.kind, ...fault.detail }, attempts + 1, env.random());
  const because = `${fault.kind}: ${fault.message}`;
  env.log('sweep failed', { connection: connectionId, fault: fault.kind, what: fault.message });
  await env.store.noteConnection(connectionId, { fault: because });
  if (next.kind === 'halt') {
    await env.store.haltConnection(connectionId, 'unauthorized', fault.message);
  }
  if (next.kind === 'pause') {
    await env.store.throttle(connectionId, env.now() + next.pauseMs);
  }
  const delayMs = next.kind === 'later' ? Math.max(next.delayMs, options.pollMs) : options.pollMs;
  return { nextAt: new Date(env.now() + delayMs), failed: true, because };
}

async function sweepChanges(engine: SyncEngine, connectionId: string, record: SessionRecord): Promise<void> {
  const { options, env } = engine;
  const { store } = options;
  const connection = await loadConnection(store.db, options.sealKey, connectionId);
  if (connection === null) {
    return;
  }
  const session = env.openSession(connection, record);
  const targets = (await configuredTargets(store.db, connectionId)).map((one) => one.target);
  let cursor = await cursorOf(engine, connectionId);
  for (let page = 0; page < pagesMax; page += 1) {
    const { changes, cursor: next, more } = await session.changes(cursor, targets);
    await inTransaction(store, async (tx) => {
      await wakeChanged(tx, connectionId, changes);
      await sql`update connections set change_cursor = ${next}, swept_at = clock_timestamp() where id = ${connectionId}::uuid`.execute(tx);
    });
    cursor = next;
    if (!more) {
      return;
    }
  }
}

async function cursorOf({ options }: SyncEngine, connectionId: string): Promise<string | null> {
  const rows = await sql<{ cursor: string | null }>`
    select change_cursor as cursor from connections where id = ${connectionId}::uuid
  `.execute(options.store.db);
  return rows.rows[0]?.cursor ?? null;
}

interface Changed {
  readonly ref: string;
  readonly order: number | null;
}

/** Only links whose base is older than the change; equal news costs nothing. */
async function wakeChanged(tx: Transaction, connectionId: string, changes: readonly Changed[]): Promise<void> {
  const links = await sql<{ id: string }>`
    select l.id
    from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as c (ref text, "order" double precision)
    join links l on l.connection_id = ${connectionId}::uuid and l.card_ref = c.ref
    where l.state in ('linked', 'lost', 'inaccessible') and (c."order" is null or l.base_order is null or c."order" > l.base_order)
  `.execute(tx);
  await markLinksDue(tx, links.rows.map((row) => row.id), 'A sweep saw the card change.');
}

/** Every card that carries a marker against every link: strangers with our marker are reported, missing cards are visited. */
async function sweepInventory(engine: SyncEngine, connectionId: string, record: SessionRecord): Promise<void> {
  const { options, env } = engine;
  const { store } = options;
  if (!(await inventoryIsDue(engine, connectionId))) {
    return;
  }
  const connection = await loadConnection(store.db, options.sealKey, connectionId);
  if (connection === null) {
    return;
  }
  const session = env.openSession(connection, record);
  const targets = (await configuredTargets(store.db, connectionId)).map((one) => one.target);
  const began = new Date(env.now());
  const seen: InventoryPage['cards'][number][] = [];
  let cursor: string | null = null;
  do {
    const page: InventoryPage = await session.inventory(cursor, targets);
    seen.push(...page.cards.filter((card) => card.marker?.startsWith('pb-') === true));
    cursor = page.cursor;
  } while (cursor !== null);
  await inTransaction(store, (tx) => compare(tx, connectionId, seen, began));
}

async function inventoryIsDue({ options, env }: SyncEngine, connectionId: string): Promise<boolean> {
  const rows = await sql<{ at: Date | null }>`
    select inventory_at as at from connections where id = ${connectionId}::uuid
  `.execute(options.store.db);
  const at = rows.rows[0]?.at?.getTime() ?? 0;
  return env.now() - at >= inventoryEveryMs;
}

async function compare(tx: Transaction, connectionId: string, seen: readonly Changed[], began: Date): Promise<void> {
  const cards = JSON.stringify(seen);
  await sql`
    insert into orphan_cards (connection_id, card_ref, marker, link_id, kind)
    select ${connectionId}::uuid, c.ref, c.marker, l.id, case when l.id is null then 'unknown' else 'duplicate' end
    from jsonb_to_recordset(${cards}::jsonb) as c (ref text, marker text)
    left join links l on l.marker = c.marker
    where l.card_ref is distinct from c.ref and (l.id is null or l.card_ref is not null)
    on conflict (connection_id, card_ref) do nothing
  `.execute(tx);
  const due = await sql<{ id: string }>`
    select l.id from links l
    left join jsonb_to_recordset(${cards}::jsonb) as c (ref text, "order" double precision) on c.ref = l.card_ref
    where l.connection_id = ${connectionId}::uuid and l.state in ('linked', 'lost', 'inaccessible')
      and l.created_at < ${began.toISOString()}::timestamptz
      and (c.ref is null or c."order" is null or l.base_order is null or c."order" > l.base_order)
  `.execute(tx);
  await markLinksDue(tx, due.rows.map((row) => row.id), 'The comparison of all cards found a difference.');
  await sql`update connections set inventory_at = ${began.toISOString()}::timestamptz where id = ${connectionId}::uuid`.execute(tx);
}
