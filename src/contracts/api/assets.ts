import { z } from 'zod';
import { paging, time } from './basics.ts';

const criticality = z.enum(['critical', 'high', 'medium', 'low']);
const name = z.string().trim().min(1).max(200);

export const newAsset = z.strictObject({
  name: name.meta({ example: 'Web shop' }),
  key: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/u, 'Letters, digits, dots, slashes, dashes; at most 200.')
    .optional()
    .meta({ description: 'A stable handle for pipelines.', example: 'web-shop' }),
  repositoryUrl: z.url().max(2000).nullable().optional(),
  defaultBranch: z.string().min(1).max(250).optional(),
  criticality: criticality.nullable().optional(),
  tags: z.array(z.string().min(1).max(100)).max(50).optional(),
});

export const assetChange = newAsset.partial();

export const asset = z.object({
  id: z.string(),
  name: z.string(),
  key: z.string(),
  repositoryUrl: z.string().nullable(),
  defaultBranch: z.string(),
  criticality: criticality.nullable(),
  tags: z.array(z.string()),
  createdAt: time,
  openVulnerabilities: z.number().optional(),
});
export type Asset = z.infer<typeof asset>;

export const assetQuery = z.strictObject({ ...paging, q: z.string().max(200).optional() });
