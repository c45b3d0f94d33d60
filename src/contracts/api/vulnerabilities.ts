import { z } from 'zod';
import { detectionStates, linkStates } from '../../core/vocabulary.ts';
import { id, paging, severity, status, time } from './basics.ts';

const several = <Item extends z.ZodType>(item: Item) =>
  z.preprocess(
    (value) => (value === undefined ? undefined : [value].flat()),
    z.array(item).max(20).optional(),
  );

const filters = {
  assetId: id.optional(),
  status: several(status),
  severity: several(severity),
  q: z.string().max(200).optional().meta({ description: 'Words, by their beginnings, of title, rule, place and CVE; or an ID.' }),
  tool: z.string().max(200).optional(),
  due: z.enum(['overdue', 'soon']).optional().meta({ description: 'Past its due date, or due within seven days.' }),
  cardState: several(z.enum([...linkStates, 'none'])).meta({ description: 'Of one of its links; `none`: it has no link.' }),
  scanId: id.optional().meta({ description: 'What this scan saw, or what `scanResult` says.' }),
  scanResult: z.enum(['seen', 'created', 'fixed']).optional(),
};
export const vulnerabilityFilters = z.strictObject(filters);
export const exportQuery = z.strictObject({ ...filters, format: z.enum(['csv', 'json', 'sarif']).default('csv') });

export const vulnerabilityQuery = z.strictObject({
  ...paging,
  ...filters,
  sort: z.enum(['severity', '-severity', 'lastSeen', '-lastSeen', 'created', '-created']).default('severity'),
  count: z.enum(['true', 'false']).optional(),
});

export const location = z.record(z.string(), z.unknown());

export const card = z.object({
  ref: z.string(),
  key: z.string(),
  url: z.string(),
  remoteState: z.string(),
  remoteStateLabel: z.string(),
  assignee: z.string().nullable(),
  priority: z.string().nullable(),
  presence: z.enum(['active', 'archived', 'discarded']),
});

export const link = z.object({
  id: z.string(),
  connectionId: z.string(),
  connectionName: z.string(),
  tracker: z.string(),
  configurationId: z.string().nullable(),
  state: z.enum(linkStates),
  stateBecause: z.string().nullable(),
  card: card.nullable(),
  lastSyncedAt: time.nullable(),
  drift: z.object({ kind: z.string(), because: z.string() }).optional(),
});
export type Link = z.infer<typeof link>;

export const vulnerability = z.object({
  id: z.string().meta({ description: 'The short numeric Issue ID.' }),
  assetId: z.string(),
  assetName: z.string(),
  title: z.string(),
  description: z.string(),
  severity,
  status,
  statusChangedAt: time,
  reason: z.string().nullable(),
  expiresAt: time.nullable(),
  tool: z.string().nullable(),
  ruleId: z.string().nullable(),
  cwe: z.array(z.number()),
  cve: z.array(z.string()),
  location,
  snippet: z.string().nullable(),
  impact: z.string().nullable(),
  remediation: z.string().nullable(),
  references: z.array(z.string()),
  dueAt: time.nullable().meta({ description: 'By when it should be fixed, as the settings say for its severity; null: no date, or it is not open.' }),
  firstSeenAt: time,
  lastSeenAt: time,
  createdAt: time,
  detections: z.array(
    z.object({
      scope: z.object({
        id: z.string(),
        tool: z.string(),
        branch: z.string(),
        category: z.string().nullable(),
      }),
      state: z.enum(detectionStates),
      scanId: z.string().nullable(),
      lastSeenAt: time,
    }),
  ),
  links: z.array(link),
  mergedInto: z.string().nullable().meta({ description: 'It is part of this one now: status, decisions and cards are that one’s.' }),
  merged: z.array(z.object({ id: z.string(), title: z.string() })).meta({ description: 'What people merged into it.' }),
});
export type Vulnerability = z.infer<typeof vulnerability>;

export const listedVulnerability = vulnerability
  .omit({
    description: true,
    snippet: true,
    impact: true,
    remediation: true,
    references: true,
    detections: true,
    links: true,
    mergedInto: true,
    merged: true,
  })
  .extend({
    links: z.array(
      link
        .pick({ id: true, connectionId: true, tracker: true, state: true })
        .extend({ key: z.string().nullable(), url: z.string().nullable() }),
    ),
  });
