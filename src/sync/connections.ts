import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { CheckStep, Choice, Credentials, RemoteState, RequiredField, SeverityMapping, Target, Tracker } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import { randomToken, seal, tokenDigest } from '../lib/seal.ts';
import { AddressRefused, makeUrlGuard } from '../lib/url-guard.ts';
import { inTransaction } from '../store/open.ts';
import { forgetTokens } from '../store/oauth.ts';
import { keepSecrets, markSecretRenewed } from '../store/subscriptions.ts';
import { markDue, setLane } from '../store/work.ts';
import { configuredTargets, loadConnection } from './connection-facts.ts';
import { pauseConnection, resumeConnection } from './connection-states.ts';
import type { SyncEngine } from './engine.ts';
import type { ConnectionFacts } from './facts.ts';
import { endLogin } from './oauth-login.ts';
import type { Refused } from './refusal.ts';
import { refuse } from './refusal.ts';
import { structureEveryMs } from './structure.ts';
import { endSubscriptions } from './subscriptions.ts';
import { mayWrite } from './take-over.ts';
import { openSecrets, rotate, sealSecrets } from './webhook-secrets.ts';

export type { Refused } from './refusal.ts';
export { refuse } from './refusal.ts';

export interface NewConnection {
  readonly tracker: string;
  readonly name: string;
  readonly settings: unknown;
  readonly credentials: unknown;
  readonly severityMapping?: SeverityMapping;
}

/** Visits that share one request at a time: while one's answer is awaited, two others are read, decided or recorded. */
const visitsAPlace = 3;

export type Saved = { readonly kind: 'saved'; readonly id: string } | Refused;

export async function createConnection(engine: SyncEngine, wish: NewConnection): Promise<Saved> {
  const { options } = engine;
  const tracker = options.trackers.find((one) => one.id === wish.tracker);
  if (tracker === undefined) {
    const known = options.trackers.map((one) => one.id).join(', ');
    return refuse(400, `There is no tracker “${wish.tracker}”.`, [{ path: 'tracker', message: `Choose one of: ${known}.` }]);
  }
  const parsed = parseSettings(engine, tracker.id, wish.settings, wish.credentials);
  if (parsed.kind === 'refused') {
    return parsed;
  }
  const mapping = wish.severityMapping ?? tracker.defaultSeverityMapping;
  const id = randomUUID();
  const token = randomToken();
  const { origin } = parsed;
  const sealed = seal(options.sealKey, JSON.stringify(parsed.credentials), { connectionId: id, purpose: 'credentials', origin });
  const sealedToken = seal(options.sealKey, token, { connectionId: id, purpose: 'webhook token', origin: '' });
  await inTransaction(options.store, async (tx) => {
    await sql`
      insert into connections (id, tracker, name, settings, origin, credentials, severity_mapping, webhook_token_hash, webhook_token)
      values (${id}::uuid, ${tracker.id}, ${wish.name}, ${JSON.stringify(parsed.settings)}::jsonb, ${origin}, ${sealed},
        ${JSON.stringify(mapping)}::jsonb, ${tokenDigest(token)}, ${sealedToken})
    `.execute(tx);
    const { pace } = tracker.traits;
    await setLane(tx, { id, concurrencyMax: pace.concurrency, depth: visitsAPlace, perSecond: null });
    const because = 'The connection was made.';
    await markDue(tx, [
      { kind: 'sweep', key: id, lane: id, because },
      { kind: 'structure', key: id, lane: id, because, dueAt: new Date(Date.now() + structureEveryMs) },
    ]);
  });
  return { kind: 'saved', id };
}

interface Parsed {
  readonly kind: 'parsed';
  readonly settings: Readonly<Record<string, unknown>>;
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly origin: string;
}

function parseSettings(engine: SyncEngine, trackerId: string, settings: unknown, credentials: unknown): Parsed | Refused {
  const tracker = engine.tracker(trackerId);
  const parsedSettings = tracker.settings.safeParse(settings);
  const parsedCredentials = tracker.credentials.safeParse(credentials);
  const issues = [...issuesOf(parsedSettings, 'settings'), ...issuesOf(parsedCredentials, 'credentials')];
  if (!parsedSettings.success || !parsedCredentials.success) {
    return refuse(400, 'The settings or credentials are not as the tracker needs them.', issues);
  }
  const origin = tracker.origin(parsedSettings.data);
  try {
    makeUrlGuard(engine.options.allowedNetworks).origin(origin);
  } catch (error) {
    if (error instanceof AddressRefused) {
      return refuse(400, error.message, [{ path: 'settings.url', message: error.message }]);
    }
    throw error;
  }
  return { kind: 'parsed', settings: parsedSettings.data, credentials: parsedCredentials.data, origin };
}

