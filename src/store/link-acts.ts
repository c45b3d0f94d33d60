import { sql } from 'kysely';
import type { Card } from '../contracts/tracker.ts';
import type { LinkStanding } from '../core/sync/link-acts.ts';
import type { LinkState, Status } from '../core/vocabulary.ts';
import { supersedeLinkHolds } from './holds.ts';
import { wakeLinksById } from './links.ts';
import type { Connection, Transaction } from './open.ts';
import { matchWaitingHints } from './sync/record-card.ts';

export interface LinkInHand {
  readonly id: string;
  readonly connectionId: string;
  readonly vulnerabilityId: string;
  /** Its vulnerability was merged into this one: the link is over. */
  readonly mergedInto: string | null;
  readonly card: Pick<Card, 'ref' | 'key'> | null;
  readonly standing: LinkStanding;
}

interface Row {
  readonly id: string;
  readonly connection_id: string;
  readonly vulnerability_id: string;
  readonly merged_into: string | null;
  readonly card_ref: string | null;
  readonly key: string | null;
  readonly state: LinkState;
  readonly quarantined: boolean;
  readonly discarded: boolean;
  readonly status: Status;
  readonly connection_deleted: boolean;
}

/** Null: there is none. Locked, if `tx` is a transaction that is going to change it. */
export async function takeLink(tx: Connection, linkId: string, options: { readonly lock: boolean }): Promise<LinkInHand | null> {
  const rows = await sql<Row>`
    select l.id, l.connection_id, l.vulnerability_id, l.card_ref, l.card ->> 'key' as key, l.state,
      l.quarantine_until > clock_timestamp() as quarantined, coalesce(l.card ->> 'presence' = 'discarded', false) as discarded,
      v.status, v.merged_into, k.state = 'deleted' as connection_deleted
    from links l join vulnerabilities v on v.id = l.vulnerability_id join connections k on k.id = l.connection_id
    where l.id::text = ${linkId} ${options.lock ? sql`for no key update of l` : sql``}
  `.execute(tx);
  const [row] = rows.rows;
  return row === undefined
    ? null
    : {
        id: row.id,
        connectionId: row.connection_id,
        vulnerabilityId: row.vulnerability_id,
        mergedInto: row.merged_into,
        card: row.card_ref === null ? null : { ref: row.card_ref, key: row.key ?? row.card_ref },
        standing: {
          state: row.state,
          hasCard: row.card_ref !== null,
          discarded: row.discarded,
          quarantined: row.quarantined,
          status: row.status,
          connectionDeleted: row.connection_deleted,
        },
      };
}

/** Nothing is written to the card any more; it stays where it is. */
export async function detach(tx: Transaction, link: LinkInHand, by: string, because: string): Promise<void> {
  if (link.standing.state === 'detached') {
    return;
  }
  await sql`
    update links set state = 'detached', state_because = ${because}, drift = null, updated_at = clock_timestamp() where id = ${link.id}::uuid
  `.execute(tx);
  await sql`
    update deliveries set outcome = 'superseded', message = 'The link was detached.', next_at = null, updated_at = clock_timestamp(),
      finished_at = clock_timestamp()
    where link_id = ${link.id}::uuid and outcome = 'waiting'
  `.execute(tx);
  await supersedeLinkHolds(tx, [link.id], 'The link was detached.');
  const card = link.card === null ? 'The link' : `Card ${link.card.key}`;
  await tell(tx, link, by, `${card} was detached: it is no longer updated.`);
}

/**
 * A new card with a new marker; the old one, if it is still there, is listed as nobody's. A link that knows of no card keeps its
 * marker: an earlier try of unknown outcome may have left one, which is looked for before another is sent.
 */
export async function recreate(tx: Transaction, link: LinkInHand, by: string): Promise<void> {
  await leaveCard(tx, link, 'A new card was asked for in its place.');
  const afresh =
    link.card === null
      ? sql`attempts = least(attempts, 1), drift = null, updated_at = clock_timestamp()`
      : sql`${unbound}, pending = null, generation = generation + 1, marker = card_marker(connection_id, vulnerability_id, generation + 1),
          card_ref = null, card = null, base = null, base_order = null`;
  await sql`update links set ${afresh}, state = 'pending', state_because = null where id = ${link.id}::uuid`.execute(tx);
  await supersedeLinkHolds(tx, [link.id], 'A new card was asked for.');
  await tell(tx, link, by, link.card === null ? 'A new card was asked for.' : `A new card was asked for in place of ${link.card.key}.`);
  await wakeLinksById(tx, [link.id], 'A person asked for a new card.');
}

/**
 * Ties the link to a card that is there; our side is told to it by the next visit. False: the card as it was read is older than
 * what a visit has agreed on since, and nothing was done.
 */
