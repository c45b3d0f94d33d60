import { sql } from 'kysely';
import { markLinksDue } from './links.ts';
import type { Store, Transaction } from './open.ts';
import { inTransaction } from './open.ts';
import type { DeliveryFilter } from './screens/deliveries.ts';
import { deliveryTables, matching } from './screens/deliveries.ts';
import { markDue } from './work.ts';

/** Deliveries retried by one call; who asks again gets the rest. */
export const retriedMax = 10_000;

/**
 * What failed and matches waits again, and every link of it is visited now; of several that failed for one link the latest
 * waits, since a visit writes whatever is to be written. What waits already is tried now. Answers how many matched.
 */
export async function retryDeliveries(store: Store, filter: DeliveryFilter): Promise<number> {
  return inTransaction(store, async (tx) => {
    const rows = await sql<{ id: string; link_id: string; outcome: string; latest: boolean }>`
      select d.id, d.link_id, d.outcome, row_number() over (partition by d.link_id order by d.created_at desc, d.id desc) = 1 as latest
      from ${deliveryTables}
      where ${matching(filter)} and d.direction = 'outbound' and d.outcome in ('waiting', 'failed') and l.state <> 'held'
      order by d.created_at desc, d.id desc limit ${retriedMax}
    `.execute(tx);
    const failed = rows.rows.filter((row) => row.outcome === 'failed');
    await waitAgain(tx, idsOf(failed.filter((row) => row.latest)));
    await sql`
      update deliveries set outcome = 'superseded', finished_at = clock_timestamp(), updated_at = clock_timestamp()
      where id = any (${idsOf(failed.filter((row) => !row.latest))}::uuid[]) and outcome = 'failed'
    `.execute(tx);
    await sql`
      update deliveries set next_at = null, updated_at = clock_timestamp()
      where id = any (${idsOf(rows.rows.filter((row) => row.outcome === 'waiting'))}::uuid[]) and outcome = 'waiting'
    `.execute(tx);
    await markLinksDue(tx, [...new Set(rows.rows.map((row) => row.link_id))], 'A person retried it.');
    return rows.rows.length + (await readAgain(tx, filter));
  });
}

/** Where another delivery of the link waits already, that one does what this one should have done. */
async function waitAgain(tx: Transaction, ids: readonly string[]): Promise<void> {
  await sql`
    update deliveries d
    set outcome = case when o.id is null then 'waiting' else 'superseded' end,
      next_at = null, finished_at = case when o.id is not null then clock_timestamp() end, updated_at = clock_timestamp()
    from deliveries f
    left join deliveries o on o.link_id = f.link_id and o.outcome = 'waiting' and o.direction = 'outbound'
    where f.id = any (${[...ids]}::uuid[]) and d.id = f.id and d.outcome = 'failed'
  `.execute(tx);
}

/** A message that nobody could read cannot be read better; but all that it may have told of is asked for. */
async function readAgain(tx: Transaction, filter: DeliveryFilter): Promise<number> {
  const dead = await sql<{ id: string; connection_id: string }>`
    select d.id, d.connection_id from ${deliveryTables}
    where ${matching(filter)} and d.direction = 'inbound' and d.outcome = 'failed' and k.state <> 'deleted'
    limit ${retriedMax}
  `.execute(tx);
  await askInstead(tx, dead.rows);
  return dead.rows.length;
}

async function askInstead(tx: Transaction, dead: readonly { readonly id: string; readonly connection_id: string }[]): Promise<void> {
  const because = 'A person asked for what an unreadable webhook may have told of.';
  const connections = [...new Set(dead.map((row) => row.connection_id))];
  await markDue(
    tx,
    connections.map((id) => ({ kind: 'sweep', key: id, lane: id, because })),
  );
  await sql`
    update deliveries set outcome = 'superseded', finished_at = clock_timestamp(), updated_at = clock_timestamp()
    where id = any (${idsOf(dead)}::uuid[]) and outcome = 'failed'
  `.execute(tx);
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map((row) => row.id);
}

export type Retried = 'done' | 'over' | 'held' | 'unlinked';

/** One delivery, or one webhook, is tried again now. */
export async function retryDelivery(store: Store, id: string): Promise<Retried> {
  return inTransaction(store, async (tx) => {
    const rows = await sql<{ outcome: string; direction: string; link_id: string | null; link_state: string | null; connection_id: string }>`
      select d.outcome, d.direction, d.link_id, d.connection_id, l.state as link_state
      from deliveries d left join links l on l.id = d.link_id where d.id::text = ${id}
    `.execute(tx);
    const [row] = rows.rows;
    if (row === undefined) {
      return matchAgain(tx, id);
    }
    if (row.outcome !== 'failed' && row.outcome !== 'waiting') {
      return 'over';
    }
    if (row.link_state === 'held') {
      return 'held';
    }
    if (row.direction === 'inbound') {
      await askInstead(tx, [{ id, connection_id: row.connection_id }]);
      return 'done';
    }
    if (row.link_id === null) {
      return 'unlinked';
    }
    await waitAgain(tx, [id]);
    await markLinksDue(tx, [row.link_id], 'A person retried it.');
    return 'done';
  });
}

/** A webhook: the cards it names are read again, and one that has found its link meanwhile is done. */
async function matchAgain(tx: Transaction, id: string): Promise<Retried> {
  const links = await sql<{ id: string }>`
    select l.id from inbox i join links l on l.connection_id = i.connection_id and l.card_ref = any (i.refs)
    where i.id::text = ${id} and i.discarded_by is null
  `.execute(tx);
  if (links.rows.length === 0) {
    return 'unlinked';
  }
  await markLinksDue(tx, idsOf(links.rows), 'A person retried a webhook.');
  await sql`
    update inbox i set state = 'done', processed_at = clock_timestamp()
    where i.id::text = ${id} and i.state = 'unmatched'
      and cardinality(i.refs) = (select count(distinct l.card_ref) from links l where l.connection_id = i.connection_id and l.card_ref = any (i.refs))
  `.execute(tx);
  return 'done';
}

/** It is given up: nothing is sent until either side changes again. False: it is over already. */
export async function discardDelivery(
  store: Store,
  wish: { readonly id: string; readonly by: string; readonly reason: string },
): Promise<boolean> {
  return inTransaction(store, async (tx) => {
    const discarded = await sql<{ link_id: string | null }>`
      update deliveries
      set outcome = 'discarded', discarded_by = ${wish.by}, discarded_because = ${wish.reason}, next_at = null,
        finished_at = clock_timestamp(), updated_at = clock_timestamp()
      where id = ${wish.id}::uuid and outcome in ('waiting', 'failed')
      returning link_id
    `.execute(tx);
    // A visit under way ends as it ends; one that only waits for its time has nothing to do any more.
    await sql`
      delete from work w
      where w.kind = 'link' and w.key = any (${discarded.rows.flatMap((row) => row.link_id ?? [])}::text[])
        and (w.lease_until is null or w.lease_until <= clock_timestamp())
    `.execute(tx);
    const webhook = await sql`
      update inbox set state = 'done', because = ${wish.reason}, discarded_by = ${wish.by}, processed_at = clock_timestamp()
      where id = ${wish.id}::uuid and state in ('pending', 'unmatched')
    `.execute(tx);
    return discarded.rows.length > 0 || (webhook.numAffectedRows ?? 0n) > 0n;
  });
}
