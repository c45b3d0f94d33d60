import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Card } from '../../contracts/tracker.ts';
import { leaveDetachedCard, leaveLateCard } from '../farewells.ts';
import { markLinksDue } from '../links.ts';
import type { Connection, Store, Transaction } from '../open.ts';
import { inTransaction } from '../open.ts';
import type { KeptAttempt } from './keep-delivery.ts';
import { deliveriesOfLinks, finishDelivery } from './keep-delivery.ts';
import { askOncePerLink } from './once-per-link.ts';

export interface FoundCard {
  readonly linkId: string;
  readonly connectionId: string;
  readonly card: Card;
  readonly base: { readonly order: number } & object;
  readonly configurationId: string;
  readonly attempt: KeptAttempt;
  readonly duplicates: readonly Card[];
}

/** Most cards of one statement. */
export const cardsMax = 50;

/** What `recordCard` says to the database for many callers at once. */
export interface ManyCards {
  recordPlainly(found: FoundCard): Promise<boolean>;
  isHinted(found: FoundCard): Promise<boolean>;
}

/**
 * Compare-and-set on "no card yet". A card that comes too late is listed as an orphan: known, and never deleted. Nearly always a
 * card is the first and only one of a link that nobody parted with, and no webhook waits for it: that is one statement.
 */
export async function recordCard(store: Pick<Store, 'db'>, found: FoundCard, many: ManyCards): Promise<boolean> {
  const plainly = found.duplicates.length === 0 && (await many.recordPlainly(found));
  const linked = plainly || (await inTransaction(store, (tx) => recordAnyCard(tx, found)));
  if (linked && (await many.isHinted(found))) {
    // A webhook that was stored between the look for it and the commit.
    await inTransaction(store, (tx) => matchWaitingHints(tx, found.linkId, found.card.ref));
  }
  return linked;
}

/** Parts of a statement: the cards given (`g`), and as `the_link` the links that take theirs, if they have none and the condition on link `l` and `g` holds. */
function takeCards(all: readonly FoundCard[], condition: RawBuilder<unknown>) {
  const rows = all.map(({ linkId, card, base, configurationId, attempt }) => ({
    link: linkId,
    ref: card.ref,
    marker: card.marker,
    card,
    base,
    base_order: base.order,
    configuration: configurationId,
    made: attempt.act === 'create',
  }));
  return sql`
    given as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g (
        link uuid, ref text, marker text, card jsonb, base jsonb, base_order bigint, configuration uuid, made boolean
      )
    ),
    the_link as (
      update links l
      set card_ref = g.ref, card = g.card, base = g.base, base_order = g.base_order, configuration_id = g.configuration,
        state = case when state = 'detached' then state else 'linked' end, state_because = case when state = 'detached' then state_because end,
        intent = null, pending = null, quarantine_until = '-infinity', misses = 0,
        card_created_at = case when g.made then clock_timestamp() end, missed_since = null,
        last_synced_at = clock_timestamp(), updated_at = clock_timestamp()
      from given g
      where l.id = g.link and l.card_ref is null and (g.marker is null or l.marker = g.marker) and ${condition}
      returning l.id, l.connection_id, l.vulnerability_id, l.state, g.ref
    )`;
}

/**
 * Answers of which of them something was written; of the others nothing was, for something is to be done that this does not do, or somebody
 * holds the link. Its commit does not wait for the disk: that of the visit's end does, after it. What a crash between them loses is
 * an answer that nobody heard: the card is found by its marker.
 */
export function recordPlainly(db: Connection, wanted: readonly FoundCard[]): Promise<readonly boolean[]> {
  return askOncePerLink(wanted, (all) => recordAll(db, all));
}

