import { describe, expect, test } from 'vitest';
import type { ConnectionRow } from '../store/screens/connections.ts';
import { healthOf, warningLevel } from './health.ts';

const now = Date.parse('2026-06-01T12:00:00Z');
const day = 86_400_000;
const well: ConnectionRow = {
  id: 'c',
  tracker: 'memory',
  name: 'Board',
  settings: {},
  severity_mapping: { critical: null, high: null, medium: null, low: null, informational: null },
  state: 'active',
  state_because: null,
  webhook_token: Buffer.alloc(0),
  webhook_secret_set: false,
  last_pull_at: new Date(now),
  last_push_at: new Date(now),
  last_event_at: null,
  last_fault: null,
  throttled_until: null,
  waiting: 0,
  oldest_waiting_seconds: null,
  attention: 0,
  attention_words: null,
  configurations: 1,
  created_at: new Date(now),
  origin: 'https://board.example',
  credentials: null,
  login_outcome: null,
  logged_in_at: null,
  refresh_expires_at: null,
  refresh_since: null,
  webhook_secrets: null,
  subscriptions_wanted: false,
  subscriptions: [],
  subscriptions_checked_at: null,
  subscriptions_fault: null,
};
const off = { id: '1', state: 'disabled', describes: 'Everything on board 2', message: 'Somebody turned it off.' } as const;

const table: readonly (readonly [string, Partial<ConnectionRow>, string, RegExp | null])[] = [
  ['nothing is wrong', {}, 'healthy', null],
  ['a person paused it', { state: 'paused', state_because: 'Paused by a person.', attention: 1 }, 'paused', /^Paused by a person/u],
  ['its login is refused', { state: 'unauthorized', state_because: 'The key is wrong.' }, 'action_needed', /^The key is wrong/u],
  ['a configuration needs attention', { attention: 1, attention_words: 'The column “Done” is gone.' }, 'action_needed', /needs attention: The column “Done” is gone/u],
  ['the last call failed', { last_fault: { message: 'unavailable: no answer', at: '' } }, 'degraded', /no answer/u],
  ['a webhook is off', { subscriptions_wanted: true, subscriptions: [off] }, 'degraded', /^Webhooks degraded, polling every 2 min\. Everything on board 2: Somebody turned it off/u],
  ['webhooks cannot be looked at', { subscriptions_wanted: true, subscriptions_fault: 'No right to see webhooks.' }, 'degraded', /No right to see webhooks/u],
  ['a webhook that nobody keeps is off', { subscriptions: [off] }, 'healthy', null],
  ['the tracker asks for a pause', { throttled_until: new Date(now + 60_000) }, 'healthy', /^Throttled by the tracker until 2026-06-01T12:01:00/u],
  ['a pause is over', { throttled_until: new Date(now - 1) }, 'healthy', null],
  ['the queue stands still', { waiting: 3, oldest_waiting_seconds: 7_300 }, 'degraded', /waits for 2 h/u],
  ['the queue waits for the tracker’s pause', { waiting: 3, oldest_waiting_seconds: 7_300, throttled_until: new Date(now + 60_000) }, 'healthy', /^Throttled/u],
  ['the login is at day 79 of 100', { refresh_since: new Date(now - 79 * day), refresh_expires_at: new Date(now + 21 * day) }, 'healthy', null],
  ['the login is at day 80 of 100', { refresh_since: new Date(now - 80 * day), refresh_expires_at: new Date(now + 20 * day) }, 'degraded', /ends in 20 days.*Log in again/u],
  ['the login is at day 97 of 100', { refresh_since: new Date(now - 97 * day), refresh_expires_at: new Date(now + 3 * day) }, 'action_needed', /ends in 3 days/u],
  ['the login has ended', { refresh_since: new Date(now - 101 * day), refresh_expires_at: new Date(now - day) }, 'action_needed', /has ended/u],
];

test.each(table)('when %s', (_when, change, state, because) => {
  const health = healthOf({ ...well, ...change }, now, 120_000);

  expect(health.state).toBe(state);
  expect(health.reasons[0] ?? '').toMatch(because ?? /^$/u);
});

describe('the end of credentials is told three times', () => {
  test('at 80, 90 and 97 days of 100', () => {
    const from = now - 100 * day;
    const at = [79, 80, 89, 90, 96, 97, 100].map((days) => warningLevel({ from, until: now, now: from + days * day }));

    expect(at).toEqual([0, 1, 1, 2, 2, 3, 3]);
  });

  test('30, 7 and 1 days before, where their life is not known', () => {
    const at = [31, 30, 8, 7, 2, 1, 0].map((days) => warningLevel({ from: null, until: now, now: now - days * day }));

    expect(at).toEqual([0, 1, 1, 2, 2, 3, 3]);
  });
});

test('changes are noticed by webhooks once they arrive, or are kept and all well', () => {
  const mode = (change: Partial<ConnectionRow>) => healthOf({ ...well, ...change }, now, 30_000).events;

  expect(mode({})).toEqual({ mode: 'polling', message: 'Polling every 30 s.' });
  expect(mode({ last_event_at: new Date(now) }).mode).toBe('webhooks');
  expect(mode({ subscriptions_wanted: true, subscriptions: [{ ...off, state: 'active' }] }).mode).toBe('webhooks');
  expect(mode({ subscriptions_wanted: true, subscriptions: [off], last_event_at: new Date(now) }).mode).toBe('polling');
});
