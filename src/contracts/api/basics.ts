import { z } from 'zod';
import { severities, statuses } from '../../core/vocabulary.ts';

export const id = z.string().min(1).max(200);
export const time = z.iso.datetime({ offset: true });
export const status = z.enum(statuses);
export const severity = z.enum(severities);

/** Lists: `limit` at most 200, and a cursor that the answer before gave. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
};

export const list = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** RFC 9457, application/problem+json. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export const severityMapping = z.strictObject({
  critical: z.string().nullable(),
  high: z.string().nullable(),
  medium: z.string().nullable(),
  low: z.string().nullable(),
  informational: z.string().nullable(),
});

/** The configuration's target: step → value. */
export const target = z.record(z.string().max(100), z.string().max(500));
