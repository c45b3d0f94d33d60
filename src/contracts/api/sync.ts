import { z } from 'zod';
import { finalDecisions } from '../../core/vocabulary.ts';
import { id, paging, time } from './basics.ts';
import { errorClasses } from '../tracker-fault.ts';
import { health } from './connections.ts';
import { instance } from './instance.ts';

const deliveryFilter = {
  direction: z.enum(['outbound', 'inbound']).optional(),
  outcome: z.enum(['waiting', 'succeeded', 'failed', 'held', 'discarded', 'superseded']).optional(),
  group: z.enum(['all', 'failed', 'neverCompleted', 'held', 'waiting']).optional().meta({
    description: 'A tab: `neverCompleted` was tried and waits for its next try, `waiting` was not tried yet, `held` waits for a person.',
  }),
  connectionId: id.optional(),
  vulnerabilityId: id.optional(),
  errorClass: z.enum(errorClasses).optional(),
  q: z.string().trim().min(1).max(200).optional().meta({ description: 'Text in the tracker’s words, a card’s key, a title, or an id.' }),
};

export const deliveryQuery = z.strictObject({
  ...paging,
  ...deliveryFilter,
});
export const deliveryCountQuery = z.strictObject(deliveryFilter);
/** What `POST /deliveries/retry` retries: all that matches. */
export const deliveryRetry = z.strictObject(deliveryFilter);
export const retried = z.object({ retried: z.number().meta({ description: 'How many deliveries matched and are tried again.' }) });
const counted = z.number().meta({ description: 'Counted to 10,000 at most.' });
export const deliveryCounts = z.object({ all: counted, failed: counted, neverCompleted: counted, held: counted, waiting: counted });
export type DeliveryCounts = z.infer<typeof deliveryCounts>;

export const delivery = z.object({
  id: z.string(),
  connectionId: z.string(),
  connectionName: z.string(),
  vulnerabilityId: z.string().nullable(),
  vulnerabilityTitle: z.string().nullable(),
  linkId: z.string().nullable(),
  card: z.object({ key: z.string(), url: z.string() }).nullable(),
  direction: z.enum(['outbound', 'inbound']),
  act: z.string(),
  outcome: z.string(),
  errorClass: z.string().nullable(),
  message: z.string().nullable(),
  hint: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  attempts: z.number(),
  nextAt: time.nullable(),
  correlationId: z.string().nullable(),
  createdAt: time,
  updatedAt: time,
  finishedAt: time.nullable(),
  discardedBy: z.string().nullable(),
  discardedBecause: z.string().nullable(),
});
export type Delivery = z.infer<typeof delivery>;

export const deliveryAttempt = z.object({
  n: z.number(),
  at: time,
  fault: z.string().nullable(),
  message: z.string().nullable(),
  exchanges: z.array(z.record(z.string(), z.unknown())),
});
export const deliveryDetail = delivery.extend({ attemptList: z.array(deliveryAttempt) });
export const discard = z.strictObject({ reason: z.string().trim().min(1).max(1000) });

export const holdQuery = z.strictObject({
  ...paging,
  state: z.enum(['open', 'approved', 'rejected', 'superseded']).default('open'),
  kind: z.enum(['closure', 'board_decision', 'ambiguous_state', 'breaker', 'lost_cards', 'unsafe_start']).optional(),
});
export const hold = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.string(),
  summary: z.string(),
  assetId: z.string().nullable(),
  scanId: z.string().nullable(),
  connectionId: z.string().nullable(),
  linkId: z.string().nullable(),
  vulnerabilityId: z.string().nullable(),
  assetName: z.string().nullable(),
  connectionName: z.string().nullable(),
  vulnerabilityTitle: z.string().nullable(),
  card: z.object({ key: z.string(), url: z.string() }).nullable(),
  ifApproved: z.string().meta({ description: 'What an approval would do.' }),
  ifRejected: z.string().meta({ description: 'What a rejection would do.' }),
  choices: z.array(z.enum(finalDecisions)).meta({ description: 'What `status` of an approval may be; with more than one it has to be given.' }),
  detail: z.record(z.string(), z.unknown()),
  createdAt: time,
  decidedAt: time.nullable(),
  decidedBy: z.string().nullable(),
  note: z.string().nullable(),
});
export type Hold = z.infer<typeof hold>;
export const holdDecision = z.strictObject({
  note: z.string().max(2000).optional(),
  status: z.enum(finalDecisions).optional().meta({ description: 'Which of several decisions the card’s state means.' }),
  recreate: z.boolean().optional().meta({ description: 'Of lost cards: whether each gets a new one. Default: none.' }),
});

export const activitySummary = z.object({
  openBySeverity: z.record(z.string(), z.number()),
  byStatus: z.record(z.string(), z.number()),
  deliveries: z.record(z.string(), z.number()),
  holds: z.number(),
  linksByState: z.record(z.string(), z.number()),
  connections: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      tracker: z.string(),
      state: z.string(),
      waiting: z.number(),
      health: health.shape.state,
      /** The gravest reason first: also what will happen, like the end of a login. */
      reasons: z.array(z.string()),
      throttledUntil: time.nullable(),
      credentialExpiresAt: time.nullable(),
    }),
  ),
  /** Whether this installation writes to trackers at all. */
  instance: instance.pick({ writesToTrackers: true, because: true }),
});
export const attach = z.strictObject({
  ref: z.string().trim().min(1).max(200),
  anyway: z.boolean().optional().meta({ description: 'Although the card carries a marker that no link here has.' }),
});
export const newLink = z.strictObject({
  connectionId: id,
  ref: z.string().trim().min(1).max(200).optional().meta({ description: 'A card that is there; absent: a new one is made.' }),
});
