import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Webhook, WebhookMessage, WebhookRequest } from '../../contracts/tracker.ts';

/** Numbers come as text in samples. */
const whole = z.union([
  z.number().int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,15}$/u)
    .transform(Number),
]);

const event = z.object({
  eventType: z.string().min(1).max(200),
  id: z.string().max(200).nullish(),
  resource: z
    .object({
      id: whole.nullish(),
      workItemId: whole.nullish(),
      rev: whole.nullish(),
      revision: z.object({ id: whole.nullish() }).nullish(),
    })
    .nullish(),
  resourceContainers: z.object({ collection: z.object({ id: z.string().nullish() }).nullish() }).nullish(),
});
type Event = z.output<typeof event>;

/** The collection of the samples which the Test button sends. */
const sampleCollection = 'c12d0eb8-e382-443b-9f9c-c52cba5014c2';
const sampleEvents = new Set(['27646e0e-b520-4d2b-9411-bba7524947cd', 'd2d46fb1-dba5-403c-9373-427583f19e8c', '72da0ade-0709-40ee-beb7-104287bf7e84', '1ca023d6-6cff-49dd-b3d1-302b69311810', 'fb2617ed-60df-4518-81fa-749faa6c5cd6']);

/** There is no signature: the password of the hook and the token in its address are what the sender knows. */
export const webhook: Webhook = {
  secret: 'basic',
  instructions: `1. In Azure DevOps open **Project settings → Service hooks → Create subscription → Web Hooks**.
2. Choose the event **Work item updated** with the filter **Field: Board Column**, and a second time with **Field: State**. Or once with **[Any]**, which tells changes of priority and title at once, too.
3. URL: \`{url}\`. Basic authentication username: \`patchboard\`, password: \`{secret}\`. Resource details to send: **All**; messages: **None**.
4. Choose **Test**, then **Finish**. Do the same for **Work item deleted** and **Work item restored**, and in every project that a configuration uses.`,
  isGenuine(request, secrets) {
    const given = passwordOf(request);
    const present = given !== null && given !== '';
    return secrets.map((secret) => timingSafeEqual(digest(given ?? ''), digest(secret))).includes(true) && present;
  },
  read,
};

function passwordOf({ headers }: WebhookRequest): string | null {
  const [, encoded] = /^basic\s+([a-z0-9+/=]+)$/iu.exec(headers['authorization'] ?? '') ?? [];
  const pair = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : null;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Softly: fields, old and new values may all be missing. Which work item it was is all that is read. */
function read(request: WebhookRequest): WebhookMessage {
  const parsed = event.safeParse(jsonOf(Buffer.from(request.body).toString('utf8')));
  if (!parsed.success) {
    return { kind: 'garbage', because: 'The body is not {"eventType", "resource", …}.' };
  }
  const { eventType } = parsed.data;
  if (!/^workitem\.(?:created|updated|deleted|restored|commented)$/u.test(eventType)) {
    return { kind: 'ignored', event: eventType, because: 'This event is not about work items.' };
  }
  if (isSample(parsed.data)) {
    return { kind: 'test', event: eventType };
  }
  const number = itemOf(parsed.data);
  return number === null || number === 0
    ? { kind: 'garbage', because: `The event ${eventType} names no work item.` }
    : { kind: 'cards', refs: [String(number)], deliveryId: deliveryOf(parsed.data, number), event: eventType };
}

function isSample({ id, resource, resourceContainers }: Event): boolean {
  return (
    resource?.workItemId === 0 ||
    resourceContainers?.collection?.id === sampleCollection ||
    sampleEvents.has(id ?? '')
  );
}

/** Of an update `id` is the number of the update, and never that of the work item. */
function itemOf({ eventType, resource }: Event): number | null {
  return eventType === 'workitem.updated'
    ? (resource?.workItemId ?? resource?.revision?.id ?? null)
    : (resource?.workItemId ?? resource?.id ?? null);
}

/**
 * Two filtered hooks tell one move twice, each under an id of its own: the number of the update is what they share. Not the
 * revision, which a change of links alone leaves as it is.
 */
function deliveryOf({ eventType, id, resource }: Event, number: number): string | null {
  const nth = eventType === 'workitem.updated' ? resource?.id : resource?.rev;
  return nth === null || nth === undefined ? (id ?? null) : `${eventType}:${number}:${nth}`;
}

function jsonOf(text: string): unknown {
  try {
    // Some senders begin with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/u, '')) as unknown;
  } catch {
    return undefined;
  }
}