export async function attach(tx: Transaction, link: LinkInHand, card: Card, by: string): Promise<boolean> {
  const base = { status: null, state: card.state, order: card.order, revision: card.revision, titleDigest: '', bodyDigest: '', priority: { ours: null, theirs: card.priority } };
  if (link.card?.ref !== card.ref) {
    await leaveCard(tx, link, `Card ${card.key} was attached in its place.`);
  }
  const tied = await sql`
    update links
    set ${unbound}, pending = case when card_ref = ${card.ref} then pending end, card_ref = ${card.ref}, card = ${JSON.stringify(card)}::jsonb, base = ${JSON.stringify(base)}::jsonb,
      base_order = ${card.order}, state = 'linked', state_because = null
    where id = ${link.id}::uuid and (card_ref is distinct from ${card.ref} or base_order is null or base_order <= ${card.order})
  `.execute(tx);
  if ((tied.numAffectedRows ?? 0n) === 0n) {
    return false;
  }
  await matchWaitingHints(tx, link.id, card.ref);
  await sql`
    update orphan_cards set resolved_at = clock_timestamp(), resolved_by = ${by}, resolved_because = 'It was attached.', link_id = ${link.id}::uuid
    where connection_id = ${link.connectionId}::uuid and card_ref = ${card.ref} and resolved_at is null
  `.execute(tx);
  await supersedeLinkHolds(tx, [link.id], 'Another card was attached.');
  await tell(tx, link, by, `Card ${card.key} was attached${link.card === null || link.card.ref === card.ref ? '' : ` in place of ${link.card.key}`}.`, { card: card.key, url: card.url });
  await wakeLinksById(tx, [link.id], `A person attached ${card.key}.`);
  return true;
}

/** What a link knows of tries and losses of the card it had; a write that may still reach the same card stays known. */
const unbound = sql`
  intent = null, attempts = 0, quarantine_until = '-infinity', misses = 0, missed_since = null, drift = null,
  recent_writes = '{}', card_created_at = null, updated_at = clock_timestamp()
`;

/** The card stays as it is, and is listed for a person. */
export async function leaveCard(tx: Transaction, link: Pick<LinkInHand, 'id'>, because: string, kind: 'replaced' | 'left' | 'merged' = 'replaced'): Promise<void> {
  await sql`
    insert into orphan_cards (connection_id, card_ref, marker, link_id, kind, card, because)
    select l.connection_id, l.card_ref, l.card ->> 'marker', l.id, ${kind}, l.card, ${because}
    from links l where l.id = ${link.id}::uuid and l.card_ref is not null
    on conflict (connection_id, card_ref) do update
    set kind = excluded.kind, because = excluded.because, card = excluded.card, link_id = excluded.link_id, seen_at = now(),
      resolved_at = null, resolved_by = null, resolved_because = null
  `.execute(tx);
}

async function tell(tx: Transaction, link: LinkInHand, by: string, note: string, more: object = {}): Promise<void> {
  const cause = { kind: 'person', linkId: link.id, ...(link.card === null ? {} : { before: link.card.key }), ...more };
  await sql`
    insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, cause_kind, cause, note)
    values (gen_random_uuid(), ${link.vulnerabilityId}::bigint, clock_timestamp(), 'link', 'person', ${by}, 'person', ${JSON.stringify(cause)}::jsonb, ${note})
  `.execute(tx);
}

/** The vulnerability whose link holds a card, or for which a card was made; null: no link of the connection knows it. */
export async function ownerOf(db: Connection, connectionId: string, card: Pick<Card, 'ref' | 'marker'>): Promise<{ readonly linkId: string; readonly vulnerabilityId: string; readonly holds: boolean } | null> {
  const rows = await sql<{ id: string; vulnerability_id: string; holds: boolean }>`
    select l.id, l.vulnerability_id, l.card_ref = ${card.ref} and l.card_ref is not null as holds
    from links l
    where l.connection_id = ${connectionId}::uuid and (l.card_ref = ${card.ref} or l.marker = ${card.marker})
    order by 3 desc limit 1
  `.execute(db);
  const [row] = rows.rows;
  return row === undefined ? null : { linkId: row.id, vulnerabilityId: row.vulnerability_id, holds: row.holds };
}

/** Whether a card carries a marker that this link had before it was given a new one. */
export async function hadMarker(db: Connection, linkId: string, marker: string): Promise<boolean> {
  const rows = await sql`
    select 1 from links l, generate_series(1, l.generation) as g
    where l.id = ${linkId}::uuid and card_marker(l.connection_id, l.vulnerability_id, g) = ${marker}
  `.execute(db);
  return rows.rows.length > 0;
}
