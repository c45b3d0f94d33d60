import { sql } from 'kysely';
import type { Card } from '../contracts/tracker.ts';
import type { Status } from '../core/vocabulary.ts';
import { markLinksDue, wakeLinksById } from './links.ts';
import type { Connection, Transaction } from './open.ts';

export interface PlacedRow {
  readonly link_id: string;
  readonly vulnerability_id: string;
  readonly status: Status;
  readonly card: Pick<Card, 'key' | 'url' | 'state' | 'stateLabel' | 'place' | 'presence'>;
  readonly drift: string | null;
}

/** Every card that this configuration governs, as last read. */
export async function cardsUnder(db: Connection, configurationId: string): Promise<readonly PlacedRow[]> {
  const rows = await sql<PlacedRow>`
    select l.id as link_id, v.id as vulnerability_id, v.status, l.drift ->> 'kind' as drift,
      jsonb_build_object('key', l.card -> 'key', 'url', l.card -> 'url', 'state', l.card -> 'state', 'stateLabel', l.card -> 'stateLabel',
        'place', coalesce(l.card -> 'place', '{}'), 'presence', l.card -> 'presence') as card
    from (
      select a.id as asset_id, c.connection_id from assets a join lateral effective_configurations(a.id) c on c.id::text = ${configurationId} offset 0
    ) c
    join vulnerabilities v on v.asset_id = c.asset_id and v.merged_into is null
    join links l on l.vulnerability_id = v.id and l.connection_id = c.connection_id and l.state = 'linked' and l.card is not null
    order by v.id
  `.execute(db);
  return rows.rows;
}

export async function planMoves(tx: Transaction, jobId: string, linkIds: readonly string[]): Promise<void> {
  await sql`
    update links set move_job_id = ${jobId}::uuid, move_state = 'planned', move_because = null, updated_at = clock_timestamp() where id = any (${[...linkIds]}::uuid[])
  `.execute(tx);
}

/** What is planned is asked for, as much as there is room for; the links' own visits do it. */
export async function askMoves(tx: Transaction, jobId: string, most: number): Promise<number> {
  const asked = await sql<{ id: string }>`
    update links set move_state = 'wanted', updated_at = clock_timestamp()
    where id in (select id from links where move_job_id = ${jobId}::uuid and move_state = 'planned' order by vulnerability_id limit ${most} for no key update)
    returning id
  `.execute(tx);
  await wakeLinksById(tx, asked.rows.map(({ id }) => id), 'A person asked that the card be moved to where its configuration says.');
  return asked.rows.length;
}

/** A move that the tracker refused, or whose link stopped, is over; what else the card has to be told goes on without it. */
export async function endRefusedMoves(tx: Transaction, jobId: string): Promise<void> {
  const ended = await sql<{ id: string; state: string }>`
    update links l set move_state = 'failed', move_because = coalesce(r.message, l.state_because), updated_at = clock_timestamp()
    from links o
    left join lateral (
      select d.message, d.outcome, d.error_class from deliveries d where d.link_id = o.id and d.direction = 'outbound' order by d.created_at desc, d.id desc limit 1
    ) r on true
    where o.id = l.id and l.move_job_id = ${jobId}::uuid and l.move_state = 'wanted' and (
      l.state <> 'linked' or r.outcome in ('failed', 'discarded') or (r.outcome = 'waiting' and r.error_class = 'workflow')
    )
    returning l.id, l.state
  `.execute(tx);
  await markLinksDue(tx, ended.rows.filter(({ state }) => state === 'linked').map(({ id }) => id), 'The card is not moved; what else it has to be told is.');
}

/** What nobody has begun is taken back: until it is resumed, or for good. */
export async function holdMoves(tx: Transaction, jobId: string, state: 'planned' | null): Promise<void> {
  await sql`
    update links set move_state = ${state}, move_job_id = case when ${state === null} then null else move_job_id end, updated_at = clock_timestamp()
    where move_job_id = ${jobId}::uuid and move_state in ('planned', 'wanted')
  `.execute(tx);
}

export async function countMoves(tx: Transaction, jobId: string): Promise<{ readonly planned: number; readonly wanted: number }> {
  const rows = await sql<{ planned: number; wanted: number }>`
    select count(*) filter (where move_state = 'planned')::integer as planned, count(*) filter (where move_state = 'wanted')::integer as wanted
    from links where move_job_id = ${jobId}::uuid
  `.execute(tx);
  return rows.rows[0] ?? { planned: 0, wanted: 0 };
}

/** A difference that came of a configuration is shown, once on the timeline, or is over. What else is shown of a card stays. */
export async function noteDrifts(tx: Transaction, linkIds: readonly string[], drift: { readonly kind: string; readonly because: string } | null): Promise<void> {
  const noted = await sql<{ id: string }>`
    update links set drift = ${drift === null ? null : JSON.stringify(drift)}::jsonb, updated_at = clock_timestamp()
    where id = any (${[...linkIds]}::uuid[]) and (drift is null or drift ->> 'kind' in ('elsewhere', 'mapping')) and drift ->> 'kind' is distinct from ${drift?.kind ?? null}
    returning id
  `.execute(tx);
  if (drift === null) {
    return;
  }
  await sql`
    insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, cause_kind, cause, note)
    select gen_random_uuid(), l.vulnerability_id, clock_timestamp(), 'drift', 'system', 'Sync', 'system',
      jsonb_build_object('kind', 'system', 'linkId', l.id, 'card', l.card ->> 'key'), ${drift.because}
    from links l where l.id = any (${noted.rows.map(({ id }) => id)}::uuid[])
  `.execute(tx);
}

/** Cards that no configuration governs any more: they are no longer updated, and each says so. */
export async function noteUngoverned(tx: Transaction, connectionId: string, configurationId: string): Promise<number> {
  const told = await sql`
    insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, cause_kind, cause, note)
    select gen_random_uuid(), l.vulnerability_id, clock_timestamp(), 'link', 'system', 'Sync', 'system',
      jsonb_build_object('kind', 'system', 'linkId', l.id, 'card', l.card ->> 'key'),
      'The configuration was deleted and no other applies: card ' || coalesce(l.card ->> 'key', l.card_ref) || ' is no longer updated.'
    from links l join vulnerabilities v on v.id = l.vulnerability_id
    where l.connection_id = ${connectionId}::uuid and l.configuration_id = ${configurationId}::uuid and l.card_ref is not null and l.state <> 'detached'
      and not exists (select 1 from effective_configurations(v.asset_id) c where c.connection_id = l.connection_id)
  `.execute(tx);
  return Number(told.numAffectedRows ?? 0n);
}
