import { z } from 'zod';
import { configurationSteps } from '../tracker.ts';
import { id, severityMapping, target, time } from './basics.ts';

export const newConnection = z.strictObject({
  tracker: z.string().min(1).max(50),
  name: z.string().trim().min(1).max(200),
  settings: z.record(z.string(), z.unknown()),
  credentials: z.record(z.string(), z.unknown()),
  severityMapping: severityMapping.optional(),
});

export const connectionChange = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  credentials: z.record(z.string(), z.unknown()).optional(),
  severityMapping: severityMapping.optional(),
  paused: z.boolean().optional(),
  webhookSecret: z.string().min(8).max(500).nullable().optional(),
});

export const health = z.object({
  state: z.enum(['healthy', 'degraded', 'paused', 'action_needed']),
  /** The gravest reason; null: all is well. */
  because: z.string().nullable(),
  reasons: z.array(z.string()),
  /** How changes at the tracker are noticed. */
  events: z.object({ mode: z.enum(['webhooks', 'polling']), message: z.string() }),
  lastPulledAt: time.nullable(),
  lastPushedAt: time.nullable(),
  lastEventAt: time.nullable(),
  waiting: z.number(),
  oldestWaitingSeconds: z.number().nullable(),
  throttledUntil: time.nullable(),
  /** When the login ends for good unless somebody logs in again; null: it does not, or the tracker does not tell. */
  credentialExpiresAt: time.nullable(),
});

/** Of a connection whose credentials go through a login. */
export const login = z.object({
  /** `unattended`: the credentials alone bring access, nobody has to log in. */
  flow: z.enum(['interactive', 'unattended']),
  /** To be entered at the tracker, letter by letter. */
  redirectUrl: z.string(),
  loggedInAt: time.nullable(),
  /** How the last try to log in ended. */
  outcome: z.object({ ok: z.boolean(), message: z.string(), at: time }).nullable(),
});

/** Webhooks of a connection: the steps to set them up by hand, and those that are made and kept through the tracker's API. */
export const webhookSetup = z.object({
  /** With address and secret filled in; null for all but administrators. */
  instructions: z.string().nullable(),
  /** The tracker's API can make them: POST …/subscriptions. */
  automatic: z.boolean(),
  /** The tracker makes the secret and shows it once: it is entered here (`PATCH` with `webhookSecret`), not renewed. */
  secretIsTheirs: z.boolean(),
  /** They are made, looked at and mended by Patchboard. */
  kept: z.boolean(),
  checkedAt: time.nullable(),
  fault: z.string().nullable(),
  subscriptions: z.array(
    z.object({ describes: z.string(), state: z.enum(['active', 'degraded', 'disabled', 'missing']), message: z.string().nullable() }),
  ),
});

export const authorization = z.object({ authorizationUrl: z.string() });

export const connection = z.object({
  id: z.string(),
  tracker: z.string(),
  name: z.string(),
  settings: z.record(z.string(), z.unknown()),
  severityMapping,
  paused: z.boolean(),
  health,
  login: login.nullable(),
  /** The token in it admits a webhook: shown to administrators, else null. */
  webhookUrl: z.string().nullable(),
  webhookSecretSet: z.boolean(),
  /** Null: the tracker has none. */
  webhook: webhookSetup.nullable(),
  configurations: z.number(),
  createdAt: time,
});
export type ConnectionBody = z.infer<typeof connection>;

export const checked = z.object({
  ok: z.boolean(),
  steps: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean(),
      outcome: z.enum(['ok', 'warning', 'failed', 'unknown']),
      message: z.string(),
      hint: z.string().optional(),
    }),
  ),
});

export const choice = z.object({ value: z.string(), label: z.string(), description: z.string().optional() });
export const requiredField = z.object({
  name: z.string(),
  label: z.string(),
  type: z.enum(['text', 'number', 'date', 'choice', 'boolean', 'user']),
  choices: z.array(choice).optional(),
  default: z.string().nullable().optional(),
  onState: z.string().optional(),
});
export const targetOptions = z.object({ items: z.array(choice) });
export const targetOptionsQuery = z.record(z.string().max(100), z.string().max(500));
export const remoteStatesWish = z.strictObject({ target });
export const remoteStates = z.object({
  items: z.array(
    choice.extend({ category: z.string().optional(), requiredFields: z.array(requiredField).optional() }),
  ),
  requiredFields: z.array(requiredField),
  severityChoices: z.array(choice).meta({ description: 'What a severity may be mapped to on this target, with what will come of it: on ServiceNow the priority that the instance computes.' }),
});

export const trackerBody = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  words: z.object({ card: z.string(), cards: z.string(), remoteState: z.string() }),
  settingsSchema: z.record(z.string(), z.unknown()),
  credentialsSchema: z.record(z.string(), z.unknown()),
  targetSteps: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      optional: z.boolean().optional(),
      freeEntry: z.boolean().optional(),
    }),
  ),
  stepOrder: z.array(z.enum(configurationSteps)).meta({ description: 'The parts of a configuration in the order in which a person is asked for them.' }),
  severityChoices: z.array(choice),
  defaultSeverityMapping: severityMapping,
  oauth: z.boolean(),
  /** Where the tracker's login comes back to; null: it has none. */
  redirectUrl: z.string().nullable(),
  webhookInstructions: z.string().nullable(),
});
export type TrackerBody = z.infer<typeof trackerBody>;
export const connectionParams = z.object({ id });
