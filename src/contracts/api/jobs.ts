import { z } from 'zod';
import { id, paging, severity, time } from './basics.ts';

const perMinute = z.number().int().min(1).max(10_000);

export const newBackfill = z.strictObject({
  minimumSeverity: severity.optional(),
  assetIds: z.array(id).min(1).max(1000).optional().meta({ description: 'Only of these assets; an id, or `key:<key>`.' }),
  perMinute: perMinute.optional().meta({ description: 'Cards a minute at most; the tracker’s own limits hold besides.' }),
  limit: z.number().int().min(1).max(1_000_000).optional(),
});

export const backfillPace = z.object({
  callsPerCard: z.number(),
  callsPerMinute: z.number().nullable().meta({ description: 'What the tracker lets us; null: not known yet.' }),
  cardsPerMinute: z.number().nullable(),
  minutes: z.number().nullable().meta({ description: 'How long it would take; null: nothing is known of the tracker’s pace.' }),
  because: z.string(),
});

export const backfillEstimate = z.object({ cards: z.object({ total: z.number(), bySeverity: z.record(z.string(), z.number()) }), ...backfillPace.shape });

export const moveCards = z.strictObject({
  apply: z.boolean().default(false).meta({ description: 'False: only the plan. True: a job does it.' }),
});

export const movePlan = z.object({
  cards: z.number().meta({ description: 'Cards that would change.' }),
  toPlace: z.number().meta({ description: 'Of these: to another board, project, table.' }),
  toState: z.number().meta({ description: 'Of these: to another remote state alone.' }),
  unchanged: z.number().meta({ description: 'Where they should be, or left alone because they are drift, archived or discarded.' }),
  sample: z.array(z.object({ vulnerabilityId: z.string(), key: z.string(), url: z.string(), from: z.string(), to: z.string() })),
});

export const resumeJob = z.strictObject({
  perMinute: perMinute.nullable().optional().meta({ description: 'Another rate from now on; null: as fast as the tracker lets us.' }),
});

export const job = z.object({
  id: z.string(),
  kind: z.enum(['backfill', 'move_cards']),
  configurationId: z.string(),
  state: z.enum(['running', 'paused', 'cancelled', 'completed', 'failed']),
  because: z.string().nullable().meta({ description: 'Why it ended, where no person ended it.' }),
  options: z.object({ minimumSeverity: severity.optional(), assetIds: z.array(z.string()).optional(), perMinute: z.number().nullable().optional(), limit: z.number().optional() }),
  progress: z.object({
    created: z.number().meta({ description: 'Cards that are made, or moved.' }),
    total: z.number().nullable(),
    waiting: z.number().meta({ description: 'On their way.' }),
    failed: z.number().meta({ description: 'A person is needed; the job’s items say why.' }),
  }),
  createdBy: z.string().nullable(),
  createdAt: time,
  finishedAt: time.nullable(),
});
export type Job = z.infer<typeof job>;

export const jobItemQuery = z.strictObject({ became: z.enum(['made', 'waiting', 'failed']).optional(), ...paging });

export const jobItem = z.object({
  vulnerabilityId: z.string(),
  vulnerabilityTitle: z.string(),
  linkId: z.string(),
  became: z.enum(['made', 'waiting', 'failed']),
  card: z.object({ key: z.string(), url: z.string() }).nullable(),
  deliveryId: z.string().nullable(),
  message: z.string().nullable().meta({ description: 'In the tracker’s words, where it said something.' }),
  hint: z.string().nullable(),
});
export type JobItem = z.infer<typeof jobItem>;
