import { sql } from 'kysely';
import type { Connection, Transaction } from '../open.ts';
import type { KeptAttempt } from './keep-delivery.ts';
import { finishDelivery } from './keep-delivery.ts';
import type { KeptLease } from './settle.ts';
import { stillOurs } from './settle.ts';

/** What is still to be said on a card that its link does not hold any more. */
export interface Parting {
  readonly connectionId: string;
  readonly cardRef: string;
  readonly text: string;
  /** The database's clock. */
  readonly asOf: number;
}

/** Null: there is nothing to be said, or another visit says it. */
export async function selectParting(db: Connection, linkId: string, lease: KeptLease): Promise<Parting | null> {
  const rows = await sql<{ connection_id: string; card_ref: string; parting: string; as_of_ms: number }>`
    select connection_id, card_ref, parting, (extract(epoch from clock_timestamp()) * 1000)::double precision as as_of_ms
    from links where id = ${linkId}::uuid and state = 'detached' and parting is not null and card_ref is not null and ${stillOurs(lease)}
  `.execute(db);
  const [row] = rows.rows;
  return row === undefined ? null : { connectionId: row.connection_id, cardRef: row.card_ref, text: row.parting, asOf: row.as_of_ms };
}

export async function finishParting(tx: Transaction, linkId: string, attempt: KeptAttempt): Promise<void> {
  await sql`update links set parting = null, last_synced_at = clock_timestamp(), updated_at = clock_timestamp() where id = ${linkId}::uuid`.execute(tx);
  await finishDelivery(tx, { linkId, attempt, outcome: 'succeeded', nextAt: null });
}
