import type { Webhook, WebhookMessage, WebhookRequest } from '../contracts/tracker.ts';
import { keepSecrets } from '../store/subscriptions.ts';
import type { SyncEngine } from './engine.ts';
import type { Hook } from './hook.ts';
import { acceptedSecrets, offeredSecret, openSecrets, sealSecrets } from './webhook-secrets.ts';

export type Received = 'stored' | 'unknown' | 'gone' | 'forged';

/** For a person's eye. */
const keptOfOversize = 10_000;
/** A signature older than this may be a copy of one that was overheard. */
const signedWithinMs = 5 * 60_000;

/**
 * Stores a webhook and marks the cards it names due, in one transaction. It is a hint: the tracker is read before anything
 * is believed. Throws if it cannot be stored, which the door answers with 503.
 */
export async function receiveWebhook(
  engine: SyncEngine,
  trackerId: string,
  token: string,
  request: WebhookRequest & { readonly oversize?: { readonly bytes: number; readonly sha256: string } | null },
): Promise<Received> {
  const hook = await engine.findHook(token);
  if (hook === null || hook.tracker !== trackerId) {
    return 'unknown';
  }
  if (hook.state === 'deleted') {
    return 'gone';
  }
  const tracker = engine.tracker(hook.tracker);
  if (tracker.webhook === null) {
    return 'unknown';
  }
  if (!(await isAdmitted(engine, tracker.webhook, hook, request))) {
    return 'forged';
  }
  const oversize = request.oversize ?? null;
  const message: WebhookMessage =
    oversize === null
      ? tracker.webhook.read(request)
      : { kind: 'garbage', because: `The body has ${oversize.bytes} bytes (SHA-256 ${oversize.sha256}): more than is read.` };
  const deliveryKey = message.kind === 'cards' || message.kind === 'structure' ? message.deliveryId : null;
  await engine.env.store.keepHint({
    connectionId: hook.id,
    message,
    deliveryKey,
    body: oversize === null ? request.body : request.body.subarray(0, keptOfOversize),
    tracker: tracker.title,
  });
  return 'stored';
}

/**
 * With a secret: whoever has it, now. Without one the token in the address admits, and the first that proves itself with the
 * secret which the instructions offer makes it the connection's.
 */
async function isAdmitted({ env, options }: SyncEngine, webhook: Webhook, hook: Hook, request: WebhookRequest): Promise<boolean> {
  const now = env.now();
  const secrets = acceptedSecrets(openSecrets(options.sealKey, hook), now);
  if (secrets.length > 0) {
    const signedAt = webhook.signedAt?.(request) ?? null;
    return webhook.isGenuine(request, secrets) && (signedAt === null || Math.abs(now - signedAt) <= signedWithinMs);
  }
  const offered = offeredSecret(options.sealKey, hook.id);
  if (webhook.secret !== 'none' && webhook.isGenuine(request, [offered])) {
    const kept = [{ secret: offered, subscription: null, until: null }];
    await keepSecrets(options.store.db, hook.id, sealSecrets(options.sealKey, hook, kept));
  }
  return true;
}
