import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Card, Exchange } from '../../contracts/tracker.ts';
import { leaveDetachedCard, leaveLateCard } from '../farewells.ts';
import { markLinksDue } from '../links.ts';
import type { Connection, Store, Transaction } from '../open.ts';
import { inTransaction } from '../open.ts';

/** An attempt as kept for Sync activity. */
export interface KeptAttempt {
  readonly act: string;
  readonly fault: string | null;
  readonly errorClass: string | null;
  readonly message: string | null;
  readonly hint: string | null;
  readonly exchanges: readonly Exchange[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface FoundCard {
  readonly linkId: string;
  readonly connectionId: string;
  readonly card: Card;
  readonly base: { readonly order: number } & object;
  readonly configurationId: string;
  readonly attempt: KeptAttempt;
  readonly duplicates: readonly Card[];
}

/**
 * Compare-and-set on "no card yet". A card that comes too late is listed as an orphan: known, and never deleted. Nearly always a
 * card is the first and only one of a link that nobody parted with, and no webhook waits for it: that is one statement.
 */
export async function recordCard(store: Pick<Store, 'db'>, found: FoundCard): Promise<boolean> {
  const linked = (await recordPlainly(store.db, found)) || (await inTransaction(store, (tx) => recordAnyCard(tx, found)));
  if (linked && (await isHinted(store.db, found))) {
    // A webhook that was stored between the look for it and the commit.
    await inTransaction(store, (tx) => matchWaitingHints(tx, found.linkId, found.card.ref));
  }
  return linked;
}

/** The link takes the card, if it has none and the condition on it, `l`, holds. */
function takeCard(found: FoundCard, condition: RawBuilder<unknown>) {
  const { card } = found;
  return sql<{ id: string; connection_id: string; vulnerability_id: string; state: string }>`
    update links l
    set card_ref = ${card.ref}, card = ${JSON.stringify(card)}::jsonb, base = ${JSON.stringify(found.base)}::jsonb,
      base_order = ${found.base.order}, configuration_id = ${found.configurationId}::uuid,
      state = case when state = 'detached' then state else 'linked' end, state_because = case when state = 'detached' then state_because end,
      intent = null, pending = null, quarantine_until = '-infinity', misses = 0,
      card_created_at = case when ${found.attempt.act === 'create'} then clock_timestamp() end, missed_since = null,
      last_synced_at = clock_timestamp(), updated_at = clock_timestamp()
    where id = ${found.linkId}::uuid and card_ref is null
      and (${card.marker}::text is null or marker = ${card.marker}) and ${condition}
    returning id, connection_id, vulnerability_id, state`;
}

/**
 * False: nothing was written, for something is to be done that this does not do. Its commit does not wait for the disk: that of the
 * visit's end does, after it. What a crash between them loses is an answer that nobody heard: the card is found by its marker.
 */
export async function recordPlainly(db: Connection, found: FoundCard): Promise<boolean> {
  const { card, linkId, attempt } = found;
  if (found.duplicates.length > 0) {
    return false;
  }
  const { note, cause } = entryOf(found);
  const plain = sql`l.state <> 'detached' and not ${hintWaits(card.ref)}`;
  const written = await sql<{ n: number }>`
    with the_link as (${takeCard(found, plain)}),
    ${deliveryOfTheLink({ linkId, attempt, outcome: 'succeeded', nextAt: null })},
    listed as (
      update orphan_cards set resolved_at = clock_timestamp()
      where link_id in (select id from the_link) and card_ref = ${card.ref} and resolved_at is null
    ),
    told as (
      insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, cause_kind, cause, note)
      select gen_random_uuid(), vulnerability_id, clock_timestamp(), 'link', 'system', 'Sync', 'system', ${JSON.stringify(cause)}::jsonb, ${note}
      from the_link
    )
    select n, set_config('synchronous_commit', 'off', true) from kept
  `.execute(db);
  const [row] = written.rows;
  return row !== undefined;
}

async function recordAnyCard(tx: Transaction, found: FoundCard): Promise<boolean> {
  const { card } = found;
  const linked = await takeCard(found, sql`true`).execute(tx);
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

/** Whether a webhook about this card of the link `l` waits to be told whose it is. */
function hintWaits(ref: string) {
  return sql<boolean>`exists (select 1 from inbox i where i.connection_id = l.connection_id and i.state = 'unmatched' and ${ref} = any (i.refs))`;
}

export async function isHinted(db: Connection, { linkId, card }: FoundCard): Promise<boolean> {
  const waiting = await sql`select 1 from links l where l.id = ${linkId}::uuid and ${hintWaits(card.ref)}`.execute(db);
  return waiting.rows.length > 0;
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

export interface FinishedDelivery {
  readonly linkId: string;
  readonly attempt: KeptAttempt;
  readonly outcome: 'waiting' | 'succeeded' | 'failed';
  readonly nextAt: number | null;
  readonly direction?: 'outbound' | 'inbound';
}

/** The attempt is kept with the link's waiting delivery, or with a new one where nothing waited. */
export async function finishDelivery(tx: Transaction, finished: FinishedDelivery): Promise<void> {
  const kept = await sql<{ delivery_id: string; n: number }>`
    with the_link as (select id, connection_id, vulnerability_id from links where id = ${finished.linkId}::uuid),
    ${deliveryOfTheLink(finished)}
    select delivery_id, n from kept
  `.execute(tx);
  const [row] = kept.rows;
  if (row === undefined) {
    throw new Error('A delivery belongs to a link that is there.');
  }
  if (row.n > 20) {
    // A delivery that is tried for days keeps its first and its latest attempts.
    await sql`
      delete from delivery_attempts where delivery_id = ${row.delivery_id}::uuid and n > 3 and n < ${row.n - 17}
    `.execute(tx);
  }
}

/**
 * Parts of a statement that has a part `the_link`: what is written of its delivery, if it has a row. Said so that only the index
 * of the link can answer (none serves `is not distinct from`): a plan that was made while nothing waited reads all that waits, for each
 * card anew.
 */
function deliveryOfTheLink({ attempt, outcome, ...finished }: FinishedDelivery) {
  const direction = finished.direction ?? 'outbound';
  const nextAt = finished.nextAt === null ? null : new Date(finished.nextAt).toISOString();
  const finishedAt = outcome === 'waiting' ? null : new Date().toISOString();
  const detail = JSON.stringify(attempt.detail);
  return sql`
    waited as (
      update deliveries
      set outcome = ${outcome}, act = ${attempt.act}, error_class = ${attempt.errorClass}, message = ${attempt.message},
        hint = ${attempt.hint}, detail = ${detail}::jsonb, attempts = attempts + 1, next_at = ${nextAt}::timestamptz,
        updated_at = clock_timestamp(), finished_at = ${finishedAt}::timestamptz
      where outcome is not distinct from 'waiting' and id = (
        select d.id from the_link cross join lateral (
          select id from deliveries where link_id = the_link.id and outcome is not distinct from 'waiting' and direction = ${direction} limit 1
        ) d
      )
      returning id
    ),
    begun as (
      insert into deliveries (
        id, connection_id, link_id, vulnerability_id, direction, act, outcome, error_class, message, hint, detail, attempts,
        next_at, finished_at
      )
      select gen_random_uuid(), connection_id, id, vulnerability_id, ${direction}, ${attempt.act}, ${outcome},
        ${attempt.errorClass}, ${attempt.message}, ${attempt.hint}, ${detail}::jsonb, 1, ${nextAt}::timestamptz, ${finishedAt}::timestamptz
      from the_link where not exists (select 1 from waited)
      returning id
    ),
    kept as (
      insert into delivery_attempts (delivery_id, n, at, fault, message, exchanges)
      select d.id, coalesce((select max(n) from delivery_attempts where delivery_id = d.id), 0) + 1, clock_timestamp(),
        ${attempt.fault}, ${attempt.message}, ${JSON.stringify(attempt.exchanges.slice(-20))}::jsonb
      from (select id from waited union all select id from begun) d
      returning delivery_id, n
    )`;
}
