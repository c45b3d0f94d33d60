import type { ConnectionRow } from '../store/screens/connections.ts';

export type HealthState = 'healthy' | 'degraded' | 'paused' | 'action_needed';

export interface Health {
  readonly state: HealthState;
  /** Everything that is not as it should be, the gravest first; empty: all is well. */
  readonly reasons: readonly string[];
  readonly throttledUntil: Date | null;
  readonly credentialExpiresAt: Date | null;
  /** How changes at the tracker are noticed. */
  readonly events: { readonly mode: 'webhooks' | 'polling'; readonly message: string };
}

interface Reason {
  /** `healthy`: as it should be, and worth a word. */
  readonly state: 'healthy' | 'degraded' | 'action_needed';
  readonly words: string;
}

/** A queue that has not moved for so long, without a pause that explains it, is worth a look. */
const stuckSeconds = 3_600;
const dayMs = 86_400_000;

/** A connection's health, from its row and the clock alone. */
export function healthOf(row: ConnectionRow, now: number, pollMs: number): Health {
  const throttled = row.throttled_until !== null && row.throttled_until.getTime() > now;
  const reasons = [
    ...(row.state === 'unauthorized' ? [action(row.state_because ?? 'The login is refused. Log in again.')] : []),
    ...credentialReasons(row, now),
    ...(row.attention > 0 ? [action(attentionWords(row))] : []),
    ...faultReasons(row),
    ...(ailing(row).length > 0 || row.subscriptions_fault !== null ? [degraded(webhookWords(row, pollMs))] : []),
    ...(!throttled && row.state === 'active' && (row.oldest_waiting_seconds ?? 0) > stuckSeconds
      ? [degraded(`The oldest change waits for ${Math.floor((row.oldest_waiting_seconds ?? 0) / 3_600)} h. Sync activity says why.`)]
      : []),
    ...(throttled ? [{ state: 'healthy' as const, words: `Throttled by the tracker until ${row.throttled_until?.toISOString()}.` }] : []),
  ];
  const graves = reasons.filter(({ state }) => state === 'action_needed');
  const others = reasons.filter(({ state }) => state === 'degraded');
  const worst = graves.length > 0 ? 'action_needed' : others.length > 0 ? 'degraded' : 'healthy';
  const words = [...graves, ...others, ...reasons.filter(({ state }) => state === 'healthy')].map((reason) => reason.words);
  return {
    state: row.state === 'paused' ? 'paused' : worst,
    reasons: row.state === 'paused' ? [row.state_because ?? 'Paused by a person.', ...words] : words,
    throttledUntil: throttled ? row.throttled_until : null,
    credentialExpiresAt: row.refresh_expires_at,
    events: eventsOf(row, pollMs),
  };
}

function action(words: string): Reason {
  return { state: 'action_needed', words };
}

function degraded(words: string): Reason {
  return { state: 'degraded', words };
}

function attentionWords({ attention, attention_words: words }: ConnectionRow): string {
  const many = attention === 1 ? 'A configuration needs attention' : `${attention} configurations need attention`;
  return words === null ? `${many}.` : `${many}: ${words}`;
}

function faultReasons(row: ConnectionRow): readonly Reason[] {
  return row.last_fault === null || row.state === 'unauthorized' ? [] : [degraded(row.last_fault.message)];
}

function ailing(row: ConnectionRow): readonly { readonly describes: string; readonly state: string; readonly message?: string }[] {
  return row.subscriptions_wanted ? row.subscriptions.filter(({ state }) => state !== 'active') : [];
}

function webhookWords(row: ConnectionRow, pollMs: number): string {
  const [first] = ailing(row);
  const why = row.subscriptions_fault ?? (first === undefined ? '' : `${first.describes}: ${first.message ?? first.state}`);
  return `Webhooks degraded, ${pollingWords(pollMs)}. ${why}`.trim();
}

function pollingWords(pollMs: number): string {
  return pollMs < 60_000 ? `polling every ${Math.round(pollMs / 1_000)} s` : `polling every ${Math.round(pollMs / 60_000)} min`;
}

function eventsOf(row: ConnectionRow, pollMs: number): Health['events'] {
  const works = row.subscriptions_wanted
    ? row.subscriptions.length > 0 && ailing(row).length === 0 && row.subscriptions_fault === null
    : row.last_event_at !== null;
  const words = pollingWords(pollMs);
  return works
    ? { mode: 'webhooks', message: `Webhooks arrive; beside them, ${words}.` }
    : { mode: 'polling', message: `${words.charAt(0).toUpperCase()}${words.slice(1)}.` };
}

/**
 * The end of a login, told ahead: with a life that is known, when 80, 90 and 97 of 100 parts of it are over (days, of the
 * 100 days of a ServiceNow refresh token); else 30, 7 and 1 days before.
 */
function credentialReasons(row: ConnectionRow, now: number): readonly Reason[] {
  const until = row.refresh_expires_at?.getTime() ?? null;
  if (until === null) {
    return [];
  }
  const level = warningLevel({ from: row.refresh_since?.getTime() ?? null, until, now });
  if (level === 0) {
    return [];
  }
  const left = until - now;
  const when = left <= 0 ? 'has ended' : left < 2 * dayMs ? `ends in ${Math.max(1, Math.floor(left / 3_600_000))} h` : `ends in ${Math.floor(left / dayMs)} days`;
  const words = `The login ${when}. Log in again; configurations and links stay as they are.`;
  return [level >= 3 ? action(words) : degraded(words)];
}

export function warningLevel({ from, until, now }: { readonly from: number | null; readonly until: number; readonly now: number }): 0 | 1 | 2 | 3 {
  const marks = from === null ? [30, 7, 1].map((days) => until - days * dayMs) : [0.8, 0.9, 0.97].map((part) => from + (until - from) * part);
  return marks.filter((mark) => now >= mark).length as 0 | 1 | 2 | 3;
}
