import { z } from 'zod';

const cloud = 'https://dev.azure.com';
const example = `${cloud}/your-organization`;

export interface Place {
  /** Everything before the organization: `https://dev.azure.com`, or `https://server/tfs`. */
  readonly url: string;
  /** Of Azure DevOps Services the organization, of a server its collection. */
  readonly organization: string;
}

/**
 * Where an organization lives, from each form people paste: its name, `dev.azure.com/name/…`, `name.visualstudio.com/…`, or
 * the address of a collection on a server. Null: it is none.
 */
export function placeOf(typed: string): Place | null {
  const text = typed.trim();
  if (/^[a-z0-9][\w.-]*$/iu.test(text) && !/\.visualstudio\.com$/iu.test(text)) {
    return { url: cloud, organization: text };
  }
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//iu.test(text) ? text : `https://${text}`);
  if (url === null || !/^https?:$/u.test(url.protocol) || url.username !== '' || url.password !== '') {
    return null;
  }
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const old = /^([\w-]+)\.visualstudio\.com$/iu.exec(url.hostname)?.[1];
  if (old !== undefined) {
    return { url: cloud, organization: old };
  }
  // On a server the collection is the second part where the site has a virtual directory, `tfs` as it is installed.
  const at = /^dev\.azure\.com$/iu.test(url.hostname) || parts[0]?.toLowerCase() !== 'tfs' ? 0 : 1;
  const organization = parts[at];
  return organization === undefined
    ? null
    : { url: `${url.origin}${parts.slice(0, at).map((part) => `/${part}`).join('')}`, organization: decoded(organization) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** An address without an organization: of a proxy, or of a server with its virtual directory. */
function baseOf(typed: string): string | null {
  const url = URL.parse(typed.trim());
  return url === null || !/^https?:$/u.test(url.protocol) || url.username !== '' || url.password !== ''
    ? null
    : `${url.origin}${url.pathname}`.replace(/\/+$/u, '');
}

export const settings = z
  .strictObject({
    organization: z.string().trim().min(1).max(500).meta({
      title: 'Organization',
      description:
        'The name of your Azure DevOps organization, or its address. For Azure DevOps Server: the address of the collection.',
      examples: ['your-organization', example],
    }),
    url: z.string().trim().max(500).optional().meta({
      title: 'Server address',
      description: 'Only for Azure DevOps Server, without the collection: like https://devops.example.com/tfs.',
    }),
    hooks: z.enum(['every-change', 'column-and-state']).optional().meta({
      title: 'Service hooks',
      description:
        'What is created for you. Every change of a work item (recommended), or the two hooks for Board Column and State alone.',
    }),
  })
  .transform((given, context) => {
    const { organization, url, ...rest } = given;
    const base = url === undefined || url === '' ? undefined : baseOf(url);
    // Names of collections may have spaces; an address has a slash.
    const place =
      typeof base === 'string' && !/[/:]/u.test(organization) ? { url: base, organization } : placeOf(organization);
    if (place === null || base === null) {
      const message = `Give the name of your organization, or its address like ${example}.`;
      context.addIssue({ code: 'custom', path: [base === null ? 'url' : 'organization'], message });
      return z.NEVER;
    }
    return { ...rest, organization: place.organization, url: base ?? place.url };
  });

const secretId = z
  .string()
  .trim()
  .regex(/^[0-9a-f-]{36}$/iu, 'This is 36 characters with dashes, as the app registration shows it.');

const app = {
  clientId: secretId.meta({
    title: 'Application (client) ID',
    description: 'From your app registration in Microsoft Entra ID: Overview.',
  }),
  clientSecret: z.string().trim().min(1).max(1_000).meta({
    title: 'Client secret',
    description: 'The Value of a secret under Certificates & secrets, not its ID.',
    secret: true,
  }),
};
const tenantId = z
  .string()
  .trim()
  .regex(/^[\w.-]{1,100}$/u)
  .meta({
    title: 'Directory (tenant) ID',
    description: 'From the same page. Leave it empty only if the app is registered for several directories.',
  });

export const credentials = z.union([
  z.strictObject({ ...app, tenantId: tenantId.optional() }).meta({ title: 'Sign in with Microsoft Entra ID' }),
  z
    .strictObject({
      personalAccessToken: z.string().trim().min(1).max(500).meta({
        title: 'Personal access token',
        description: 'Scopes: Work Items (Read & write), and Project and Team (Read).',
        secret: true,
      }),
    })
    .meta({ title: 'Personal access token' }),
  z
    .strictObject({
      ...app,
      tenantId: tenantId.optional(),
      identity: z.literal('service-principal').meta({ title: 'Identity', description: 'The app acts as itself.' }),
    })
    .meta({ title: 'Service principal' }),
]);

export type AzureCredentials = z.output<typeof credentials>;
export type AzureSettings = z.output<typeof settings>;

/** `https://dev.azure.com/fabrikam`: what every address of the API begins with. */
export function rootOf(given: Readonly<Record<string, unknown>>): string {
  const { url, organization } = given as AzureSettings;
  return `${url}/${encodeURIComponent(organization)}`;
}

/** Where profile and organizations of a person are asked for: a host of its own in the cloud, and the same one elsewhere. */
export function accountOrigin(given: Readonly<Record<string, unknown>>): string {
  const { url } = given as AzureSettings;
  return url === cloud ? 'https://app.vssps.visualstudio.com' : new URL(url).origin;
}
