import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import { likeOf, numberOf, uuidOf } from './as-typed.ts';
import type { DeliveryFilter } from './deliveries.ts';

/**
 * Webhooks as lines of Sync activity. One that nobody could read is not among them: it has a delivery of its own, which says
 * why. One about a card that no link knows waits, as long as it is kept, for its link.
 */
export function webhooks(wish: DeliveryFilter, place: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select i.id, i.connection_id, k.name as connection_name, l.id as link_id, l.vulnerability_id, v.title as vulnerability_title,
      case when l.card is not null then jsonb_build_object('key', l.card ->> 'key', 'url', l.card ->> 'url') end as card,
      'inbound' as direction, 'webhook' as act, ${outcome} as outcome, null as error_class, coalesce(i.because, ${words}) as message,
      case when i.state = 'unmatched' then ${unmatchedHint} end as hint,
      jsonb_build_object('event', i.event, 'cards', to_jsonb(i.refs), 'bytes', length(i.body), 'sha256', encode(sha256(i.body), 'hex')) as detail,
      0 as attempts, null::timestamptz as next_at, null as correlation_id, i.received_at as created_at,
      coalesce(i.processed_at, i.received_at) as updated_at, i.processed_at as finished_at, i.discarded_by,
      case when i.discarded_by is not null then i.because end as discarded_because, i.received_at::text as place
    from inbox i
    join connections k on k.id = i.connection_id
    left join lateral (select * from links o where o.connection_id = i.connection_id and o.card_ref = any (i.refs) order by o.id limit 1) l on true
    left join vulnerabilities v on v.id = l.vulnerability_id
    where i.state <> 'dead' and ${place} and ${condition(wish)}
  `;
}

const outcome = sql`case
  when i.discarded_by is not null then 'discarded' when i.state = 'done' then 'succeeded' else 'waiting' end`;

const words = sql`case
  when i.state = 'unmatched' then 'No link knows this card (yet): ' || array_to_string(i.refs, ', ') || '.'
  when cardinality(i.refs) = 0 then 'It names no card.'
  else 'It told of ' || array_to_string(i.refs, ', ') || ': the card was read.' end`;

const unmatchedHint =
  'If the card is one of ours, its link is found by the next sweep. If it is not, narrow the webhook to the board that is configured, or discard the message.';

function condition(wish: DeliveryFilter): RawBuilder<unknown> {
  if (wish.direction === 'outbound' || wish.errorClass !== undefined || (wish.group !== undefined && wish.group !== 'all' && wish.group !== 'waiting')) {
    return sql`false`;
  }
  const conditions = [
    ...(wish.group === 'waiting' ? [sql`${outcome} = 'waiting'`] : []),
    ...(wish.outcome === undefined ? [] : [sql`${outcome} = ${wish.outcome}`]),
    ...(wish.connectionId === undefined ? [] : [sql`i.connection_id = ${uuidOf(wish.connectionId)}`]),
    ...(wish.vulnerabilityId === undefined ? [] : [sql`l.vulnerability_id = ${numberOf(wish.vulnerabilityId)}`]),
    ...(wish.q === undefined ? [] : [saying(wish.q)]),
  ];
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}

function saying(q: string): RawBuilder<unknown> {
  const pattern = likeOf(q);
  return sql`(
    i.because ilike ${pattern} or i.event ilike ${pattern} or l.card ->> 'key' ilike ${pattern} or v.title ilike ${pattern}
    or ${q} = any (i.refs) or i.id::text = ${q} or l.vulnerability_id::text = ${q}
  )`;
}