export const vulnerabilityList = z.object({
  items: z.array(listedVulnerability),
  nextCursor: z.string().nullable(),
  total: z.number().optional(),
});
export type ListedVulnerability = z.infer<typeof listedVulnerability>;

export const newVulnerability = z.strictObject({
  /** The running assessment that it is part of. */
  assessmentId: id.optional(),
  title: z.string().trim().min(1).max(500),
  description: z.string().max(20_000),
  severity,
  location: z
    .union([
      z.strictObject({
        path: z.string().min(1).max(2000),
        startLine: z.number().int().min(1).optional(),
        endLine: z.number().int().min(1).optional(),
      }),
      z.strictObject({
        url: z.url().max(2000),
        method: z.string().max(20).optional(),
        parameter: z.string().max(200).optional(),
      }),
      z.strictObject({
        package: z.string().min(1).max(500),
        version: z.string().max(200).optional(),
        ecosystem: z.string().max(50).optional(),
      }),
    ])
    .optional(),
  cwe: z.array(z.number().int().min(1).max(99_999)).max(50).optional(),
  cve: z
    .array(z.string().regex(/^CVE-\d{4}-\d{4,7}$/u))
    .max(50)
    .optional(),
  impact: z.string().max(10_000).optional(),
  remediation: z.string().max(10_000).optional(),
  references: z.array(z.url().max(2000)).max(50).optional(),
});

export const statusChange = z.strictObject({
  status,
  reason: z.string().trim().max(5_000).optional(),
  expiresAt: time.optional(),
});

/** Bound of what one call changes; a longer list comes in several calls. */
const bulkMax = 200;
export const bulkChange = z.strictObject({
  ids: z.array(z.string().regex(/^\d{1,18}$/u, 'A vulnerability’s id is a number.')).min(1).max(bulkMax),
  ...statusChange.shape,
});
export const bulkResult = z.object({
  items: z.array(z.object({ id: z.string(), outcome: z.enum(['changed', 'refused']), because: z.string().nullable() })),
});
export type BulkResult = z.infer<typeof bulkResult>;

const vulnerabilityId = z.string().regex(/^\d{1,18}$/u, 'A vulnerability’s id is a number.');
const mergeReason = z.string().trim().min(1).max(5_000).optional().meta({ description: 'Kept on the timeline of both.' });
export const mergeBody = z.strictObject({
  vulnerabilityIds: z.array(vulnerabilityId).min(1).max(50).meta({ description: 'Of the same asset; they become part of the one in the address.' }),
  reason: mergeReason,
});
export const splitBody = z.union([
  z.strictObject({ vulnerabilityId: vulnerabilityId.meta({ description: 'One that was merged into it: it comes back as it was.' }), reason: mergeReason }),
  z.strictObject({
    scopeIds: z.array(id).min(1).max(50).meta({ description: 'What these scopes saw becomes a vulnerability of its own.' }),
    reason: mergeReason,
  }),
]);

export const counts = z.object({
  byStatus: z.record(z.string(), z.number()),
  bySeverity: z.record(z.string(), z.number()).meta({ description: 'Of the open ones.' }),
});
export type Counts = z.infer<typeof counts>;
export const matchingIds = z.object({ ids: z.array(z.string()), more: z.boolean() });
export const newComment = z.strictObject({ text: z.string().trim().min(1).max(10_000) });
export const occurrence = z.object({
  scanId: z.string(),
  tool: z.string().nullable(),
  branch: z.string(),
  seenAt: time,
  location,
  snippet: z.string().nullable(),
});
export type Occurrence = z.infer<typeof occurrence>;

export const timelineEntry = z.object({
  id: z.string(),
  at: time,
  kind: z.string(),
  actor: z.object({ kind: z.string(), name: z.string() }),
  from: z.string().nullable(),
  to: z.string().nullable(),
  cause: z.object({ kind: z.enum(['scan', 'card', 'person', 'expiry', 'system']) }).catchall(z.unknown()),
  note: z.string().nullable(),
  correlationId: z.string().nullable(),
});
export type TimelineEntry = z.infer<typeof timelineEntry>;
