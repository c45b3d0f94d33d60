import { sql } from 'kysely';
import type { PaceHint } from '../../contracts/tracker.ts';
import { bucketOf } from '../../core/sync/pace.ts';
import type { LinkState } from '../../core/vocabulary.ts';
import type { Connection, Transaction } from '../open.ts';
import { pauseLane } from '../work.ts';
import type { KeptLease } from './settle.ts';
import { stillOurs } from './settle.ts';

export async function supersede(db: Connection, deliveryId: string, because: string): Promise<void> {
  await sql`
    update deliveries set outcome = 'superseded', message = ${because}, updated_at = clock_timestamp(), finished_at = clock_timestamp()
    where id = ${deliveryId}::uuid and outcome = 'waiting'
  `.execute(db);
}

interface MissCount {
  readonly misses: number;
  readonly missedSince: number;
  readonly missing: number;
  readonly linked: number;
}

/** One more visit that did not see the card; with how many of the connection's cards are missing just now. */
export async function recordMiss(db: Connection, linkId: string, lease: KeptLease): Promise<MissCount | null> {
  const rows = await sql<{ misses: number; since: Date; missing: number; linked: number }>`
    with missed as (
      update links
      set misses = misses + 1, missed_since = coalesce(missed_since, clock_timestamp()), updated_at = clock_timestamp()
      where id = ${linkId}::uuid and ${stillOurs(lease)}
      returning connection_id, misses, missed_since
    )
    select m.misses, m.missed_since as since,
      (select count(*)::integer from links l
       where l.connection_id = m.connection_id and l.id <> ${linkId}::uuid and l.missed_since > clock_timestamp() - interval '1 hour') + 1 as missing,
      (select count(*)::integer from links l where l.connection_id = m.connection_id and l.card_ref is not null) as linked
    from missed m
  `.execute(db);
  const [row] = rows.rows;
  return row === undefined
    ? null
    : { misses: row.misses, missedSince: row.since.getTime(), missing: row.missing, linked: row.linked };
}

export interface NewLinkState {
  readonly linkId: string;
  readonly lease: KeptLease;
  readonly cardRef: string | null;
  readonly state: LinkState;
  readonly because: string;
}

/** What a person did with the link meanwhile stands: a card that they attached again is not lost. False: nothing was set. */
export async function setLinkState(
  db: Connection,
  { linkId, lease, cardRef, state, because }: NewLinkState,
): Promise<boolean> {
  const set = await sql`
    update links set state = ${state}, state_because = ${because}, updated_at = clock_timestamp()
    where id = ${linkId}::uuid and card_ref is not distinct from ${cardRef} and state <> 'detached' and ${stillOurs(lease)}
      and (${state} <> 'lost' or misses > 0)
  `.execute(db);
  return (set.numAffectedRows ?? 0n) > 0n;
}

