import { describe, expect, test } from 'vitest';
import type { CardFacts } from './why-no-card.ts';
import { cardCauses, whyNoCard } from './why-no-card.ts';

const now = 1_000_000;
const link = { state: 'pending', because: null, hasCard: false, quarantineUntil: 0, dueAt: null, dueBecause: null } as const;
const delivery = { outcome: 'waiting', message: null, hint: null, attempts: 0, nextAt: null, discardedBecause: null } as const;
const configuration = { createdAt: 100, changedAt: 100, minimumSeverity: null, severityMapped: true, createOn: 'identified', attention: null } as const;
const met: CardFacts = {
  status: 'identified',
  severity: 'high',
  createdAt: 500,
  severityChangedAt: null,
  mergedInto: null,
  onDefaultBranch: true,
  mayWrite: true,
  connection: { state: 'active', because: null, pausedUntil: null },
  configuration,
  link: null,
  delivery: null,
  hold: null,
};
const pending: CardFacts = { ...met, link, delivery };

/** Each cause, what is stored when it is so, and what a person reads in it. */
const rows: readonly (readonly [(typeof cardCauses)[number], CardFacts, string])[] = [
  ['has_card', { ...met, link: { ...link, state: 'linked', hasCard: true } }, 'has a card'],
  ['connection_deleted', { ...pending, connection: { ...met.connection, state: 'deleted' } }, 'removed'],
  ['connection_paused', { ...pending, connection: { ...met.connection, state: 'paused' } }, 'paused'],
  ['connection_unauthorized', { ...pending, connection: { ...met.connection, state: 'unauthorized', because: 'The key is revoked.' } }, 'The key is revoked.'],
  ['connection_throttled', { ...pending, connection: { ...met.connection, pausedUntil: now + 5 } }, 'pause'],
  ['read_only', { ...pending, mayWrite: false }, 'copy'],
  ['held', { ...pending, link: { ...link, state: 'held' }, hold: { summary: 'Five tries without an answer.' } }, 'Five tries without an answer.'],
  ['detached', { ...pending, link: { ...link, state: 'detached', because: 'Detached by a person.' } }, 'Detached by a person.'],
  ['lost', { ...pending, link: { ...link, state: 'lost' } }, 'cannot be seen'],
  ['inaccessible', { ...pending, link: { ...link, state: 'inaccessible', because: '403 on the board' } }, '403 on the board'],
  ['duplicated', { ...pending, link: { ...link, state: 'duplicated' } }, 'Several'],
  ['quarantined', { ...pending, link: { ...link, quarantineUntil: now + 5 } }, 'lost'],
  ['refused', { ...pending, delivery: { ...delivery, outcome: 'failed', message: 'Field “team” is required.', hint: 'Fill it.' } }, 'Field “team” is required.'],
  ['discarded', { ...pending, delivery: { ...delivery, outcome: 'discarded', discardedBecause: 'No board for it.' } }, 'No board for it.'],
  ['retrying', { ...pending, delivery: { ...delivery, attempts: 2, message: '503 from the board', nextAt: now + 9 } }, '503 from the board'],
  ['waiting', { ...pending, link: { ...link, dueAt: now } }, 'about to be created'],
  ['not_needed', { ...pending, delivery: { ...delivery, outcome: 'superseded', message: 'It is fixed and never had a card.' } }, 'never had a card'],
  ['merged', { ...met, mergedInto: '12' }, '12'],
  ['no_configuration', { ...met, configuration: null }, 'No configuration'],
  ['not_open', { ...met, status: 'risk_accepted' }, 'risk accepted'],
  ['severity_unmapped', { ...met, configuration: { ...configuration, severityMapped: false } }, 'gives high no card'],
  ['severity_below_minimum', { ...met, configuration: { ...configuration, minimumSeverity: 'critical' } }, 'from critical on'],
  ['branch_not_default', { ...met, onDefaultBranch: false }, 'other branches'],
  ['awaits_assessment', { ...met, configuration: { ...configuration, createOn: 'assessment_completed' } }, 'assessment'],
  ['identified_before', { ...met, createdAt: 50 }, 'before the configuration was made'],
  ['changed_since', { ...met, configuration: { ...configuration, changedAt: 600 } }, 'configuration was changed'],
  ['changed_since', { ...met, severityChangedAt: 700 }, 'severity was changed'],
  ['unexplained', met, 'Every condition is met'],
];

describe('why there is no card', () => {
  test.each(rows)('%s', (cause, facts, words) => {
    const answer = whyNoCard(facts, now);

    expect(answer.cause).toBe(cause);
    expect(answer.because).toContain(words);
  });

  test('has a row for every cause there is', () => {
    expect([...new Set(rows.map(([cause]) => cause))].toSorted()).toEqual(cardCauses.toSorted());
  });

  test('says until when, where it goes on by itself, and what to do where it does not', () => {
    const untils = rows.map(([, facts]) => whyNoCard(facts, now)).filter(({ until }) => until !== null);
    const stuck = rows.map(([, facts]) => whyNoCard(facts, now)).filter(({ until, hint }) => until === null && hint === null);

    expect(untils.map(({ cause }) => cause)).toEqual(['connection_throttled', 'quarantined', 'retrying', 'waiting']);
    expect(stuck.map(({ cause }) => cause)).toEqual(['has_card', 'connection_deleted', 'merged', 'not_open', 'branch_not_default']);
  });

  test('names what stops the whole connection before what the one card waits for', () => {
    const both = { ...pending, connection: { ...met.connection, state: 'paused' }, delivery: { ...delivery, outcome: 'failed', message: 'Refused.' } } as const;

    expect(whyNoCard(both, now).cause).toBe('connection_paused');
  });
});
