import { sql } from 'kysely';
import { markLinksDue } from './links.ts';
import type { Store } from './open.ts';
import { inTransaction } from './open.ts';

/** The link is visited now. Its failed delivery waits again, unless another one of the link waits already. */
export async function retryDelivery(
  store: Store,
  delivery: { readonly id: string; readonly linkId: string },
): Promise<void> {
  await inTransaction(store, async (tx) => {
    await sql`
      update deliveries d
      set outcome = 'waiting', next_at = clock_timestamp(), finished_at = null, updated_at = clock_timestamp()
      where d.id = ${delivery.id}::uuid and d.outcome = 'failed' and d.direction = 'outbound' and not exists (
        select 1 from deliveries o where o.link_id = d.link_id and o.outcome = 'waiting' and o.direction = 'outbound'
      )
    `.execute(tx);
    await markLinksDue(tx, [delivery.linkId], 'A person retried it.');
  });
}

/** False: it is over already. */
export async function discardDelivery(
  store: Store,
  wish: { readonly id: string; readonly by: string; readonly reason: string },
): Promise<boolean> {
  const discarded = await sql`
    update deliveries
    set outcome = 'discarded', discarded_by = ${wish.by}, discarded_because = ${wish.reason},
      finished_at = clock_timestamp(), updated_at = clock_timestamp()
    where id = ${wish.id}::uuid and outcome in ('waiting', 'failed')
  `.execute(store.db);
  return (discarded.numAffectedRows ?? 0n) > 0n;
}