function recordAll(db: Connection, all: readonly FoundCard[]) {
  const entries = all.map((found) => ({ link: found.linkId, ...entryOf(found) }));
  const outcomes = all.map(({ linkId, attempt }) => ({ linkId, attempt, outcome: 'succeeded', nextAt: null }) as const);
  return sql<{ id: string }>`
    with free as materialized (
      select id from links where id = any (${all.map((found) => found.linkId)}::uuid[]) order by id for no key update skip locked
    ),
    ${takeCards(all, sql`l.id in (select id from free) and l.state <> 'detached' and not ${hintWaits}`)},
    ${deliveriesOfLinks(outcomes)},
    listed as (
      update orphan_cards o set resolved_at = clock_timestamp()
      from the_link t where o.connection_id = t.connection_id and o.card_ref = t.ref and o.link_id = t.id and o.resolved_at is null
    ),
    told as (
      insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, cause_kind, cause, note)
      select gen_random_uuid(), t.vulnerability_id, clock_timestamp(), 'link', 'system', 'Sync', 'system', e.cause, e.note
      from the_link t join jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) as e (link uuid, cause jsonb, note text) on e.link = t.id
    )
    select id, set_config('synchronous_commit', 'off', true) from the_link
  `.execute(db);
}

async function recordAnyCard(tx: Transaction, found: FoundCard): Promise<boolean> {
  const { card } = found;
  const linked = await sql<{ vulnerability_id: string; state: string }>`
    with ${takeCards([found], sql`true`)} select vulnerability_id, state from the_link
  `.execute(tx);
  const [row] = linked.rows;
  const orphans = row === undefined ? [card] : found.duplicates;
  for (const orphan of orphans) {
    await noteOrphan(tx, found.linkId, orphan, row === undefined ? 'late' : 'duplicate');
  }
  if (row === undefined) {
    if (!(await isThere(tx, found.linkId))) {
      await leaveLateCard(tx, found.connectionId, card);
    }
    // It is listed. What waits for the link, or failed, is another visit's and stays as it is.
    return false;
  }
  await finishDelivery(tx, {
    linkId: found.linkId,
    attempt: found.attempt,
    outcome: 'succeeded',
    nextAt: null,
  });
  // It may have been listed while nobody knew whose it was.
  await sql`
    update orphan_cards set resolved_at = clock_timestamp() where link_id = ${found.linkId}::uuid and card_ref = ${card.ref} and resolved_at is null
  `.execute(tx);
  if (row.state === 'detached') {
    await leaveDetachedCard(tx, found.linkId, card);
  }
  await matchWaitingHints(tx, found.linkId, card.ref);
  await addEntry(tx, { vulnerabilityId: row.vulnerability_id, ...entryOf(found) });
  return true;
}

function entryOf({ card, attempt }: FoundCard) {
  const what = attempt.act === 'adopt' ? `Card ${card.key} was found by its marker.` : `Card ${card.key} was created.`;
  const note = card.notice === undefined ? what : `${what} ${card.notice}`;
  return { kind: 'link', note, cause: { kind: 'system', card: card.key, url: card.url } } as const;
}

/** Whether a webhook about the card given (`g`) of the link `l` waits to be told whose it is. */
const hintWaits = sql<boolean>`exists (select 1 from inbox i where i.connection_id = l.connection_id and i.state = 'unmatched' and g.ref = any (i.refs))`;

export async function areHinted(db: Connection, all: readonly FoundCard[]): Promise<readonly boolean[]> {
  const waiting = await sql<{ nth: string }>`
    select nth from unnest(${all.map((found) => found.linkId)}::uuid[], ${all.map((found) => found.card.ref)}::text[]) with ordinality as g (link, ref, nth)
    join links l on l.id = g.link
    where ${hintWaits}
  `.execute(db);
  const hinted = new Set(waiting.rows.map((row) => Number(row.nth) - 1));
  return all.map((_found, nth) => hinted.has(nth));
}

