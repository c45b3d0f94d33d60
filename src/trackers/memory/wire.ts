import { z } from 'zod';

/** The board's JSON, only the fields used. */

export const wireCard = z.object({
  id: z.number(),
  marker: z.string().nullable(),
  board: z.string(),
  column: z.string(),
  columnName: z.string(),
  title: z.string(),
  priority: z.string().nullable(),
  assignee: z.string().nullable(),
  labels: z.array(z.string()),
  /** Counts the changes of this card; a write may demand it. */
  version: z.number(),
  changedAt: z.string(),
  state: z.enum(['active', 'archived', 'discarded']),
});
export type WireCard = z.infer<typeof wireCard>;

export const cardPage = z.object({ items: z.array(wireCard), next: z.number().nullable() });

/** Changes have one number each, over all cards: nothing is ever skipped. */
export const changePage = z.object({
  items: z.array(
    z.object({ change: z.number(), id: z.number(), version: z.number(), marker: z.string().nullable() }),
  ),
  last: z.number(),
  more: z.boolean(),
});

export const cardHistory = z.object({
  items: z.array(z.object({ version: z.number(), at: z.string(), by: z.string(), column: z.string() })),
});

export const boards = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) });

export const columns = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      category: z.enum(['waiting', 'requested', 'in_progress', 'done']),
    }),
  ),
});

export const account = z.object({ name: z.string() });

export const wireError = z.object({
  error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }),
});
