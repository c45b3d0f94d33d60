import { randomUUID } from 'node:crypto';
import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { Connection } from './open.ts';
import { workChannel } from './work.ts';

export interface OpenLinksWish {
  readonly assetId: string;
  readonly vulnerabilityIds: readonly string[];
  readonly on: 'identified' | 'assessment_completed';
}

/**
 * The link rows of vulnerabilities that have just been identified (or assessed), for each connection whose effective
 * configuration wants a card of them; with their deliveries and their work, in the transaction that caused it. One statement, so
 * that its caller may make the next one ready meanwhile. Answers how many were made.
 */
export async function openLinks(tx: Connection, wish: OpenLinksWish): Promise<number> {
  const because = 'The vulnerability was identified.';
  const opened = await sql<{ made: number }>`
    with made as (
      insert into links (id, vulnerability_id, connection_id, configuration_id, marker)
      select gen_random_uuid(), v.id, c.connection_id, c.id, marker_of(i.id, c.connection_id, v.id, 1)
      from effective_configurations(${wish.assetId}::uuid) c
      cross join instance i
      join connections k on k.id = c.connection_id
      join vulnerabilities v on v.id = any (${[...wish.vulnerabilityIds]}::bigint[])
      where c.create_on = ${wish.on}
        and v.status in ('identified', 'in_progress', 'awaiting_validation')
        and coalesce(c.severity_mapping, k.severity_mapping) ->> v.severity is not null
        and v.severity_rank <= severity_rank_of(coalesce(c.minimum_severity, 'informational'))
      on conflict (vulnerability_id, connection_id) do nothing
      returning id, connection_id, vulnerability_id, card_ref
    ),
    waiting as (${insertDeliveries(sql`made`, because)}),
    due as (${insertWork(sql`made`, because)})
    select n as made, case when n > 0 then pg_notify(${workChannel}, '') end from (select count(*)::integer as n from made) m
  `.execute(tx);
  return opened.rows[0]?.made ?? 0;
}

/** Wakes every live link of these vulnerabilities, except one whose own visit is the cause. */
export async function wakeLinks(
  tx: Connection,
  vulnerabilityIds: readonly string[],
  because: string,
  exceptLinkId: string | null = null,
): Promise<void> {
  if (vulnerabilityIds.length === 0) {
    return;
  }
  const links = await sql<{ id: string }>`
    select id from links
    where vulnerability_id = any (${[...vulnerabilityIds]}::bigint[])
      and state in ('pending', 'linked', 'lost', 'inaccessible')
      and id is distinct from ${exceptLinkId}::uuid
  `.execute(tx);
  await wakeLinksById(tx, links.rows.map((row) => row.id), because);
}

/** A link that is woken because our side changed: its delivery waits in Sync activity from this moment. */
export async function wakeLinksById(tx: Connection, linkIds: readonly string[], because: string): Promise<void> {
  if (linkIds.length === 0) {
    return;
  }
  await insertDeliveries(linksById(linkIds), because).execute(tx);
  await markLinksDue(tx, linkIds, because);
}

/** Marks links due without saying that anything changed on our side: a webhook, a sweep, a person's "Sync now". */
export async function markLinksDue(tx: Connection, linkIds: readonly string[], because: string): Promise<void> {
  if (linkIds.length === 0) {
    return;
  }
  await insertWork(linksById(linkIds), because).execute(tx);
  await sql`select pg_notify(${workChannel}, '')`.execute(tx);
}

function linksById(linkIds: readonly string[]) {
  return sql`(select * from links where id = any (${[...linkIds]}::uuid[]))`;
}

/** In one order, as everybody locks them. */
function insertDeliveries(links: RawBuilder<unknown>, because: string) {
  return sql`
    insert into deliveries (id, connection_id, link_id, vulnerability_id, direction, act, outcome, message, correlation_id)
    select gen_random_uuid(), l.connection_id, l.id, l.vulnerability_id, 'outbound',
      case when l.card_ref is null then 'create' else 'update' end, 'waiting', ${because}, ${randomUUID()}
    from ${links} l
    order by l.id
    on conflict (link_id) where outcome = 'waiting' and direction = 'outbound' do nothing`;
}

function insertWork(links: RawBuilder<unknown>, because: string) {
  return sql`
    insert into work (kind, key, lane, due_at, because)
    select 'link', l.id::text, l.connection_id::text, clock_timestamp(), ${because}
    from ${links} l
    order by l.id
    on conflict (kind, key) do update
    set wakes = work.wakes + 1, attempts = 0, because = excluded.because,
      due_at = case when work.lease_until > clock_timestamp() then excluded.due_at else least(work.due_at, excluded.due_at) end`;
}
