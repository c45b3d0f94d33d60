import { z } from 'zod';
import { time } from './basics.ts';

export const instance = z.object({
  /** False: this is a copy of another installation's database, and only reads. */
  writesToTrackers: z.boolean(),
  because: z.string().nullable(),
  /** Grows whenever committed rows may have been lost: a restore, a failover, a take-over. */
  epoch: z.number(),
  takenOverAt: time.nullable(),
});
