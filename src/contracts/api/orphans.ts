import { z } from 'zod';
import { id, paging, time } from './basics.ts';

const kinds = ['duplicate', 'unknown', 'late', 'replaced', 'left', 'merged'] as const;

export const orphanQuery = z.strictObject({
  ...paging,
  connectionId: id.optional(),
  kind: z.enum(kinds).optional(),
  resolved: z.enum(['true', 'false']).default('false'),
});

export const orphanCard = z.object({
  id: z.string(),
  connectionId: z.string(),
  connectionName: z.string(),
  tracker: z.string(),
  kind: z.enum(kinds).meta({
    description:
      '`duplicate`: a second card with the marker of a link; `late`: its create was executed after we gave it up; `unknown`: a marker of ours that no link has; `replaced`: a person chose another card; `left`: its vulnerability or asset was deleted; `merged`: its vulnerability was merged into another.',
  }),
  because: z.string().meta({ description: 'One sentence for a person.' }),
  card: z.object({ ref: z.string(), key: z.string(), url: z.string().nullable(), title: z.string().nullable(), remoteStateLabel: z.string().nullable() }),
  linkId: z.string().nullable(),
  vulnerabilityId: z.string().nullable(),
  vulnerabilityTitle: z.string().nullable(),
  linkedKey: z.string().nullable().meta({ description: 'The card that the link holds now.' }),
  seenAt: time,
  resolvedAt: time.nullable(),
  resolvedBy: z.string().nullable(),
  resolvedBecause: z.string().nullable(),
});
export type OrphanCard = z.infer<typeof orphanCard>;

export const attachOrphan = z.strictObject({
  linkId: id.optional().meta({ description: 'Default: the link for which the card was made.' }),
});
export const ignoreOrphan = z.strictObject({ reason: z.string().trim().min(1).max(1000) });
