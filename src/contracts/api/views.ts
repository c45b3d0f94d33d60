import { z } from 'zod';
import { id, severity, severityMapping, time } from './basics.ts';

export const newView = z.strictObject({
  name: z.string().trim().min(1).max(100),
  query: z.string().max(2_000).meta({ description: 'The list’s filters as they stand in the address.' }),
  shared: z.boolean().default(false),
});
export const view = z.object({
  id: z.string(),
  name: z.string(),
  query: z.string(),
  shared: z.boolean(),
  mine: z.boolean(),
  createdAt: time,
});
export type SavedView = z.infer<typeof view>;

/** A configuration on its way; every part may be missing still. */
export const draftBody = z.strictObject({
  step: z.string().max(50).optional(),
  scope: z.enum(['default', 'custom']).optional(),
  assetIds: z.array(id).max(1000).optional(),
  target: z.record(z.string().max(100), z.string().max(500)).optional(),
  statusMapping: z.record(z.string().max(50), z.string().max(500).nullable()).optional(),
  severityMapping: severityMapping.nullable().optional(),
  fieldDefaults: z.record(z.string().max(200), z.unknown()).optional(),
  createOn: z.enum(['identified', 'assessment_completed']).optional(),
  minimumSeverity: severity.nullable().optional(),
  boardDecisions: z.enum(['apply', 'ask']).optional(),
  dueDates: z.boolean().optional(),
});
export type DraftBody = z.infer<typeof draftBody>;
export const newDraft = z.strictObject({ configurationId: id.optional(), body: draftBody });
export const draftChange = z.strictObject({ body: draftBody });
export const draft = z.object({
  id: z.string(),
  connectionId: z.string(),
  configurationId: z.string().nullable(),
  body: draftBody,
  createdBy: z.string(),
  createdAt: time,
  updatedAt: time,
});
export type Draft = z.infer<typeof draft>;
