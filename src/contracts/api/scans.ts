import { z } from 'zod';
import { coverages, triggers } from '../../core/vocabulary.ts';
import { id, paging, time } from './basics.ts';

export const uploadQuery = z.strictObject({
  format: z.string().max(50).optional(),
  trigger: z.enum(triggers).default('ci'),
  tool: z.string().trim().min(1).max(200).optional(),
  branch: z.string().min(1).max(250).optional(),
  category: z.string().max(250).optional(),
  coverage: z.enum(coverages).default('complete'),
  startedAt: time.optional(),
  commit: z.string().max(100).optional(),
  assessmentId: id.optional(),
});

export const summary = z.object({
  findings: z.number(),
  created: z.number(),
  matched: z.number(),
  reappeared: z.number(),
  fixed: z.number(),
  held: z.number(),
  unchanged: z.number(),
  complaints: z.array(z.object({ message: z.string(), where: z.string().optional() })),
});

export const scan = z.object({
  id: z.string(),
  assetId: z.string(),
  kind: z.enum(['report', 'retest', 'entry', 'assessment']),
  status: z.enum(['planned', 'running', 'queued', 'processing', 'completed', 'held', 'failed']),
  trigger: z.enum(triggers),
  coverage: z.enum(coverages),
  format: z.string().nullable(),
  tool: z.string().nullable(),
  branch: z.string(),
  category: z.string().nullable(),
  commit: z.string().nullable(),
  author: z.string().nullable(),
  startedAt: time,
  receivedAt: time,
  finishedAt: time.nullable(),
  progress: z.object({ findings: z.number() }),
  summary: summary.nullable(),
  error: z
    .object({ message: z.string(), where: z.string().nullable(), hint: z.string().nullable() })
    .nullable(),
});
export type Scan = z.infer<typeof scan>;

export const scanQuery = z.strictObject({ ...paging, assetId: id.optional() });

/** Vulnerabilities that a person looked at, and what of each was seen. */
export const lookedAt = z
  .array(
    z.strictObject({
      vulnerabilityId: z.string().regex(/^\d{1,18}$/u, 'A vulnerability’s id is a number.'),
      outcome: z.enum(['detected', 'not_detected']),
    }),
  )
  .min(1)
  .max(1000);

export const newRetest = z.strictObject({
  startedAt: time.optional(),
  author: z.string().trim().min(1).max(200).optional(),
  evidence: z.string().max(20_000).optional(),
  results: lookedAt,
});
