import { z } from 'zod';

const example = 'https://your-instance.service-now.com';

/**
 * The origin of an instance, from each form people paste: `dev12345`, `dev12345.service-now.com`, the address of a page or
 * a record. A host and port of one's own stay as they are. Null: it is none.
 */
export function instanceOrigin(typed: string): string | null {
  const text = typed.trim();
  const whole =
    /^[a-z0-9][a-z0-9-]*$/iu.test(text) && text.toLowerCase() !== 'localhost'
      ? `${text}.service-now.com`
      : text;
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//iu.test(whole) ? whole : `https://${whole}`);
  if (url === null || url.username !== '' || url.password !== '') {
    return null;
  }
  // Plain http is for the operator's own networks alone; the guard of the HTTP client holds that line.
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return null;
  }
  const named = url.hostname.includes('.') || url.hostname === 'localhost' || url.hostname.startsWith('[');
  return named ? url.origin : null;
}

/** Where a developer portal or a product page was pasted in place of an instance. */
function isPortal(origin: string): boolean {
  return /^https?:\/\/(?:www|developer|support|docs|store)\.(?:servicenow|service-now)\.com$/iu.test(origin);
}

const days = 86_400;

export const settings = z.strictObject({
  url: z
    .string()
    .max(2_000)
    .transform((typed, context) => {
      const origin = instanceOrigin(typed);
      if (origin === null) {
        context.addIssue({
          code: 'custom',
          message: `Give the address of your ServiceNow instance, like ${example}.`,
        });
        return z.NEVER;
      }
      if (isPortal(origin)) {
        context.addIssue({
          code: 'custom',
          message: `${origin} is ServiceNow's own site. Give the address of your instance, like ${example}.`,
        });
        return z.NEVER;
      }
      return origin;
    })
    .meta({
      title: 'Instance URL',
      description: 'The address of your ServiceNow instance.',
      examples: [example],
    }),
  tokenLifetimes: z
    .strictObject({
      accessSeconds: z
        .number()
        .int()
        .min(60)
        .max(90 * days)
        .optional(),
      refreshSeconds: z
        .number()
        .int()
        .min(3_600)
        .max(3_650 * days)
        .optional(),
    })
    .optional()
    .meta({
      title: 'Token lifetimes',
      description:
        'Only if your Application Registry differs from 1,800 and 8,640,000 seconds: its Access Token Lifespan and Refresh Token Lifespan.',
    }),
  scope: z
    .string()
    .max(500)
    .regex(/^[\w .:-]+$/u)
    .optional()
    .meta({ title: 'Auth scope', description: 'Only if the registration asks for one.' }),
  pkce: z.boolean().optional().meta({
    title: 'Use PKCE',
    description: 'Sends a code challenge beside the client secret. Off unless your registration demands it.',
  }),
});

export const credentials = z.strictObject({
  clientId: z.string().trim().min(1).max(500).meta({
    title: 'Client ID',
    description: 'From the Application Registry, or the Machine Identity Console.',
  }),
  clientSecret: z
    .string()
    .trim()
    .min(1)
    .max(1_000)
    .meta({ title: 'Client secret', description: 'Of the same registration.', secret: true }),
});

export type ServiceNowSettings = z.output<typeof settings>;