export interface HeldLink {
  readonly linkId: string;
  readonly lease: KeptLease;
  readonly cardRef: string | null;
  readonly because: string;
  readonly summary: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A link that is held, and nobody is asked, would wait for ever; a question about a link that goes on would be idle. */
export async function holdLink(tx: Transaction, held: HeldLink): Promise<void> {
  const { linkId, summary, detail } = held;
  if (await setLinkState(tx, { ...held, state: 'held' })) {
    const links = await sql<{ id: string }>`select connection_id as id from links where id = ${linkId}::uuid`.execute(tx);
    const connectionId = links.rows[0]?.id ?? '';
    await openHold(tx, { kind: 'breaker', linkId, connectionId, summary, detail });
  }
}

export interface NewHold {
  readonly kind: string;
  readonly linkId: string | null;
  readonly connectionId: string;
  readonly summary: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** One open hold of a kind per link, or per connection where it concerns no single link. */
export async function openHold(db: Connection, hold: NewHold): Promise<void> {
  await sql`
    insert into holds (id, kind, link_id, connection_id, vulnerability_id, asset_id, summary, detail)
    select gen_random_uuid(), ${hold.kind}, l.id, k.id, l.vulnerability_id, v.asset_id, ${hold.summary}, ${JSON.stringify(hold.detail)}::jsonb
    from connections k
    left join links l on l.id = ${hold.linkId}::uuid
    left join vulnerabilities v on v.id = l.vulnerability_id
    where k.id = ${hold.connectionId}::uuid
      and not exists (
        select 1 from holds h where h.state = 'open' and h.kind = ${hold.kind}
          and h.connection_id = k.id and h.link_id is not distinct from ${hold.linkId}::uuid
      )
    on conflict do nothing
  `.execute(db);
}

/**
 * The connection waits: its lane is closed until a person logs in again. Nothing of it fails. A refusal of credentials that
 * were replaced after `asOf` (when the visit began, by the database's clock) is no news.
 */
export async function haltConnection(
  tx: Transaction,
  id: string,
  halt: { readonly state: 'unauthorized'; readonly because: string; readonly asOf: number },
): Promise<void> {
  const halted = await sql`
    update connections
    set state = ${halt.state}, state_because = ${halt.because}, state_changed_at = clock_timestamp(), updated_at = clock_timestamp()
    where id = ${id}::uuid and state = 'active' and state_changed_at <= ${new Date(halt.asOf).toISOString()}::timestamptz + interval '1 millisecond'
  `.execute(tx);
  if ((halted.numAffectedRows ?? 0n) > 0n) {
    await pauseLane(tx, id, 'infinity');
  }
}

export async function throttle(db: Connection, id: string, pauseMs: number): Promise<void> {
  await sql`
    with pause as (select clock_timestamp() + make_interval(secs => ${pauseMs / 1000}) as until),
    lane as (update lanes set paused_until = greatest(paused_until, pause.until) from pause where id = ${id})
    update connections set throttled_until = greatest(throttled_until, pause.until) from pause where id = ${id}::uuid
  `.execute(db);
}

/** The tracker's own words on how fast it may be asked, also on success. */
export async function learnPace(db: Connection, id: string, hints: readonly PaceHint[]): Promise<void> {
  const last = hints.at(-1);
  const pauseMs = Math.max(0, ...hints.map((hint) => hint.pauseMs ?? 0));
  if (pauseMs > 0) {
    await throttle(db, id, pauseMs);
  }
  const bucket = bucketOf({ perMinute: last?.callsPerMinute ?? null, perHour: last?.callsPerHour ?? null });
  if (bucket !== null) {
    await sql`
      update lanes set per_second = ${bucket.perSecond}, burst = ${bucket.burst}
      where id = ${id} and (per_second is distinct from ${bucket.perSecond} or burst <> ${bucket.burst})
    `.execute(db);
  }
  // What others who use the same account have spent is gone for us too.
  const left = Math.min(last?.callsLeftThisMinute ?? Infinity, last?.callsLeftThisHour ?? Infinity);
  if (Number.isFinite(left)) {
    await sql`update lanes set tokens = ${left} where id = ${id} and per_second is not null and tokens > ${left}`.execute(db);
  }
}

export async function noteConnection(
  db: Connection,
  id: string,
  note: { readonly pushed?: boolean; readonly pulled?: boolean; readonly fault?: string | null },
): Promise<void> {
  // Health is shown by the minute: a row that hundreds of visits share is not written by each of them.
  await sql`
    update connections
    set last_push_at = case when ${note.pushed === true} then clock_timestamp() else last_push_at end,
      last_pull_at = case when ${note.pulled === true} then clock_timestamp() else last_pull_at end,
      last_fault = case
        when ${note.fault === undefined} then last_fault
        when ${note.fault ?? null}::text is null then null
        else jsonb_build_object('message', ${note.fault ?? null}::text, 'at', clock_timestamp()) end
    where id = ${id}::uuid and (
      ${note.fault !== undefined && note.fault !== null} or last_fault is not null
      or (${note.pulled === true} and (last_pull_at is null or last_pull_at < clock_timestamp() - interval '5 seconds'))
      or (${note.pushed === true} and (last_push_at is null or last_push_at < clock_timestamp() - interval '5 seconds'))
    )
  `.execute(db);
}

export async function flagConfiguration(db: Connection, id: string, attention: string): Promise<void> {
  await sql`
    update configurations
    set attention = jsonb_build_array(jsonb_build_object('kind', 'blocking', 'message', ${attention}::text, 'at', clock_timestamp()))
    where id = ${id}::uuid and (attention is null or not jsonb_path_exists(attention, '$[*].path'))
  `.execute(db);
  // What exactly is gone, with the name it had, is said by a look at the whole target.
  await sql`
    insert into work (kind, key, lane, due_at, because)
    select 'structure', connection_id::text, connection_id::text, clock_timestamp(), 'A visit found the target changed.'
    from configurations where id = ${id}::uuid
    on conflict (kind, key) do update set due_at = least(work.due_at, clock_timestamp()), wakes = work.wakes + 1, because = excluded.because
  `.execute(db);
}
