import { sql } from 'kysely';
import type { ChangePage, InventoryPage } from '../../contracts/tracker.ts';
import { markLinksDue } from '../links.ts';
import type { Connection, Transaction } from '../open.ts';
import { matchHints } from './keep-hint.ts';

const hintOverlapMinutes = 10;

export interface SweepRow {
  readonly as_of_ms: number;
  readonly cursor: string | null;
  readonly inventory_at_ms: number | null;
}

export async function selectSweep(db: Connection, connectionId: string): Promise<SweepRow | null> {
  const rows = await sql<SweepRow>`
    select (extract(epoch from clock_timestamp()) * 1000)::double precision as as_of_ms, change_cursor as cursor,
      (extract(epoch from inventory_at) * 1000)::double precision as inventory_at_ms
    from connections where id = ${connectionId}::uuid
  `.execute(db);
  return rows.rows[0] ?? null;
}

/** Only links whose base is older than the change; equal news costs nothing. */
export async function recordChanges(
  tx: Transaction,
  connectionId: string,
  page: Pick<ChangePage, 'changes' | 'cursor'> & { readonly since: string | null },
): Promise<boolean> {
  await lockConnection(tx, connectionId);
  const links = await sql<{ id: string }>`
    select l.id
    from jsonb_to_recordset(${JSON.stringify(page.changes)}::jsonb) as c (ref text, "order" double precision)
    join links l on l.connection_id = ${connectionId}::uuid and l.card_ref = c.ref
    where l.state in ('lost', 'inaccessible')
      or (l.state = 'linked' and (c."order" is null or l.base_order is null or c."order" > l.base_order))
  `.execute(tx);
  await markLinksDue(
    tx,
    links.rows.map((row) => row.id),
    'A sweep saw the card change.',
  );
  await matchLateHints(tx, connectionId);
  // What was read is read; but the cursor moves only on from where this sweep began.
  const moved = await sql`
    update connections set change_cursor = ${page.cursor}, swept_at = clock_timestamp()
    where id = ${connectionId}::uuid and change_cursor is not distinct from ${page.since}
  `.execute(tx);
  return (moved.numAffectedRows ?? 0n) > 0n;
}

/** The connection before the work of its links, as whoever resumes it does: the other way round each would wait for the other. */
async function lockConnection(tx: Transaction, id: string): Promise<void> {
  await sql`select 1 from connections where id = ${id}::uuid for no key update`.execute(tx);
}

/** Looks at what came since the last sweep, and a while before: for a process that was killed before it looked itself. */
async function matchLateHints(tx: Transaction, connectionId: string): Promise<void> {
  await matchHints(
    tx,
    sql<boolean>`i.connection_id = ${connectionId}::uuid and i.received_at > (
      select coalesce(swept_at, '-infinity') - make_interval(mins => ${hintOverlapMinutes})
      from connections where id = ${connectionId}::uuid
    )`,
  );
}

/** Strangers with a marker of ours are listed; a link whose card is missing, newer than agreed, or unknown to it is visited. */
export async function recordInventory(
  tx: Transaction,
  connectionId: string,
  seen: InventoryPage['cards'],
  beganAt: number,
): Promise<void> {
  await lockConnection(tx, connectionId);
  const cards = JSON.stringify(seen);
  const began = new Date(beganAt).toISOString();
  await sql`
    insert into orphan_cards (connection_id, card_ref, marker, link_id, kind)
    select ${connectionId}::uuid, c.ref, c.marker, l.id,
      case when l.id is null then 'unknown' when l.card_ref is null then 'late' else 'duplicate' end
    from jsonb_to_recordset(${cards}::jsonb) as c (ref text, marker text)
    left join links l on l.marker = c.marker
    where l.card_ref is distinct from c.ref and (l.id is null or l.card_ref is not null or l.state <> 'pending')
      and not exists (select 1 from links o where o.connection_id = ${connectionId}::uuid and o.card_ref = c.ref)
    on conflict (connection_id, card_ref) do nothing
  `.execute(tx);
  // A card with the marker of a link that knows none: it is looked for before anything else.
  await sql`
    update links l set attempts = greatest(l.attempts, 1)
    from jsonb_to_recordset(${cards}::jsonb) as c (marker text)
    where l.connection_id = ${connectionId}::uuid and l.marker = c.marker and l.card_ref is null and l.state = 'pending'
  `.execute(tx);
  const due = await sql<{ id: string }>`
    select l.id from links l
    left join jsonb_to_recordset(${cards}::jsonb) as c (ref text, "order" double precision) on c.ref = l.card_ref
    where l.connection_id = ${connectionId}::uuid and l.created_at < ${began}::timestamptz and (
      l.state in ('lost', 'inaccessible')
      or (l.state = 'linked' and (c.ref is null or c."order" is null or l.base_order is null or c."order" > l.base_order))
      or (l.state = 'pending' and l.attempts > 0)
    )
  `.execute(tx);
  await markLinksDue(
    tx,
    due.rows.map((row) => row.id),
    'The comparison of all cards found a difference.',
  );
  await sql`update connections set inventory_at = greatest(inventory_at, ${began}::timestamptz) where id = ${connectionId}::uuid`.execute(
    tx,
  );
}