function issuesOf(result: z.ZodSafeParseResult<unknown>, root: string): readonly { path: string; message: string }[] {
  return result.success ? [] : result.error.issues.map((issue) => ({ path: [root, ...issue.path].join('.'), message: issue.message }));
}

export interface ConnectionChange {
  readonly name?: string;
  readonly settings?: unknown;
  readonly credentials?: unknown;
  readonly severityMapping?: SeverityMapping;
  readonly paused?: boolean;
  readonly webhookSecret?: string | null;
}

export async function changeConnection(engine: SyncEngine, id: string, change: ConnectionChange): Promise<Saved> {
  const { options } = engine;
  const before = await loadConnection(options.store.db, options.sealKey, id);
  if (before === null) {
    return refuse(404, 'There is no such connection.');
  }
  const parsed = parseSettings(engine, before.tracker, change.settings ?? before.settings, change.credentials ?? before.credentials);
  if (parsed.kind === 'refused') {
    return parsed;
  }
  const tracker = engine.tracker(before.tracker);
  const moved = parsed.origin !== tracker.origin(before.settings);
  if (moved && change.credentials === undefined) {
    // Credentials are never sent to another address than the one they were entered for.
    return refuse(400, 'The address changed: enter the credentials again.', [{ path: 'credentials', message: 'Needed with a new address.' }]);
  }
  const belonging = { connectionId: id, purpose: 'credentials', origin: parsed.origin } as const;
  const sealed = seal(options.sealKey, JSON.stringify(parsed.credentials), belonging);
  await inTransaction(options.store, async (tx) => {
    await sql`
      update connections set name = coalesce(${change.name ?? null}, name), settings = ${JSON.stringify(parsed.settings)}::jsonb,
        origin = ${parsed.origin}, credentials = ${sealed},
        severity_mapping = coalesce(${change.severityMapping === undefined ? null : JSON.stringify(change.severityMapping)}::jsonb, severity_mapping),
        -- Sealed for the old address, they would not open any more.
        webhook_secrets = case when origin = ${parsed.origin} then webhook_secrets end,
        -- A refusal of the credentials before is no news any more.
        state_changed_at = case when ${change.credentials !== undefined} and state = 'active' then clock_timestamp() else state_changed_at end,
        updated_at = clock_timestamp()
      where id = ${id}::uuid
    `.execute(tx);
    if (change.webhookSecret !== undefined) {
      const place = { id, origin: parsed.origin };
      const rows = await sql<{ webhook_secrets: Buffer | null }>`select webhook_secrets from connections where id = ${id}::uuid for update`.execute(tx);
      const present = openSecrets(options.sealKey, { ...place, webhook_secrets: rows.rows[0]?.webhook_secrets ?? null });
      await keepSecrets(tx, id, sealSecrets(options.sealKey, place, rotate(present, change.webhookSecret, Date.now())));
      if (change.webhookSecret !== null && tracker.traits.subscriptionSecret !== 'theirs' && (await markSecretRenewed(tx, id))) {
        await markDue(tx, [{ kind: 'subscriptions', key: id, lane: id, because: 'The secret of the webhooks was renewed.' }]);
      }
    }
    if (moved || !keepsLogin(tracker, before.credentials, parsed.credentials)) {
      await forgetTokens(tx, id);
    }
    const resumes = change.paused === false || (change.credentials !== undefined && before.state === 'unauthorized');
    await (change.paused === true ? pauseConnection(tx, id) : resumes ? resumeConnection(tx, id) : Promise.resolve());
  });
  return { kind: 'saved', id };
}

/** The secret before is accepted for a day, so that nothing is lost while the new one is entered. */
export async function renewWebhookSecret(engine: SyncEngine, id: string): Promise<{ readonly kind: 'done' } | Refused> {
  const saved = await changeConnection(engine, id, { webhookSecret: randomToken() });
  return saved.kind === 'refused' ? saved : { kind: 'done' };
}

/** A person's login outlives a renewed client secret. What the credentials alone brought, goes with them. */
function keepsLogin({ oauth }: Tracker, before: Credentials, after: Credentials): boolean {
  const isLogin = (credentials: Credentials) => oauth?.applies(credentials) === true && oauth.flow(credentials) === 'interactive';
  return JSON.stringify(before) === JSON.stringify(after) || (isLogin(before) && isLogin(after));
}

/** What is ours at the tracker besides the cards. The webhooks first: the login is needed for them. */
async function clearAway(engine: SyncEngine, connection: ConnectionFacts): Promise<readonly string[]> {
  const webhooks = await endSubscriptions(engine, connection.id);
  const login = await endLogin(engine, connection);
  return [
    ...(webhooks ? [] : ['The webhooks could not be removed at the tracker: delete them there. Until then they are answered with 410.']),
    ...(login ? [] : ['The login could not be ended at the tracker: revoke it there.']),
  ];
}

