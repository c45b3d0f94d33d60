import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Tracker, WebhookMessage, WebhookRequest } from '../contracts/tracker.ts';
import { tokenDigest, unseal } from '../lib/seal.ts';
import { markLinksDue } from '../store/links.ts';
import type { Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import type { SyncEngine } from './engine.ts';

export type Received = 'stored' | 'unknown' | 'forged';

interface Hook {
  readonly id: string;
  readonly tracker: string;
  readonly origin: string;
  readonly state: string;
  readonly webhook_secrets: Buffer | null;
}

/**
 * Stores a webhook and marks the cards it names due, in one transaction. It is a hint: the tracker is read before anything
 * is believed. Throws if it cannot be stored, which the door answers with 503.
 */
export async function receiveWebhook(engine: SyncEngine, trackerId: string, token: string, request: WebhookRequest): Promise<Received> {
  const { store, sealKey } = engine.options;
  const rows = await sql<Hook>`
    select id, tracker, origin, state, webhook_secrets from connections where webhook_token_hash = ${tokenDigest(token)}
  `.execute(store.db);
  const [hook] = rows.rows;
  if (hook === undefined || hook.tracker !== trackerId || hook.state === 'deleted') {
    return 'unknown';
  }
  const tracker = engine.tracker(hook.tracker);
  if (tracker.webhook === null) {
    return 'unknown';
  }
  const belonging = { connectionId: hook.id, purpose: 'webhook secrets', origin: hook.origin } as const;
  const secrets = hook.webhook_secrets === null ? [] : (JSON.parse(unseal(sealKey, hook.webhook_secrets, belonging)) as string[]);
  if (secrets.length > 0 && !tracker.webhook.isGenuine(request, secrets)) {
    return 'forged';
  }
  const message = tracker.webhook.read(request);
  await inTransaction(store, (tx) => keep(tx, tracker, hook.id, request, message));
  return 'stored';
}

async function keep(tx: Transaction, tracker: Tracker, connectionId: string, request: WebhookRequest, message: WebhookMessage): Promise<void> {
  const refs = message.kind === 'cards' ? message.refs : [];
  const links = await sql<{ id: string; ref: string }>`
    select id, card_ref as ref from links where connection_id = ${connectionId}::uuid and card_ref = any (${[...refs]}::text[])
  `.execute(tx);
  const state = stateOf(message, links.rows.length);
  const because = message.kind === 'garbage' || message.kind === 'ignored' ? message.because : null;
  const stored = await sql<{ id: string }>`
    insert into inbox (id, connection_id, delivery_key, body, event, refs, state, because, processed_at)
    values (${randomUUID()}::uuid, ${connectionId}::uuid, ${keyOf(message, request.body)}, ${Buffer.from(request.body)},
      ${message.kind === 'garbage' ? null : message.event}, ${[...refs]}::text[], ${state}, ${because}, clock_timestamp())
    on conflict (connection_id, delivery_key) do nothing
    returning id
  `.execute(tx);
  await sql`update connections set last_event_at = clock_timestamp() where id = ${connectionId}::uuid`.execute(tx);
  await markLinksDue(tx, links.rows.map((row) => row.id), `A webhook told of it (${tracker.title}).`);
  if (message.kind === 'garbage' && stored.rows.length > 0) {
    await sql`
      insert into deliveries (id, connection_id, direction, act, outcome, error_class, message, hint, finished_at)
      values (${randomUUID()}::uuid, ${connectionId}::uuid, 'inbound', 'webhook', 'failed', 'validation', ${message.because},
        'The message is kept. If it comes again, compare the webhook set up in the tracker with the guide.', clock_timestamp())
    `.execute(tx);
  }
}

function stateOf(message: WebhookMessage, matched: number): string {
  if (message.kind === 'garbage') {
    return 'dead';
  }
  return message.kind === 'cards' && matched === 0 ? 'unmatched' : 'done';
}

/** The sender's id of the delivery, else digest and arrival: the same hint twice is two rows and one visit. */
function keyOf(message: WebhookMessage, body: Uint8Array): string {
  const given = message.kind === 'cards' || message.kind === 'structure' ? message.deliveryId : null;
  return given ?? `${createHash('sha256').update(body).digest('base64url')}/${Date.now()}/${randomUUID().slice(0, 8)}`;
}
