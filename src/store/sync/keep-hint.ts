import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { WebhookMessage } from '../../contracts/tracker.ts';
import { markLinksDue } from '../links.ts';
import type { Transaction } from '../open.ts';

export interface KeptHint {
  readonly connectionId: string;
  readonly message: WebhookMessage;
  readonly deliveryKey: string | null;
  readonly body: Uint8Array;
  /** The tracker's title, for the words beside what is due. */
  readonly tracker: string;
}

/** The inbox row and the links it makes due, in one transaction: what is answered with 2xx is stored. */
export async function keepHint(tx: Transaction, hint: KeptHint): Promise<void> {
  const { connectionId, message, body } = hint;
  const refs = message.kind === 'cards' ? message.refs : [];
  const links = await sql<{ id: string; ref: string }>`
    select id, card_ref as ref from links where connection_id = ${connectionId}::uuid and card_ref = any (${[...refs]}::text[])
  `.execute(tx);
  const state = stateOf(message, refs.length - new Set(links.rows.map((row) => row.ref)).size);
  const because = message.kind === 'garbage' || message.kind === 'ignored' ? message.because : null;
  const stored = await sql<{ id: string }>`
    insert into inbox (id, connection_id, delivery_key, body, event, refs, state, because, processed_at)
    values (${randomUUID()}::uuid, ${connectionId}::uuid, ${hint.deliveryKey ?? keyOf(body)}, ${Buffer.from(body)},
      ${message.kind === 'garbage' ? null : message.event}, ${[...refs]}::text[], ${state}, ${because}, clock_timestamp())
    on conflict (connection_id, delivery_key) do nothing
    returning id
  `.execute(tx);
  await sql`update connections set last_event_at = clock_timestamp() where id = ${connectionId}::uuid`.execute(
    tx,
  );
  await markLinksDue(
    tx,
    links.rows.map((row) => row.id),
    `A webhook told of it (${hint.tracker}).`,
  );
  if (message.kind === 'garbage' && stored.rows.length > 0) {
    await sql`
      insert into deliveries (id, connection_id, direction, act, outcome, error_class, message, hint, finished_at)
      values (${randomUUID()}::uuid, ${connectionId}::uuid, 'inbound', 'webhook', 'failed', 'validation', ${message.because},
        'The message is kept. If it comes again, compare the webhook set up in the tracker with the guide.', clock_timestamp())
    `.execute(tx);
  }
}

/** A hint about a card that no link knows yet waits for its link. */
function stateOf(message: WebhookMessage, unmatched: number): string {
  if (message.kind === 'garbage') {
    return 'dead';
  }
  return message.kind === 'cards' && unmatched > 0 ? 'unmatched' : 'done';
}

/** Digest and arrival: the same hint twice is two rows and one visit. */
function keyOf(body: Uint8Array): string {
  return `${createHash('sha256').update(body).digest('base64url')}/${Date.now()}/${randomUUID().slice(0, 8)}`;
}
