import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Webhook, WebhookMessage, WebhookRequest } from '../../contracts/tracker.ts';
import { businessRule, ruleProperties, signatureHeader, timestampHeader } from './business-rule.ts';

const instructions = `Optional: ServiceNow has no webhook of its own, so Patchboard asks for changes regularly. This business rule makes changes arrive at once. An administrator does this once.

1. **System properties.** Open \`sys_properties.list\` and choose **New** for each of these, type *string*, **Ignore cache** on, **Private** on, **Read roles** *admin*:
   - \`${ruleProperties.url}\` with the value \`{url}\`
   - \`${ruleProperties.secret}\` with the value \`{secret}\`
   - only if the instance reaches Patchboard through a MID server: \`${ruleProperties.midServer}\` with the MID server's name
2. **System Definition > Business Rules > New**, once for each table that a configuration uses:
   - **Name** *Patchboard*, **Table** the table, **Application** *Global*, **Advanced** on
   - **When** *async*, **Insert** and **Update** on
   - **Filter conditions**: *Correlation display* *is* \`Patchboard\`
   - tab **Advanced**, field **Script**: replace what is there by

\`\`\`js
${businessRule}\`\`\`

3. Change a record of that table. “Last event received” on this page moves within some seconds.`;

/** The nudge of our business rule. What it says of the record is not believed; it only says which one to read. */
export const webhook: Webhook = { secret: 'hmac', instructions, isGenuine, signedAt, read };

/** HMAC-SHA-256 over `timestamp.body`, base64. How old a timestamp may be is for whoever has the clock: see signedAt. */
function isGenuine(request: WebhookRequest, secrets: readonly string[]): boolean {
  const timestamp = request.headers[timestampHeader] ?? '';
  const given = Buffer.from((request.headers[signatureHeader] ?? '').replace(/^v1=/u, ''), 'base64');
  if (!/^\d{1,12}$/u.test(timestamp)) {
    return false;
  }
  return secrets
    .map((secret) => createHmac('sha256', secret).update(`${timestamp}.`).update(request.body).digest())
    .map((wanted) => wanted.length === given.length && timingSafeEqual(wanted, given))
    .includes(true);
}

/** When the sender says that it signed, in milliseconds since the epoch; null: it did not sign. */
export function signedAt(request: WebhookRequest): number | null {
  const timestamp = request.headers[timestampHeader] ?? '';
  return /^\d{1,12}$/u.test(timestamp) ? Number(timestamp) * 1_000 : null;
}

const nudge = z.object({
  v: z.literal(1),
  table: z.string().max(80),
  sys_id: z.string().regex(/^[0-9a-f]{32}$/u),
  sys_mod_count: z.string().max(20).optional(),
});

function read(request: WebhookRequest): WebhookMessage {
  const parsed = nudge.safeParse(jsonOf(request.body));
  if (!parsed.success) {
    return {
      kind: 'garbage',
      because: 'The body is not {"v": 1, "table", "sys_id", …} as our business rule sends it.',
    };
  }
  const { table, sys_id: ref } = parsed.data;
  // No delivery id: two rules may tell of one change, and a nudge that comes twice does no harm.
  return { kind: 'cards', refs: [ref], deliveryId: null, event: `${table} changed` };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
