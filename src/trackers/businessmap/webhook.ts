import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Webhook, WebhookMessage, WebhookRequest } from '../../contracts/tracker.ts';

const body = z.object({
  event: z.string(),
  board_id: z.number().nullish(),
  card_id: z.number().nullish(),
});

/** A board webhook carries ids only: it says which card to look at. */
export const webhook: Webhook = {
  secret: 'header',
  instructions: `1. Open the board in BusinessMap, then the dotted icon (⋯) of the right sidebar, then **Board Webhooks**.
2. Paste this address and choose **Save**: \`{url}\`
3. BusinessMap shows a secret key once. Copy it into **Webhook secret** on this page.
4. Do the same on every board that a configuration uses.`,
  isGenuine: (request, secrets) =>
    secrets.some((secret) => equal(request.headers['x-kanbanize-secret'] ?? '', secret)),
  read,
};

function equal(given: string, secret: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(secret);
  return a.length === b.length && timingSafeEqual(a, b);
}

const structureEvents = /^board (?:structure changed|renamed|archived|unarchived|deleted)$/u;
const cardEvents = /^card /u;

function read(request: WebhookRequest): WebhookMessage {
  const parsed = body.safeParse(jsonOf(request.body));
  if (!parsed.success) {
    return { kind: 'garbage', because: 'The body is not {"event", "board_id", "card_id", …}.' };
  }
  const { event, card_id: card } = parsed.data;
  const name = event.toLowerCase();
  if (structureEvents.test(name)) {
    return { kind: 'structure', deliveryId: null, event };
  }
  if (name.includes('test')) {
    return { kind: 'test', event };
  }
  if (!cardEvents.test(name) || card === null || card === undefined) {
    return { kind: 'ignored', event, because: 'This event cannot have moved a card.' };
  }
  return { kind: 'cards', refs: [String(card)], deliveryId: null, event };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
