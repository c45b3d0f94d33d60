import { z } from 'zod';
import { roles } from '../../core/vocabulary.ts';

const word = z.string().trim().min(1).max(200);
const domain = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^(?:[a-z0-9-]+\.)+[a-z0-9-]{2,}$/u, 'A domain like example.com.')
  .max(250);

const fields = {
  label: word.meta({ description: 'Stands on the button of the sign-in page.', example: 'Acme' }),
  issuer: z
    .url({ protocol: /^https?$/u })
    .max(1_000)
    .meta({ description: 'As the provider names itself, letter by letter.', example: 'https://login.example.com' }),
  clientId: word,
  allowedDomains: z.array(domain).max(100).default([]).meta({ description: 'Verified e-mail domains that may sign in. Empty: all.' }),
  groupsClaim: word.default('groups').meta({ description: 'Claim of the ID token that lists groups.' }),
  roleByGroup: z
    .array(z.strictObject({ group: word, role: z.enum(roles) }))
    .max(200)
    .default([])
    .meta({ description: 'The highest role counts, at each sign-in. Empty: roles are given in Patchboard.' }),
  defaultRole: z
    .enum(roles)
    .nullable()
    .default(null)
    .meta({ description: 'Of new people, and of those whom no group gives a role; null: they are refused.' }),
  passwords: z.enum(['everybody', 'administrators']).default('everybody').meta({ description: 'Who may sign in with a password too.' }),
  enabled: z.boolean().default(false),
};

/** A client secret that is not given stays, unless the issuer changes; null removes it. */
export const identityProviderWish = z.strictObject({ ...fields, clientSecret: z.string().min(1).max(2_000).nullable().optional() });
export type IdentityProviderWish = z.infer<typeof identityProviderWish>;

export const identityProvider = z.object({
  label: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  hasClientSecret: z.boolean(),
  allowedDomains: z.array(z.string()),
  groupsClaim: z.string(),
  roleByGroup: z.array(z.object({ group: z.string(), role: z.enum(roles) })),
  defaultRole: z.enum(roles).nullable(),
  passwords: z.enum(['everybody', 'administrators']),
  enabled: z.boolean(),
});
export type IdentityProvider = z.infer<typeof identityProvider>;

export const singleSignOn = z.object({
  provider: identityProvider.nullable(),
  redirectUri: z.string().meta({ description: 'To be entered at the provider, letter by letter.' }),
});
export type SingleSignOn = z.infer<typeof singleSignOn>;

/** What the sign-in page has to know. */
export const signInWays = z.object({
  singleSignOn: z.object({ label: z.string() }).nullable(),
  passwords: z.enum(['everybody', 'administrators']),
});
export type SignInWays = z.infer<typeof signInWays>;
export const begun = z.object({ authorizationUrl: z.string() });
/** Where the provider ends its own session. */
export interface SignedOut {
  readonly endSessionUrl: string;
}

/** Why a sign-in through the provider did not work; the web app has words for each. */
export const signInFailures = ['off', 'unknown', 'denied', 'provider', 'no_email', 'email_unverified', 'domain', 'no_role', 'email_taken', 'disabled', 'linked_elsewhere'] as const;
export type SignInFailure = (typeof signInFailures)[number];
