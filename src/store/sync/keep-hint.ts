import { createHash, randomUUID } from 'node:crypto';
import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import type { WebhookMessage } from '../../contracts/tracker.ts';
import { markLinksDue } from '../links.ts';
import type { Store, Transaction } from '../open.ts';
import { inTransaction } from '../open.ts';
import { workChannel } from '../work.ts';

export interface KeptHint {
  readonly connectionId: string;
  readonly message: WebhookMessage;
  readonly deliveryKey: string | null;
  readonly body: Uint8Array;
  /** The tracker's title, for the words beside what is due. */
  readonly tracker: string;
}

/** Most hints of one transaction. */
export const hintsMax = 100;

/**
 * The inbox rows and the links they make due: what is answered with 2xx is stored. One statement, so that many hints cost one
 * trip to the database and one commit.
 */
export async function keepHints({ db, pool }: Pick<Store, 'db' | 'pool'>, hints: readonly KeptHint[]): Promise<void> {
  const rows = hints.map(({ connectionId, message, deliveryKey, body, tracker }) => ({
    id: randomUUID(),
    connection_id: connectionId,
    delivery_key: deliveryKey ?? keyOf(body),
    body: Buffer.from(body).toString('base64'),
    event: message.kind === 'garbage' ? null : message.event,
    refs: message.kind === 'cards' ? message.refs : [],
    because: message.kind === 'garbage' || message.kind === 'ignored' ? message.because : null,
    is_dead: message.kind === 'garbage',
    is_structure: message.kind === 'structure',
    woken_because: `A webhook told of it (${tracker}).`,
  }));
  const stored = await pool.query<{ unmatched: string[] | null }>({
    name: 'keep hints',
    text: keepThem,
    values: [JSON.stringify(rows), deadHint, workChannel],
  });
  const unmatched = stored.rows[0]?.unmatched ?? [];
  if (unmatched.length > 0) {
    await inTransaction({ db }, (tx) => matchHints(tx, sql<boolean>`i.id = any (${unmatched}::uuid[])`));
  }
}

/**
 * Webhooks that wait, though the links of their cards are there: one that was stored in the moment in which a link was recorded did
 * not see it, nor was it seen. Whoever of the two commits last looks again.
 */
export async function matchHints(tx: Transaction, which: RawBuilder<boolean>): Promise<void> {
  const links = await sql<{ id: string }>`
    with late as (
      update inbox i set state = 'done', processed_at = clock_timestamp()
      where i.state = 'unmatched' and ${which}
        and not exists (
          select 1 from unnest(i.refs) as r (ref)
          where not exists (select 1 from links l where l.connection_id = i.connection_id and l.card_ref = r.ref)
        )
      returning i.connection_id, i.refs
    )
    select distinct l.id from late join links l on l.connection_id = late.connection_id and l.card_ref = any (late.refs)
  `.execute(tx);
  await markLinksDue(
    tx,
    links.rows.map((row) => row.id),
    'A webhook about the card came before its answer.',
  );
}

const deadHint =
  'The message is kept. If it comes again, compare the webhook set up in the tracker with the guide.';

const keepThem = `
  with given as (
    select * from jsonb_to_recordset($1::jsonb) as g (
      id uuid, connection_id uuid, delivery_key text, body text, event text, refs text[], because text, is_dead boolean, is_structure boolean,
      woken_because text
    )
  ),
  known as (
    select g.id, l.id as link, l.connection_id, l.card_ref, g.woken_because
    from given g join links l on l.connection_id = g.connection_id and l.card_ref = any (g.refs)
  ),
  -- A hint about a card that no link knows yet waits for its link.
  stored as (
    insert into inbox (id, connection_id, delivery_key, body, event, refs, state, because, processed_at)
    select g.id, g.connection_id, g.delivery_key, decode(g.body, 'base64'), g.event, g.refs,
      case when g.is_dead then 'dead'
        when cardinality(g.refs) > (select count(distinct k.card_ref) from known k where k.id = g.id) then 'unmatched'
        else 'done' end,
      g.because, clock_timestamp()
    from given g
    on conflict (connection_id, delivery_key) do nothing
    returning id, state
  ),
  dead as (
    insert into deliveries (id, connection_id, direction, act, outcome, error_class, message, hint, detail, finished_at)
    select gen_random_uuid(), g.connection_id, 'inbound', 'webhook', 'failed', 'validation', g.because, $2,
      jsonb_build_object('inboxId', g.id, 'bytes', length(decode(g.body, 'base64')), 'sha256', encode(sha256(decode(g.body, 'base64')), 'hex')),
      clock_timestamp()
    from given g join stored s on s.id = g.id
    where g.is_dead
  ),
  woken as (
    insert into work (kind, key, lane, due_at, because)
    select 'link', k.link::text, k.connection_id::text, clock_timestamp(), min(k.woken_because)
    from known k
    group by k.link, k.connection_id
    order by k.link
    on conflict (kind, key) do update
    set wakes = work.wakes + 1, attempts = 0, because = excluded.because,
      due_at = case when work.lease_until > clock_timestamp() then excluded.due_at else least(work.due_at, excluded.due_at) end
    returning 1
  ),
  -- A board that changed is looked at; after a message that nobody understands, everything is asked for soon.
  looked as (
    insert into work (kind, key, lane, due_at, because)
    select case when g.is_structure then 'structure' else 'sweep' end, g.connection_id::text, g.connection_id::text,
      min(clock_timestamp() + case when g.is_structure then interval '0' else interval '10 seconds' end), min(g.woken_because)
    from given g join stored s on s.id = g.id
    where g.is_structure or g.is_dead
    group by g.is_structure, g.connection_id
    order by 1, 2
    on conflict (kind, key) do update
    set wakes = work.wakes + 1, because = excluded.because,
      due_at = case when work.lease_until > clock_timestamp() then excluded.due_at else least(work.due_at, excluded.due_at) end
    returning 1
  ),
  -- Shown by the second: a row that all of them share is not written by each, and nobody waits for whoever changes it.
  told as (
    update connections set last_event_at = clock_timestamp()
    where id in (
      select id from connections
      where id in (select connection_id from given) and (last_event_at is null or last_event_at < clock_timestamp() - interval '1 second')
      for no key update skip locked
    )
  )
  select (select array_agg(id) from stored where state = 'unmatched') as unmatched,
    (select pg_notify($3, '') where exists (select 1 from woken union all select 1 from looked))`;

/** Digest and arrival: the same hint twice is two rows and one visit. */
function keyOf(body: Uint8Array): string {
  return `${createHash('sha256').update(body).digest('base64url')}/${Date.now()}/${randomUUID().slice(0, 8)}`;
}
