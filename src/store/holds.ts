import { sql } from 'kysely';
import type { Connection, Transaction } from './open.ts';
import { markLinksDue } from './links.ts';

/** What was asked about links has no answer any more. */
export async function supersedeLinkHolds(tx: Connection, linkIds: readonly string[], because: string): Promise<void> {
  await sql`
    update holds set state = 'superseded', decided_at = clock_timestamp(), decided_by = 'Patchboard', note = ${because}
    where state = 'open' and link_id = any (${[...linkIds]}::uuid[])
  `.execute(tx);
}

/** Questions that time has answered: nobody should decide on what is not so any more. Answers how many. */
export async function supersedeAnswered(db: Connection): Promise<number> {
  const done = await sql`
    update holds h
    set state = 'superseded', decided_at = clock_timestamp(), decided_by = 'Patchboard', note = moot.because
    from (${moot}) moot
    where h.id = moot.id and h.state = 'open'
  `.execute(db);
  return Number(done.numAffectedRows ?? 0n);
}

/** Why an open hold is moot; null: it is not. */
export async function whyMoot(tx: Connection, holdId: string): Promise<string | null> {
  const rows = await sql<{ because: string }>`select because from (${moot}) m where m.id::text = ${holdId}`.execute(tx);
  return rows.rows[0]?.because ?? null;
}

const moot = sql`
  select h.id, case
    when l.state = 'detached' then 'The link was detached.'
    when k.state = 'deleted' then 'The connection was removed.'
    when h.kind = 'breaker' and l.state <> 'held' then 'The link goes on already.'
    when h.kind in ('board_decision', 'ambiguous_state') and l.card ->> 'state' is distinct from h.detail ->> 'state' then 'The card was moved on.'
    when h.kind in ('board_decision', 'ambiguous_state') and v.status in ('risk_accepted', 'false_positive', 'fixed') then 'The vulnerability was decided meanwhile.'
    when h.kind = 'lost_cards' and not exists (
      select 1 from links o where o.connection_id = h.connection_id and o.missed_since is not null and o.state <> 'detached'
    ) then 'The cards can be seen again.'
  end as because
  from holds h
  left join links l on l.id = h.link_id
  left join connections k on k.id = h.connection_id
  left join vulnerabilities v on v.id = h.vulnerability_id
  where h.state = 'open' and (
    l.state = 'detached' or k.state = 'deleted' or (h.kind = 'breaker' and l.state <> 'held')
    or (h.kind in ('board_decision', 'ambiguous_state')
      and (l.card ->> 'state' is distinct from h.detail ->> 'state' or v.status in ('risk_accepted', 'false_positive', 'fixed')))
    or (h.kind = 'lost_cards' and not exists (
      select 1 from links o where o.connection_id = h.connection_id and o.missed_since is not null and o.state <> 'detached'))
  )
`;

/** The link goes on from where it stopped. */
export async function resumeHeldLink(tx: Transaction, linkId: string): Promise<void> {
  await sql`
    update links
    set state = case when card_ref is null then 'pending' else 'linked' end, state_because = null, recent_writes = '{}',
      attempts = case when card_ref is null then least(attempts, 1) else attempts end, updated_at = clock_timestamp()
    where id = ${linkId}::uuid and state = 'held'
  `.execute(tx);
  await markLinksDue(tx, [linkId], 'A person let it go on.');
}

/** Cards of a connection that were not seen when a person was asked. */
export async function missingLinks(tx: Connection, connectionId: string): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>`
    select id from links
    where connection_id = ${connectionId}::uuid and card_ref is not null and missed_since is not null and state in ('linked', 'inaccessible', 'lost')
    order by id
  `.execute(tx);
  return rows.rows.map((row) => row.id);
}

export async function markLost(tx: Transaction, linkIds: readonly string[], because: string): Promise<void> {
  await sql`
    update links set state = 'lost', state_because = ${because}, updated_at = clock_timestamp() where id = any (${[...linkIds]}::uuid[])
  `.execute(tx);
}

/** Counted from nothing again, and looked for at once. */
export async function lookAgain(tx: Transaction, linkIds: readonly string[]): Promise<void> {
  await sql`
    update links set state = 'linked', state_because = null, misses = 0, missed_since = null, updated_at = clock_timestamp()
    where id = any (${[...linkIds]}::uuid[]) and card_ref is not null
  `.execute(tx);
  await markLinksDue(tx, linkIds, 'A person says that the cards are there.');
}
