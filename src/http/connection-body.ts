import { z } from 'zod';
import type { ConnectionBody, TrackerBody } from '../contracts/api/connections.ts';
import type { Tracker } from '../contracts/tracker.ts';
import type { Principal } from '../store/people.ts';
import type { ConnectionRow } from '../store/screens/connections.ts';
import { listConnections } from '../store/screens/connections.ts';
import type { SyncEngine } from '../sync/engine.ts';
import { connectionOf } from '../sync/connection-facts.ts';
import { healthOf } from '../sync/health.ts';
import { loginFlow } from '../sync/oauth-login.ts';
import { redirectUriOf } from '../sync/oauth-refresh.ts';
import { webhookUrlOf } from '../sync/subscriptions.ts';
import { offeredSecret, openSecrets, sharedSecret } from '../sync/webhook-secrets.ts';
import { outranks } from './access.ts';
import { Problem } from './problem.ts';
import type { Surroundings } from './surroundings.ts';

export async function readConnection(services: Surroundings, id: string, reader: Pick<Principal, 'role'>): Promise<ConnectionBody> {
  const [row] = await listConnections(services.store.db, id);
  if (row === undefined) {
    throw new Problem(404, 'There is no such connection.');
  }
  return connectionBody(row, services, reader);
}

/** A connection as it is shown. Its webhook's address admits whoever knows it: administrators alone see it. */
export function connectionBody(row: ConnectionRow, { engine }: Pick<Surroundings, 'engine'>, reader: Pick<Principal, 'role'>): ConnectionBody {
  const address = outranks(reader.role, 'administrator') ? webhookUrlOf(engine, row) : null;
  return {
    id: row.id,
    tracker: row.tracker,
    name: row.name,
    settings: { ...row.settings },
    severityMapping: { ...row.severity_mapping },
    paused: row.state === 'paused',
    health: healthBody(row, engine),
    login: loginOf(row, engine),
    webhookUrl: address,
    webhookSecretSet: row.webhook_secret_set,
    webhook: webhookOf(row, engine, address),
    configurations: row.configurations,
    createdAt: row.created_at.toISOString(),
  };
}

function loginOf(row: ConnectionRow, engine: SyncEngine): ConnectionBody['login'] {
  const { oauth } = engine.tracker(row.tracker);
  const facts = connectionOf({ ...row, connection_id: row.id, connection_state: row.state }, engine.options.sealKey);
  const flow = loginFlow(engine, facts);
  return oauth === null || flow === null
    ? null
    : {
        flow,
        redirectUrl: redirectUriOf(engine.options.publicUrl, oauth),
        loggedInAt: flow === 'unattended' ? null : (row.logged_in_at?.toISOString() ?? null),
        outcome: row.login_outcome === null ? null : { ...row.login_outcome, at: new Date(row.login_outcome.at).toISOString() },
      };
}

function healthBody(row: ConnectionRow, engine: SyncEngine): ConnectionBody['health'] {
  const { state, reasons, throttledUntil, credentialExpiresAt, events } = healthOf(row, Date.now(), engine.options.pollMs);
  return {
    state,
    because: reasons[0] ?? null,
    reasons: [...reasons],
    events: { ...events },
    lastPulledAt: row.last_pull_at?.toISOString() ?? null,
    lastPushedAt: row.last_push_at?.toISOString() ?? null,
    lastEventAt: row.last_event_at?.toISOString() ?? null,
    waiting: row.waiting,
    oldestWaitingSeconds: row.oldest_waiting_seconds,
    throttledUntil: throttledUntil?.toISOString() ?? null,
    credentialExpiresAt: credentialExpiresAt?.toISOString() ?? null,
  };
}

/** A connection in one line, for the overview. */
export function summaryOf({ engine }: Pick<Surroundings, 'engine'>, rows: readonly ConnectionRow[]) {
  const connections = rows.map((row) => {
    const { id, name, tracker, state, waiting } = row;
    const { state: health, reasons, throttledUntil, credentialExpiresAt } = healthBody(row, engine);
    return { id, name, tracker, state, waiting, health, reasons, throttledUntil, credentialExpiresAt };
  });
  return { connections };
}

function webhookOf(row: ConnectionRow, engine: SyncEngine, address: string | null): ConnectionBody['webhook'] {
  const { webhook, traits } = engine.tracker(row.tracker);
  if (webhook === null) {
    return null;
  }
  const { sealKey } = engine.options;
  const secret = () => sharedSecret(openSecrets(sealKey, row)) ?? offeredSecret(sealKey, row.id);
  return {
    instructions: address === null ? null : webhook.instructions.replaceAll('{url}', () => address).replaceAll('{secret}', secret),
    automatic: traits.subscriptions === 'api',
    secretIsTheirs: traits.subscriptionSecret === 'theirs',
    kept: row.subscriptions_wanted,
    checkedAt: row.subscriptions_checked_at?.toISOString() ?? null,
    fault: row.subscriptions_fault,
    subscriptions: row.subscriptions.map(({ describes, state, message }) => ({ describes, state, message: message ?? null })),
  };
}

export function trackerBody(tracker: Tracker, publicUrl: string): TrackerBody {
  const schema = (shape: z.ZodType) =>
    z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
  return {
    id: tracker.id,
    title: tracker.title,
    summary: tracker.summary,
    words: tracker.words,
    settingsSchema: schema(tracker.settings),
    credentialsSchema: schema(tracker.credentials),
    targetSteps: tracker.targetSteps.map((step) => ({ ...step })),
    stepOrder: [...tracker.stepOrder],
    severityChoices: tracker.severityChoices.map((choice) => ({ ...choice })),
    defaultSeverityMapping: { ...tracker.defaultSeverityMapping },
    oauth: tracker.oauth !== null,
    redirectUrl: tracker.oauth === null ? null : redirectUriOf(publicUrl, tracker.oauth),
    webhookInstructions: tracker.webhook?.instructions ?? null,
  };
}
