import { z } from 'zod';
import { id, severity, severityMapping, status, target, time } from './basics.ts';
import { backfillPace } from './jobs.ts';

const remoteState = z.string().min(1).max(500);

export const statusMapping = z.strictObject({
  identified: remoteState,
  inProgress: remoteState.nullable().optional(),
  awaitingValidation: remoteState.nullable().optional(),
  riskAccepted: remoteState.nullable().optional(),
  falsePositive: remoteState.nullable().optional(),
  fixed: remoteState.nullable().optional(),
});

export const newConfiguration = z.strictObject({
  scope: z.enum(['default', 'custom']),
  assetIds: z.array(id).max(1000).optional(),
  target,
  statusMapping,
  severityMapping: severityMapping.nullable().optional(),
  fieldDefaults: z.record(z.string(), z.unknown()).optional(),
  createOn: z.enum(['identified', 'assessment_completed']).default('identified'),
  minimumSeverity: severity.nullable().optional(),
  boardDecisions: z.enum(['apply', 'ask']).default('apply'),
  dueDates: z.boolean().default(false).meta({ description: 'Whether cards carry the due date of their vulnerability.' }),
});

export const warning = z.object({ path: z.string(), message: z.string() });

export const configuration = z.object({
  id: z.string(),
  connectionId: z.string(),
  scope: z.enum(['default', 'custom']),
  assetIds: z.array(z.string()),
  target,
  targetLabels: z.record(z.string(), z.string()).meta({ description: 'The tracker’s names of what `target` names, by step; a step without one stands for itself.' }),
  statusMapping,
  remoteLabels: z.record(z.string(), z.string()),
  severityMapping: severityMapping.nullable(),
  fieldDefaults: z.record(z.string(), z.unknown()),
  createOn: z.enum(['identified', 'assessment_completed']),
  minimumSeverity: severity.nullable(),
  boardDecisions: z.enum(['apply', 'ask']),
  dueDates: z.boolean(),
  attention: z.array(z.object({ message: z.string() })).nullable(),
  createdAt: time,
  cards: z.number().meta({ description: 'Cards that were made or updated under it last: what a change of it concerns.' }),
  drifting: z.number().meta({ description: 'Of these, cards that differ and that no rule may repair: moved to a state without a status, to another board, by a changed mapping.' }),
  warnings: z.array(warning),
});

const concerned = z.object({
  elsewhere: z.number().meta({ description: 'Cards that are not where their configuration says now. They stay, and are not written to until they are moved.' }),
  remapped: z.number().meta({ description: 'Cards in another remote state than the mapping says now. They stay until their status changes or they are moved.' }),
});

export const savedConfiguration = configuration.extend({ concerned });

export const deletedConfiguration = z.object({
  cards: z.number().meta({ description: 'Cards that are no longer updated.' }),
  concerned,
});
export type ConfigurationBody = z.infer<typeof configuration>;

export const preview = z.object({
  cardsToCreate: z.object({ total: z.number(), bySeverity: z.record(z.string(), z.number()) }),
  estimate: backfillPace.optional().meta({ description: 'Of a configuration that is not saved yet: how long all of these cards would take.' }),
  sample: z.object({ title: z.string(), body: z.string(), fields: z.record(z.string(), z.unknown()) }),
  reverseMapping: z.array(
    z.object({
      remoteState: z.string(),
      label: z.string(),
      becomes: status.nullable(),
      ambiguous: z.boolean(),
      held: z.boolean(),
    }),
  ),
  remarks: z
    .array(z.object({ path: z.string(), message: z.string(), blocking: z.boolean() }))
    .optional()
    .meta({ description: 'Of a configuration that is not saved yet: what the tracker cannot work with (blocking), and what to know before it is turned on.' }),
});

export const effectiveConfiguration = z.object({
  configurationId: z.string().nullable(),
  scope: z.enum(['default', 'custom']).nullable(),
  because: z.string(),
});
