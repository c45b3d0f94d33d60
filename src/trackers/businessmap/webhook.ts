import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Webhook, WebhookMessage, WebhookRequest } from '../../contracts/tracker.ts';

const boardEvent = z.object({
  event: z.string().min(1).max(200),
  card_id: z.number().int().positive().nullish(),
});
/** What a business rule “Invoke web service” sends: the card itself. Only its id is used. */
const ruleEvent = z.object({
  trigger: z.string().min(1).max(200),
  card: z.object({ taskid: z.union([z.string().regex(/^\d{1,15}$/u), z.number().int().positive()]) }),
});

/** A board webhook carries ids only: it says which card to look at. */
export const webhook: Webhook = {
  secret: 'header',
  instructions: `1. Open the board in BusinessMap, then the dotted icon (⋯) of the right sidebar, then **Board Webhooks**.
2. Paste this address and choose **Save**: \`{url}\`
3. BusinessMap shows a secret key once. Copy it into **Webhook secret** on this page.
4. Do the same on every board that a configuration uses.`,
  isGenuine: (request, secrets) => {
    const given = digest(request.headers['x-kanbanize-secret'] ?? '');
    const present = request.headers['x-kanbanize-secret'] !== undefined;
    return secrets.map((secret) => timingSafeEqual(given, digest(secret))).includes(true) && present;
  },
  read,
};

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** What changes the shape of a board, as documented and as met. */
const structureEvents =
  /^board (?:structure (?:is )?changed|renamed|(?:is )?archived|(?:is )?unarchived|deleted)$/u;
const testEvents = /^(?:webhook )?test(?:\b|$)|^ping$/u;

/** Names are compared without regard to case: "Card is discarded" and "Card Discarded" have both been met. */
function read(request: WebhookRequest): WebhookMessage {
  const value = valueOf(Buffer.from(request.body).toString('utf8'));
  const rule = ruleEvent.safeParse(value);
  if (rule.success) {
    return {
      kind: 'cards',
      refs: [String(rule.data.card.taskid)],
      deliveryId: null,
      event: rule.data.trigger,
    };
  }
  const parsed = boardEvent.safeParse(value);
  if (!parsed.success) {
    return { kind: 'garbage', because: 'The body is not {"event", "board_id", "card_id", …}.' };
  }
  const { event, card_id: card } = parsed.data;
  const name = event.trim().toLowerCase();
  if (structureEvents.test(name)) {
    return { kind: 'structure', deliveryId: null, event };
  }
  if (testEvents.test(name)) {
    return { kind: 'test', event };
  }
  if (name === 'card created') {
    return { kind: 'ignored', event, because: 'A card that we made is known, and nobody else’s is ours.' };
  }
  if (!name.startsWith('card ') || card === null || card === undefined) {
    return { kind: 'ignored', event, because: 'This event cannot have moved a card.' };
  }
  return { kind: 'cards', refs: [String(card)], deliveryId: null, event };
}

/** JSON, or a form with JSON in `kanbanize_payload`. */
function valueOf(text: string): unknown {
  const form = text.startsWith('kanbanize_payload=')
    ? new URLSearchParams(text).get('kanbanize_payload')
    : null;
  try {
    return JSON.parse(form ?? text) as unknown;
  } catch {
    return undefined;
  }
}
