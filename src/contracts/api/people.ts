import { z } from 'zod';
import { cardSections } from '../../core/mapping/card-text.ts';
import { roles } from '../../core/vocabulary.ts';
import { paging, time } from './basics.ts';

const email = z.email().max(254);
const password = z.string().min(12, 'At least 12 characters.').max(128);

export const setupClaim = z.strictObject({
  token: z.string().min(20).max(200),
  email,
  name: z.string().trim().min(1).max(200),
  password,
});
export const passwordChange = z.strictObject({ currentPassword: z.string().max(128), newPassword: password });
export const closedSessions = z.object({ closed: z.number() });
export const signIn = z.strictObject({ email: z.string().max(254), password: z.string().max(128) });
export const me = z.object({
  kind: z.enum(['person', 'token']),
  name: z.string(),
  email: z.string().nullable(),
  role: z.enum(roles),
  singleSignOn: z.boolean().meta({ description: 'Whether an account of the provider is linked.' }),
});
export type Me = z.infer<typeof me>;

export const newUser = z.strictObject({
  email,
  name: z.string().trim().min(1).max(200),
  role: z.enum(roles),
  password,
});
export const userChange = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  role: z.enum(roles).optional(),
  disabled: z.boolean().optional(),
  password: password.optional(),
  singleSignOn: z.literal(false).optional().meta({ description: 'Given: the account of the provider is no longer theirs.' }),
});
export const user = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  disabled: z.boolean(),
  singleSignOn: z.boolean(),
  hasPassword: z.boolean(),
  createdAt: time,
});

export const scopes = ['scan:upload'] as const;
export const newToken = z.strictObject({
  name: z.string().trim().min(1).max(200),
  role: z.enum(roles).default('viewer'),
  scopes: z.array(z.enum(scopes)).default([]),
  expiresAt: time.optional(),
});
export const token = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  scopes: z.array(z.string()),
  createdAt: time,
  lastUsedAt: time.nullable(),
  expiresAt: time.nullable(),
});
/** The only answer that ever holds the token itself. */
export const madeToken = token.extend({ token: z.string() });

export const auditQuery = z.strictObject(paging);
export const auditEntry = z.object({
  id: z.string(),
  at: time,
  actor: z.object({ kind: z.enum(['person', 'token', 'system']), name: z.string() }),
  act: z.string(),
  subject: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  address: z.string().nullable(),
  correlationId: z.string().nullable(),
});

const days = z.number().int().min(1).max(3_650).nullable();
const dueDays = z.strictObject({ critical: days, high: days, medium: days, low: days, informational: days }).meta({
  description: 'Days until an open vulnerability is due, by severity, from its first sighting or its reappearance; null: never.',
  example: { critical: 15, high: 30, medium: 90, low: 180, informational: null },
});

const activityDays = z.number().int().min(7).max(3_650);
const evidenceDays = z.number().int().min(30).max(3_650).nullable();
const auditDays = z.number().int().min(90).max(3_650).nullable();
const prefix = z
  .string()
  .trim()
  .max(40)
  .regex(/^[^\p{C}]*$/u, 'One line, without control characters.');
const cardLayout = z
  .strictObject({
    sections: z.array(z.enum(cardSections)).max(cardSections.length).refine((names) => new Set(names).size === names.length, 'Each section at most once.'),
    note: z.string().trim().max(2_000),
  })
  .meta({ description: 'Parts of the body of every card, in their order, and words of your own; the link back always stands last.', example: { sections: ['summary', 'what', 'where'], note: '' } });

export const settings = z.object({
  titlePrefix: z
    .string()
    .meta({ description: 'Stands before the issue id in the title of every card.', example: '[CONVISO]' }),
  cardLayout,
  dueDays,
  activityDays: activityDays.meta({ description: 'Days for which finished deliveries are kept in Sync activity.', example: 90 }),
  evidenceDays: evidenceDays.meta({ description: 'Days for which findings are kept that are no vulnerability’s latest sight; null: for ever.', example: 365 }),
  auditDays: auditDays.meta({ description: 'Days for which the audit log is kept; null: for ever.', example: null }),
});
export const settingsChange = z.strictObject({
  titlePrefix: prefix.optional(),
  cardLayout: cardLayout.optional(),
  dueDays: dueDays.optional(),
  activityDays: activityDays.optional(),
  evidenceDays: evidenceDays.optional(),
  auditDays: auditDays.optional(),
});

export const cardPreviewWish = z.strictObject({ titlePrefix: prefix, cardLayout });
const inline = z.union([
  z.object({ kind: z.enum(['text', 'strong', 'code']), text: z.string() }),
  z.object({ kind: z.literal('link'), text: z.string(), url: z.string() }),
]);
export const cardPreview = z.object({
  title: z.string(),
  body: z.array(
    z.union([
      z.object({ kind: z.literal('heading'), text: z.string() }),
      z.object({ kind: z.literal('code'), text: z.string() }),
      z.object({ kind: z.literal('paragraph'), children: z.array(inline) }),
      z.object({ kind: z.literal('list'), items: z.array(z.array(inline)) }),
    ]),
  ),
});
export type CardPreview = z.infer<typeof cardPreview>;
