import { sql } from 'kysely';
import { supersedeLinkHolds } from './holds.ts';
import { leaveCard } from './link-acts.ts';
import { markLinksDue, openLinks, wakeLinksById } from './links.ts';
import type { Transaction } from './open.ts';

interface LinkPair {
  readonly id: string;
  readonly state: string;
  readonly card_ref: string | null;
  /** No card, and none on its way. */
  readonly is_empty: boolean;
  /** The survivor's link on the same connection. */
  readonly other_id: string | null;
  readonly other_is_empty: boolean | null;
  readonly other_key: string | null;
}

/**
 * The links of a vulnerability that is merged into another follow it. Where the survivor has a card already, the other card
 * is told so, stays as it is, and is listed as nobody's.
 */
export async function followSurvivor(tx: Transaction, loser: string, survivor: string): Promise<void> {
  await sql`
    select 1 from links where vulnerability_id in (${loser}::bigint, ${survivor}::bigint) order by id for no key update
  `.execute(tx);
  const pairs = await sql<LinkPair>`
    select l.id, l.state, l.card_ref, ${isEmpty('l')} as is_empty,
      o.id as other_id, ${isEmpty('o')} as other_is_empty, coalesce(o.card ->> 'key', o.card_ref) as other_key
    from links l left join links o on o.connection_id = l.connection_id and o.vulnerability_id = ${survivor}::bigint
    where l.vulnerability_id = ${loser}::bigint and l.state <> 'detached'
    order by l.id
  `.execute(tx);
  for (const pair of pairs.rows) {
    if (pair.other_id === null || (pair.other_is_empty === true && !pair.is_empty)) {
      await move(tx, pair, survivor);
    } else {
      await close(tx, pair, loser, survivor);
    }
  }
}

function isEmpty(alias: 'l' | 'o') {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  return sql<boolean>`(${column('card_ref')} is null and ${column('attempts')} = 0 and ${column('quarantine_until')} <= clock_timestamp())`;
}

async function move(tx: Transaction, { id, state, other_id: other }: LinkPair, survivor: string): Promise<void> {
  // Markers made later must be new ones for either.
  await sql`
    update links l set generation = greatest(l.generation, o.generation) from links o where l.id = ${id}::uuid and o.id = ${other}::uuid
  `.execute(tx);
  await sql`delete from links where id = ${other}::uuid`.execute(tx);
  await sql`update links set vulnerability_id = ${survivor}::bigint, updated_at = clock_timestamp() where id = ${id}::uuid`.execute(tx);
  await sql`update deliveries set vulnerability_id = ${survivor}::bigint where link_id = ${id}::uuid and outcome = 'waiting'`.execute(tx);
  await sql`update holds set vulnerability_id = ${survivor}::bigint where link_id = ${id}::uuid and state = 'open'`.execute(tx);
  if (state !== 'held' && state !== 'duplicated') {
    await wakeLinksById(tx, [id], 'Its vulnerability was merged into another.');
  }
}

async function close(tx: Transaction, link: LinkPair, loser: string, survivor: string): Promise<void> {
  const because = mergedInto(survivor);
  const told = `${because.slice(0, -1)}${link.other_key === null ? '' : `, whose card is ${link.other_key}`}. Patchboard does not update this card of vulnerability ${loser} any more.`;
  await supersedeLinkHolds(tx, [link.id], because);
  await sql`
    update deliveries set outcome = 'superseded', message = ${because}, next_at = null, updated_at = clock_timestamp(), finished_at = clock_timestamp()
    where link_id = ${link.id}::uuid and outcome = 'waiting'
  `.execute(tx);
  await sql`
    update links
    set state = 'detached', state_because = ${because}, drift = null, updated_at = clock_timestamp(),
      parting = case when card_ref is not null and state = 'linked' then ${told} end
    where id = ${link.id}::uuid
  `.execute(tx);
  await leaveCard(tx, link, because, 'merged');
  if (link.state === 'linked') {
    await sql`
      insert into deliveries (id, connection_id, link_id, vulnerability_id, direction, act, outcome, message, correlation_id)
      select gen_random_uuid(), l.connection_id, l.id, l.vulnerability_id, 'outbound', 'update', 'waiting', 'The card is told of the merge.', gen_random_uuid()::text
      from links l where l.id = ${link.id}::uuid
    `.execute(tx);
    await markLinksDue(tx, [link.id], 'The card is told of the merge.');
  }
}

function mergedInto(survivor: string): string {
  return `It was merged into vulnerability ${survivor}.`;
}

/** Split off again, a vulnerability takes back the card that it had, if nobody else has it; else it gets what is its due. */
export async function takeBackLinks(tx: Transaction, wish: { readonly id: string; readonly from: string; readonly assetId: string; readonly by: string }): Promise<void> {
  const back = await sql<{ id: string; card_ref: string | null }>`
    update links l
    set state = case when l.card_ref is null then 'pending' else 'linked' end, state_because = null, parting = null, updated_at = clock_timestamp()
    where l.vulnerability_id = ${wish.id}::bigint and l.state = 'detached' and l.state_because = ${mergedInto(wish.from)}
      and (l.card_ref is null or l.base is not null)
    returning l.id, l.card_ref
  `.execute(tx);
  const ids = back.rows.map((row) => row.id);
  await sql`
    update orphan_cards o
    set resolved_at = clock_timestamp(), resolved_by = ${wish.by}, resolved_because = 'Its vulnerability was split off again.'
    from links l
    where l.id = any (${ids}::uuid[]) and o.connection_id = l.connection_id and o.card_ref = l.card_ref and o.resolved_at is null
  `.execute(tx);
  await wakeLinksById(tx, ids, 'The vulnerability was split off again.');
  await openLinks(tx, { assetId: wish.assetId, vulnerabilityIds: [wish.id], on: 'identified' });
}
