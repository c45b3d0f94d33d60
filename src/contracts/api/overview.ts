import { z } from 'zod';
import { time } from './basics.ts';

export const overview = z.object({
  /** The end of each day, oldest first; today's is now. Severities as they are rated today. */
  trend: z.array(z.object({ day: z.string(), critical: z.number(), high: z.number(), medium: z.number(), low: z.number(), informational: z.number() })),
  meanDaysToRemediate: z.number().nullable(),
  due: z.object({ overdue: z.number(), soon: z.number() }),
  validation: z.object({ count: z.number(), oldestSince: time.nullable() }),
  assets: z.number(),
  vulnerabilities: z.boolean().meta({ description: 'Whether there is any at all.' }),
  lostCards: z.number(),
});
export type Overview = z.infer<typeof overview>;