/** Webhooks that came before we knew whose card it was. */
export async function matchWaitingHints(tx: Transaction, linkId: string, ref: string): Promise<void> {
  const matched = await sql`
    update inbox i set state = 'done', processed_at = clock_timestamp()
    from links l
    where l.id = ${linkId}::uuid and i.connection_id = l.connection_id and i.state = 'unmatched' and ${ref} = any (i.refs)
  `.execute(tx);
  if ((matched.numAffectedRows ?? 0n) > 0n) {
    await markLinksDue(tx, [linkId], 'A webhook about the card came before its answer.');
  }
}

async function isThere(tx: Transaction, linkId: string): Promise<boolean> {
  const rows = await sql`select 1 from links where id = ${linkId}::uuid`.execute(tx);
  return rows.rows.length > 0;
}

/** The same card is no orphan: a late answer may tell of the card that was adopted meanwhile. */
async function noteOrphan(
  tx: Transaction,
  linkId: string,
  card: Card,
  kind: 'late' | 'duplicate',
): Promise<void> {
  await sql`
    insert into orphan_cards (connection_id, card_ref, marker, link_id, kind, card)
    select l.connection_id, ${card.ref}, ${card.marker}, l.id, ${kind}, ${JSON.stringify(card)}::jsonb
    from links l where l.id = ${linkId}::uuid and l.card_ref is distinct from ${card.ref}
    on conflict (connection_id, card_ref) do nothing
  `.execute(tx);
}

export interface Entry {
  readonly vulnerabilityId: string;
  readonly kind: 'card' | 'drift' | 'conflict' | 'link';
  readonly note: string | null;
  readonly cause: { readonly kind: 'card' | 'system' } & Readonly<Record<string, unknown>>;
}

export async function addEntry(tx: Transaction, entry: Entry): Promise<void> {
  await sql`
    insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, cause_kind, cause, note)
    values (gen_random_uuid(), ${entry.vulnerabilityId}::bigint, clock_timestamp(), ${entry.kind}, ${entry.cause.kind}, 'Sync',
      ${entry.cause.kind}, ${JSON.stringify(entry.cause)}::jsonb, ${entry.note})
  `.execute(tx);
}

/** The link before its work, as whoever asks something of it does: the other way round each would wait for the other. */
export async function lockLink(tx: Transaction, linkId: string): Promise<void> {
  await sql`select 1 from links where id = ${linkId}::uuid for no key update`.execute(tx);
}

export interface Failed {
  readonly linkId: string;
  readonly lease: { readonly kind: string; readonly key: string; readonly token: string };
  readonly attempt: KeptAttempt;
  readonly nextAt: number | null;
  readonly refusal: string | null;
}

/** What a visit that was taken over says of the next try is not so: its outcome is the new owner's to tell. */
export async function recordFault(tx: Transaction, { linkId, lease, attempt, nextAt, refusal }: Failed): Promise<void> {
  await lockLink(tx, linkId);
  const owned = await sql`
    select 1 from work where kind = ${lease.kind} and key = ${lease.key} and lease_token = ${lease.token}::bigint for update
  `.execute(tx);
  if (owned.rows.length > 0) {
    await finishDelivery(tx, { linkId, attempt, outcome: nextAt === null ? 'failed' : 'waiting', nextAt });
    if (refusal !== null) {
      await showRefusal(tx, linkId, refusal);
    }
  }
}

async function showRefusal(tx: Transaction, linkId: string, because: string): Promise<void> {
  const shown = await sql<{ vulnerability_id: string; is_new: boolean; card: Card | null }>`
    update links l set drift = ${JSON.stringify({ kind: 'refused', because })}::jsonb, updated_at = clock_timestamp()
    from links before
    where l.id = ${linkId}::uuid and before.id = l.id
    returning l.vulnerability_id, l.card, before.drift ->> 'kind' is distinct from 'refused' as is_new
  `.execute(tx);
  const [row] = shown.rows;
  if (row?.is_new === true) {
    const cause = { kind: 'card', linkId, card: row.card?.key, state: row.card?.stateLabel } as const;
    await addEntry(tx, { vulnerabilityId: row.vulnerability_id, kind: 'drift', note: because, cause });
  }
}
