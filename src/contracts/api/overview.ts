import { z } from 'zod';
import { time } from './basics.ts';

export const overview = z.object({
  /** The end of each day, oldest first; today's is now. Severities as they are rated today. */
  trend: z.array(z.object({ day: z.string(), critical: z.number(), high: z.number(), medium: z.number(), low: z.number(), informational: z.number() })),
  /** The same by status, of those that are open. */
  trendByStatus: z.array(z.object({ day: z.string(), identified: z.number(), in_progress: z.number(), awaiting_validation: z.number() })),
  meanDaysToRemediate: z.number().nullable(),
  due: z.object({ overdue: z.number(), soon: z.number() }),
  validation: z.object({ count: z.number(), oldestSince: time.nullable() }),
  assets: z.number(),
  vulnerabilities: z.boolean().meta({ description: 'Whether there is any at all.' }),
  lostCards: z.number(),
  schedules: z
    .object({
      next: z.object({ at: time, scheduleId: z.string(), assetName: z.string() }).nullable(),
      late: z.number(),
      missed: z.number(),
      failed: z.number(),
    })
    .meta({ description: 'The next scan that starts by itself, and how many schedules whose latest run is late, was missed or failed.' }),
});
export type Overview = z.infer<typeof overview>;
