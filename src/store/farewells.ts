import { sql } from 'kysely';
import type { Card } from '../contracts/tracker.ts';
import type { Connection, Transaction } from './open.ts';
import { markDue } from './work.ts';

const end = 'Patchboard does not update this card any more.';

/** Cards of an asset that is about to be deleted: they stay, are listed, and those that were kept up to date are told. Answers how many. */
export async function leaveAssetCards(tx: Transaction, assetId: string): Promise<number> {
  const left = await sql<{ id: string; connection_id: string; told: boolean }>`
    insert into orphan_cards (connection_id, card_ref, marker, kind, card, because, farewell)
    select l.connection_id, l.card_ref, l.card ->> 'marker', 'left', l.card,
      'Vulnerability ' || v.id || ' was deleted with its asset, ' || a.name || '.',
      case when l.state = 'linked' and k.state <> 'deleted' then 'Vulnerability ' || v.id || ' was deleted with its asset, ' || a.name || ${`. ${end}`} end
    from links l
    join vulnerabilities v on v.id = l.vulnerability_id
    join assets a on a.id = v.asset_id
    join connections k on k.id = l.connection_id
    where a.id = ${assetId}::uuid and l.card_ref is not null and l.state <> 'detached'
    on conflict (connection_id, card_ref) do update
    set kind = excluded.kind, because = excluded.because, card = excluded.card, farewell = excluded.farewell, farewell_at = null, link_id = null,
      seen_at = now(), resolved_at = null, resolved_by = null, resolved_because = null
    returning id, connection_id, farewell is not null as told
  `.execute(tx);
  await sql`
    update deliveries d set outcome = 'superseded', message = 'The asset was deleted.', next_at = null, finished_at = clock_timestamp(), updated_at = clock_timestamp()
    from links l join vulnerabilities v on v.id = l.vulnerability_id
    where v.asset_id = ${assetId}::uuid and d.link_id = l.id and d.outcome = 'waiting'
  `.execute(tx);
  await sayFarewell(tx, left.rows.filter(({ told }) => told));
  return left.rows.length;
}

/** A card that was made for a link which is gone by the time of the answer: listed, and told. Never unknown to us. */
export async function leaveLateCard(tx: Transaction, connectionId: string, card: Card): Promise<void> {
  const left = await sql<{ id: string; connection_id: string }>`
    insert into orphan_cards (connection_id, card_ref, marker, kind, card, because, farewell)
    values (${connectionId}::uuid, ${card.ref}, ${card.marker}, 'late', ${JSON.stringify(card)}::jsonb,
      'Its vulnerability was deleted while the tracker made the card.', ${`The vulnerability of this card was deleted while the card was made. ${end}`})
    on conflict (connection_id, card_ref) do nothing
    returning id, connection_id
  `.execute(tx);
  await sayFarewell(tx, left.rows);
}

/** A card that was made for a link which was detached by then: listed, and told where its vulnerability was merged into another. */
export async function leaveDetachedCard(tx: Transaction, linkId: string, card: Card): Promise<void> {
  const left = await sql<{ id: string; connection_id: string; told: boolean }>`
    insert into orphan_cards (connection_id, card_ref, marker, link_id, kind, card, because, farewell)
    select l.connection_id, l.card_ref, l.marker, l.id, 'late', ${JSON.stringify(card)}::jsonb,
      'Its link was detached while the tracker made the card. ' || coalesce(l.state_because, ''),
      case when v.merged_into is not null and k.state <> 'deleted' then 'It was merged into vulnerability ' || v.merged_into || ${`. ${end}`} end
    from links l join vulnerabilities v on v.id = l.vulnerability_id join connections k on k.id = l.connection_id
    where l.id = ${linkId}::uuid
    on conflict (connection_id, card_ref) do update
    set kind = excluded.kind, because = excluded.because, farewell = excluded.farewell, farewell_at = null, link_id = excluded.link_id, resolved_at = null,
      resolved_by = null, resolved_because = null
    returning id, connection_id, farewell is not null as told
  `.execute(tx);
  await sayFarewell(tx, left.rows.filter(({ told }) => told));
}

function sayFarewell(tx: Transaction, cards: readonly { readonly id: string; readonly connection_id: string }[]): Promise<void> {
  return markDue(tx, cards.map(({ id, connection_id: lane }) => ({ kind: 'farewell', key: id, lane, because: 'The card is told that nobody updates it any more.' })));
}

export interface Farewell {
  readonly connectionId: string;
  readonly cardRef: string;
  readonly text: string;
}

/** Null: nothing is left to be said. */
export async function selectFarewell(db: Connection, orphanId: string): Promise<Farewell | null> {
  const rows = await sql<{ connection_id: string; card_ref: string; farewell: string }>`
    select connection_id, card_ref, farewell from orphan_cards where id = ${orphanId}::uuid and farewell is not null and farewell_at is null
  `.execute(db);
  const [row] = rows.rows;
  return row === undefined ? null : { connectionId: row.connection_id, cardRef: row.card_ref, text: row.farewell };
}

/** It was said; or it could not be, and the list says why. */
export async function finishFarewell(db: Connection, orphanId: string, failure: string | null): Promise<void> {
  await sql`
    update orphan_cards set farewell_at = clock_timestamp(), because = because || ${failure === null ? '' : ` The card could not be told: ${failure}`}
    where id = ${orphanId}::uuid and farewell_at is null
  `.execute(db);
}
