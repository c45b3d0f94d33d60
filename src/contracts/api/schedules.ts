import { z } from 'zod';
import { scheduleCredentials, starts } from '../schedule.ts';
import { id, paging, time } from './basics.ts';

const fields = {
  name: z.string().trim().min(1).max(200),
  starts,
  credentials: scheduleCredentials.nullable().optional(),
  cron: z
    .string()
    .trim()
    .max(200)
    .nullable()
    .meta({ description: 'Minute, hour, day of month, month, day of week; null: only when asked or awaited.', example: '0 3 * * *' }),
  timeZone: z.string().max(100).default('UTC').meta({ example: 'America/Sao_Paulo' }),
  onAwaitingValidation: z
    .boolean()
    .default(false)
    .meta({ description: 'Start also when vulnerabilities of the asset await validation.' }),
  reportWithinMinutes: z
    .number()
    .int()
    .min(1)
    .max(14 * 24 * 60)
    .default(240)
    .meta({ description: 'A run without a report after so long is late.' }),
  enabled: z.boolean().default(true),
};

export const newSchedule = z.strictObject(fields);
/** Credentials that are not given stay, unless the address changes; null removes them. */
export const changedSchedule = newSchedule;
export type NewSchedule = z.infer<typeof newSchedule>;

export const scheduleQuery = z.strictObject({ ...paging, assetId: id.optional() });
export const runQuery = z.strictObject(paging);

export const run = z.object({
  id: z.string(),
  because: z.enum(['schedule', 'awaiting_validation', 'person']),
  state: z.enum(['starting', 'waiting', 'started', 'finished', 'reported', 'failed', 'missed']),
  late: z.boolean().meta({ description: 'Started, and no report came in time.' }),
  dueAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  nextTryAt: time.nullable(),
  scanId: z.string().nullable(),
  message: z.string().nullable(),
  url: z.string().nullable(),
});
export type Run = z.infer<typeof run>;

export const schedule = z.object({
  id: z.string(),
  assetId: z.string(),
  assetName: z.string(),
  name: z.string(),
  starts,
  hasCredentials: z.boolean(),
  cron: z.string().nullable(),
  timeZone: z.string(),
  onAwaitingValidation: z.boolean(),
  reportWithinMinutes: z.number(),
  enabled: z.boolean(),
  nextAt: time.nullable(),
  lastRun: run.nullable(),
  createdAt: time,
});
export type Schedule = z.infer<typeof schedule>;

export const command = z.object({ name: z.string(), description: z.string().nullable() });
