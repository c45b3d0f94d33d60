import { z } from 'zod';
import { paging, time } from './basics.ts';
import { lookedAt, summary } from './scans.ts';

export const newAssessment = z.strictObject({
  title: z.string().trim().min(1).max(200),
  /** Scope, method, what was agreed. */
  description: z.string().max(20_000).optional(),
  author: z.string().trim().min(1).max(200).optional(),
  plannedFor: time.optional(),
});

export const assessmentQuery = z.strictObject({ ...paging });

export const completion = z.strictObject({
  /** What was done and found, in words; replaces the description. */
  evidence: z.string().max(20_000).optional(),
  results: lookedAt.optional(),
});

export const assessment = z.object({
  id: z.string(),
  assetId: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  author: z.string().nullable(),
  status: z.enum(['planned', 'running', 'completed']),
  plannedFor: time.nullable(),
  startedAt: time.nullable(),
  completedAt: time.nullable(),
  /** How many vulnerabilities are part of it: entered, confirmed, and, once it is completed, found by its reports. */
  vulnerabilities: z.number(),
  summary: summary.nullable(),
});
export type Assessment = z.infer<typeof assessment>;
