import { join, resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { dataFolderFallback, isGiven } from './config-early.ts';
import type { LogLevel } from './lib/log.ts';
import { logLevels } from './lib/log.ts';

export const roles = ['web', 'worker'] as const;
export type ProcessRole = (typeof roles)[number];

/** What the operator decides, from the environment. Only this file reads it. */
export interface Config {
  /** Null: an embedded PostgreSQL in the data folder. */
  readonly databaseUrl: string | null;
  /** Absolute. Holds the embedded database and the generated secret key. */
  readonly dataFolder: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Without a slash at the end. Null: the address that is listened on. */
  readonly publicUrl: string | null;
  /** Null: the one in the data folder. */
  readonly secretKey: string | null;
  readonly bootstrapToken: string | null;
  /** CIDR. */
  readonly allowedNetworks: readonly string[];
  readonly roles: readonly ProcessRole[];
  readonly pollSeconds: number;
  readonly quarantineSeconds: number;
  /** Without a slash at the end. */
  readonly entraAuthority: string;
  /** Scanners that schedules may run, as the operator allows them; need not exist. */
  readonly commandsFile: string;
  /** All variables of this process, for those commands which the operator gives one by name. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly logLevel: LogLevel;
  /** Sentences worth a look that stop nothing. */
  readonly warnings: readonly string[];
}

/** Where the command line finds a running Patchboard, and who it is there. */
export interface ClientConfig {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string | null;
}

/** What is wrong with the environment: one sentence for each variable, with what to do. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const secondsMax = 86_400;

const variables = z.object({
  DATABASE_URL: z
    .string()
    .refine((text) => hasProtocol(text, ['postgres:', 'postgresql:']), {
      error:
        'is not the address of a PostgreSQL server. Write it as postgres://user:password@host:5432/database, or leave it out for the embedded one.',
    })
    .optional(),
  PATCHBOARD_DATA: z.string().default(dataFolderFallback),
  PATCHBOARD_HOST: z
    .string()
    .regex(
      /^[\w.:-]+$/u,
      'is not a host name or address. Write for example 127.0.0.1 or 0.0.0.0, without http:// and port.',
    )
    .default('127.0.0.1'),
  PATCHBOARD_PORT: whole({ least: 0, most: 65_535, example: '4180; 0 takes a free one' }).default(4180),
  PATCHBOARD_PUBLIC_URL: webAddress(
    'Write the address that browsers and trackers use, like https://patchboard.example.com.',
  ).optional(),
  PATCHBOARD_SECRET_KEY: z
    .string()
    .min(32, 'is shorter than 32 characters. Make one with: openssl rand -base64 32')
    .optional(),
  PATCHBOARD_BOOTSTRAP_TOKEN: z
    .string()
    .min(32, 'is shorter than 32 characters. Make one with: openssl rand -hex 32')
    .regex(
      /^\S+$/u,
      'has blanks in it, which no Authorization header can carry. Make one with: openssl rand -hex 32',
    )
    .optional(),
  PATCHBOARD_ALLOWED_NETWORKS: z
    .string()
    .default('')
    .transform(listOf)
    .pipe(
      z.array(
        z.string().refine(isNetwork, {
          error: (issue) =>
            `names “${String(issue.input).slice(0, 80)}”, which is not a network. Write networks in CIDR form, separated by commas, like 10.0.0.0/8,127.0.0.1/32.`,
        }),
      ),
    ),
  PATCHBOARD_ROLES: z
    .string()
    .default('web,worker')
    .transform(listOf)
    .pipe(
      z
        .array(z.enum(roles, { error: 'names a role that there is not. Write web, worker, or web,worker.' }))
        .min(1, 'names no role. Write web, worker, or web,worker.'),
    ),
  PATCHBOARD_POLL_SECONDS: whole({ least: 5, most: secondsMax, example: '120' }).default(120),
  PATCHBOARD_QUARANTINE_SECONDS: whole({ least: 0, most: secondsMax, example: '185' }).default(185),
  PATCHBOARD_ENTRA_AUTHORITY: webAddress('Write it like https://login.microsoftonline.com.').default(
    'https://login.microsoftonline.com',
  ),
  PATCHBOARD_LOG: z
    .enum(logLevels, { error: `is no level of the log. Write one of ${logLevels.join(', ')}.` })
    .default('info'),
});

const clientVariables = z.object({
  PATCHBOARD_URL: webAddress(
    'Write the address of a running Patchboard, like https://patchboard.example.com.',
  ).optional(),
  PATCHBOARD_TOKEN: z
    .string()
    .regex(/^\S+$/u, 'has blanks in it. Paste an API token as it was shown.')
    .optional(),
});

/** Names of the variables, for help texts. */
export const variableNames = [...Object.keys(variables.shape), ...Object.keys(clientVariables.shape)];

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment once. Throws ConfigError that names every variable to mend. */
export function readConfig(env: Environment = process.env): Config {
  const found = parse(variables, env);
  const strange = Object.keys(env).filter(
    (name) => name.startsWith('PATCHBOARD_') && !variableNames.includes(name),
  );
  return {
    databaseUrl: found.DATABASE_URL ?? null,
    dataFolder: resolve(found.PATCHBOARD_DATA),
    host: found.PATCHBOARD_HOST,
    port: found.PATCHBOARD_PORT,
    publicUrl: found.PATCHBOARD_PUBLIC_URL ?? null,
    secretKey: found.PATCHBOARD_SECRET_KEY ?? null,
    bootstrapToken: found.PATCHBOARD_BOOTSTRAP_TOKEN ?? null,
    allowedNetworks: found.PATCHBOARD_ALLOWED_NETWORKS,
    roles: found.PATCHBOARD_ROLES,
    pollSeconds: found.PATCHBOARD_POLL_SECONDS,
    quarantineSeconds: found.PATCHBOARD_QUARANTINE_SECONDS,
    entraAuthority: found.PATCHBOARD_ENTRA_AUTHORITY,
    commandsFile: join(resolve(found.PATCHBOARD_DATA), 'commands.json'),
    inherited: env,
    logLevel: found.PATCHBOARD_LOG,
    warnings: strange.map(
      (name) =>
        `${name} is set, but Patchboard has no such variable. There are: ${variableNames.join(', ')}.`,
    ),
  };
}

/** Throws ConfigError. */
export function readClientConfig(env: Environment = process.env): ClientConfig {
  const found = parse(clientVariables, env);
  return { url: found.PATCHBOARD_URL ?? 'http://127.0.0.1:4180', token: found.PATCHBOARD_TOKEN ?? null };
}

/** A variable that a file of the operator's names, for a secret. */
export function readVariable(name: string, env: Environment = process.env): string | undefined {
  return env[name];
}

function parse<Shape extends z.ZodObject>(shape: Shape, env: Environment): z.output<Shape> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => isGiven(value)));
  const read = shape.safeParse(given);
  if (!read.success) {
    throw new ConfigError([
      ...new Set(read.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`)),
    ]);
  }
  return read.data;
}

function whole({
  least,
  most,
  example,
}: {
  readonly least: number;
  readonly most: number;
  readonly example: string;
}) {
  const error = `is not a whole number from ${least} to ${most}. Write for example ${example}.`;
  return z
    .string()
    .regex(/^\d{1,9}$/u, error)
    .transform(Number)
    .pipe(z.number().min(least, error).max(most, error));
}

function webAddress(how: string) {
  return z
    .string()
    .refine(isPlainAddress, { error: `is not a web address. ${how}` })
    .transform((text) => text.replace(/\/+$/u, ''));
}

/** Of the web, without a password, a query or a fragment: paths are put behind it. */
function isPlainAddress(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    hasProtocol(text, ['http:', 'https:']) &&
    url.username === '' &&
    url.search === '' &&
    url.hash === ''
  );
}

function hasProtocol(text: string, protocols: readonly string[]): boolean {
  return protocols.includes(URL.parse(text)?.protocol ?? '');
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function isNetwork(text: string): boolean {
  return ipaddr.isValidCIDR(text);
}
