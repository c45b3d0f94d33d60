import { z } from 'zod';
import { roles } from '../../core/vocabulary.ts';
import { time } from './basics.ts';

const email = z.email().max(254);
const password = z.string().min(12, 'At least 12 characters.').max(128);

export const setupClaim = z.strictObject({ token: z.string().min(20).max(200), email, name: z.string().trim().min(1).max(200), password });
export const signIn = z.strictObject({ email: z.string().max(254), password: z.string().max(128) });
export const me = z.object({ kind: z.enum(['person', 'token']), name: z.string(), email: z.string().nullable(), role: z.enum(roles) });
export type Me = z.infer<typeof me>;

export const newUser = z.strictObject({ email, name: z.string().trim().min(1).max(200), role: z.enum(roles), password });
export const userChange = z.strictObject({ name: z.string().trim().min(1).max(200).optional(), role: z.enum(roles).optional(), disabled: z.boolean().optional() });
export const user = z.object({ id: z.string(), email: z.string(), name: z.string(), role: z.enum(roles), disabled: z.boolean(), createdAt: time });

export const scopes = ['scan:upload'] as const;
export const newToken = z.strictObject({ name: z.string().trim().min(1).max(200), role: z.enum(roles).default('viewer'), scopes: z.array(z.enum(scopes)).default([]), expiresAt: time.optional() });
export const token = z.object({ id: z.string(), name: z.string(), role: z.enum(roles), scopes: z.array(z.string()), createdAt: time, lastUsedAt: time.nullable(), expiresAt: time.nullable() });
/** The only answer that ever holds the token itself. */
export const madeToken = token.extend({ token: z.string() });
