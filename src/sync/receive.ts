import type { WebhookRequest } from '../contracts/tracker.ts';
import { unseal } from '../lib/seal.ts';
import type { SyncEngine } from './engine.ts';

export type Received = 'stored' | 'unknown' | 'forged';

/**
 * Stores a webhook and marks the cards it names due, in one transaction. It is a hint: the tracker is read before anything
 * is believed. Throws if it cannot be stored, which the door answers with 503.
 */
export async function receiveWebhook(
  engine: SyncEngine,
  trackerId: string,
  token: string,
  request: WebhookRequest,
): Promise<Received> {
  const { sealKey } = engine.options;
  const hook = await engine.findHook(token);
  if (hook === null || hook.tracker !== trackerId || hook.state === 'deleted') {
    return 'unknown';
  }
  const tracker = engine.tracker(hook.tracker);
  if (tracker.webhook === null) {
    return 'unknown';
  }
  const belonging = { connectionId: hook.id, purpose: 'webhook secrets', origin: hook.origin } as const;
  const secrets =
    hook.webhook_secrets === null
      ? []
      : (JSON.parse(unseal(sealKey, hook.webhook_secrets, belonging)) as string[]);
  if (secrets.length > 0 && !tracker.webhook.isGenuine(request, secrets)) {
    return 'forged';
  }
  const message = tracker.webhook.read(request);
  const deliveryKey = message.kind === 'cards' || message.kind === 'structure' ? message.deliveryId : null;
  await engine.env.store.keepHint({
    connectionId: hook.id,
    message,
    deliveryKey,
    body: request.body,
    tracker: tracker.title,
  });
  return 'stored';
}