export interface Deleted {
  readonly kind: 'deleted';
  readonly cards: number;
  /** What could not be cleared away at the tracker; a person does it there. */
  readonly leftBehind: readonly string[];
}

/** Cards stay where they are; they are no longer updated. Answers how many. */
export async function deleteConnection(engine: SyncEngine, id: string): Promise<Deleted | Refused> {
  const { store, sealKey } = engine.options;
  const connection = await loadConnection(store.db, sealKey, id);
  if (connection === null) {
    return refuse(404, 'There is no such connection.');
  }
  const leftBehind = (await mayWrite(engine)) ? await clearAway(engine, connection) : [];
  return inTransaction(store, async (tx) => {
    const deleted = await sql`
      update connections set state = 'deleted', state_because = 'Removed by a person.', credentials = null, state_changed_at = clock_timestamp()
      where id::text = ${id} and state <> 'deleted'
    `.execute(tx);
    if ((deleted.numAffectedRows ?? 0n) === 0n) {
      return refuse(404, 'There is no such connection.');
    }
    const cards = await sql<{ count: number }>`
      with stopped as (
        update links set state = 'detached', state_because = 'The connection was removed.' where connection_id = ${id}::uuid returning card_ref
      ) select count(card_ref)::integer as count from stopped
    `.execute(tx);
    await sql`delete from work where lane = ${id}`.execute(tx);
    await sql`
      update deliveries set outcome = 'discarded', discarded_because = 'The connection was removed.', finished_at = clock_timestamp()
      where connection_id = ${id}::uuid and outcome = 'waiting'
    `.execute(tx);
    await forgetTokens(tx, id);
    return { kind: 'deleted', cards: cards.rows[0]?.count ?? 0, leftBehind };
  });
}

export interface Checked {
  readonly ok: boolean;
  readonly steps: readonly { readonly name: string; readonly ok: boolean; readonly outcome: CheckStep['outcome']; readonly message: string; readonly hint?: string }[];
}

/** Check connection: writes nothing. */
export async function checkConnection(engine: SyncEngine, id: string): Promise<Checked | Refused> {
  const { options } = engine;
  const connection = await loadConnection(options.store.db, options.sealKey, id);
  if (connection === null) {
    return refuse(404, 'There is no such connection.');
  }
  const steps: Checked['steps'][number][] = [];
  for await (const step of engine.openSession(connection).check(await configuredTargets(options.store.db, id))) {
    steps.push({ ...step, ok: step.outcome !== 'failed' });
  }
  const ok = steps.every((step) => step.ok);
  if (ok && connection.state === 'unauthorized') {
    await inTransaction(options.store, (tx) => resumeConnection(tx, id));
  }
  return { ok, steps };
}

export async function targetOptions(engine: SyncEngine, id: string, step: string, chosen: Target): Promise<readonly Choice[] | Refused> {
  return ask(engine, id, (session) => session.targetOptions(step, chosen));
}

/** What the wizard has to know of a target. */
export interface AboutTarget {
  readonly items: readonly RemoteState[];
  readonly requiredFields: readonly RequiredField[];
  /** What a severity may be mapped to there, with what will come of it. */
  readonly severityChoices: readonly Choice[];
}

export async function remoteStates(
  engine: SyncEngine,
  id: string,
  target: Target,
): Promise<AboutTarget | Refused> {
  const connection = await loadConnection(engine.options.store.db, engine.options.sealKey, id);
  const usual = connection === null ? [] : engine.env.tracker(connection.tracker).severityChoices;
  return ask(engine, id, async (session) => ({
    items: await session.remoteStates(target),
    requiredFields: await session.requiredFields(target),
    severityChoices: (await session.severityChoices?.(target)) ?? usual,
  }));
}

/** A question of a person to the tracker, answered now: its faults are words, not retries. */
export async function ask<Answer>(
  engine: SyncEngine,
  id: string,
  question: (session: ReturnType<SyncEngine['openSession']>, connection: ConnectionFacts) => Promise<Answer>,
): Promise<Answer | Refused> {
  const connection = await loadConnection(engine.options.store.db, engine.options.sealKey, id);
  if (connection === null) {
    return refuse(404, 'There is no such connection.');
  }
  try {
    return await question(engine.openSession(connection), connection);
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    const errors = fault.detail.fields?.map((field) => ({ path: field.name, message: field.message }));
    const words = fault.detail.trackerMessage ?? fault.message;
    return refuse(fault.kind === 'rejected' ? 400 : 502, fault.detail.hint === undefined ? words : `${words} ${fault.detail.hint}`, errors);
  }
}
