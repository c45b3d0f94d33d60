import { z } from 'zod';
import type { ConnectionBody, TrackerBody } from '../contracts/api/connections.ts';
import type { Tracker } from '../contracts/tracker.ts';
import { unseal } from '../lib/seal.ts';
import type { Principal } from '../store/people.ts';
import type { ConnectionRow } from '../store/screens/connections.ts';
import type { SyncEngine } from '../sync/engine.ts';
import { connectionOf } from '../sync/connection-facts.ts';
import { loginFlow } from '../sync/oauth-login.ts';
import { redirectUriOf } from '../sync/oauth-refresh.ts';
import { outranks } from './access.ts';
import type { Surroundings } from './surroundings.ts';

/** A connection as it is shown. Its webhook's address admits whoever knows it: administrators alone see it. */
export function connectionBody(row: ConnectionRow, { engine, publicUrl }: Surroundings, reader: Pick<Principal, 'role'>): ConnectionBody {
  const belonging = { connectionId: row.id, purpose: 'webhook token', origin: '' } as const;
  const token = unseal(engine.options.sealKey, row.webhook_token, belonging);
  return {
    id: row.id,
    tracker: row.tracker,
    name: row.name,
    settings: { ...row.settings },
    severityMapping: { ...row.severity_mapping },
    paused: row.state === 'paused',
    health: healthOf(row),
    login: loginOf(row, engine),
    webhookUrl: outranks(reader.role, 'administrator') ? `${publicUrl}/webhooks/${row.tracker}/${token}` : null,
    webhookSecretSet: row.webhook_secret_set,
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

function healthOf(row: ConnectionRow): ConnectionBody['health'] {
  const fault = row.last_fault?.message ?? null;
  const state =
    row.state === 'paused'
      ? 'paused'
      : row.state === 'unauthorized' || row.attention > 0
        ? 'action_needed'
        : fault === null
          ? 'healthy'
          : 'degraded';
  const attention = row.attention > 0 ? `${row.attention} configurations need attention.` : null;
  return {
    state,
    because: row.state_because ?? attention ?? fault,
    lastPulledAt: row.last_pull_at?.toISOString() ?? null,
    lastPushedAt: row.last_push_at?.toISOString() ?? null,
    lastEventAt: row.last_event_at?.toISOString() ?? null,
    waiting: row.waiting,
    oldestWaitingSeconds: row.oldest_waiting_seconds,
    throttledUntil:
      row.throttled_until !== null && row.throttled_until.getTime() > Date.now()
        ? row.throttled_until.toISOString()
        : null,
    credentialExpiresAt: row.refresh_expires_at?.toISOString() ?? null,
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
    severityChoices: tracker.severityChoices.map((choice) => ({ ...choice })),
    defaultSeverityMapping: { ...tracker.defaultSeverityMapping },
    oauth: tracker.oauth !== null,
    redirectUrl: tracker.oauth === null ? null : redirectUriOf(publicUrl, tracker.oauth),
    webhookInstructions: tracker.webhook?.instructions ?? null,
  };
}
