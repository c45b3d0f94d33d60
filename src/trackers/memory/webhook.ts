import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Webhook, WebhookMessage } from '../../contracts/tracker.ts';

const body = z.object({
  delivery: z.string().max(100),
  event: z.string().max(100),
  card: z.number().int().nullish(),
});

/** Signed with HMAC-SHA256 over the body, in `x-signature`. */
export const webhook: Webhook = {
  secret: 'hmac',
  instructions:
    'Add this address under **Webhooks** of the board: `{url}`. Give it the secret `{secret}`, with which it signs what it sends.',
  isGenuine: ({ headers, body: bytes }, secrets) => {
    const given = Buffer.from(headers['x-signature'] ?? '');
    return secrets
      .map((secret) => Buffer.from(signature(bytes, secret)))
      .map((expected) => expected.length === given.length && timingSafeEqual(expected, given))
      .includes(true);
  },
  read: ({ body: bytes }): WebhookMessage => {
    const parsed = body.safeParse(jsonOf(bytes));
    if (!parsed.success) {
      return { kind: 'garbage', because: 'The body is not {"delivery", "event", "card"}.' };
    }
    const { delivery: deliveryId, event, card } = parsed.data;
    if (event === 'test') {
      return { kind: 'test', event };
    }
    if (event === 'board-changed') {
      return { kind: 'structure', deliveryId, event };
    }
    return card === null || card === undefined
      ? { kind: 'ignored', event, because: 'It names no card.' }
      : { kind: 'cards', refs: [String(card)], deliveryId, event };
  },
};

export function signature(bytes: Uint8Array, secret: string): string {
  return createHmac('sha256', secret).update(bytes).digest('hex');
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
