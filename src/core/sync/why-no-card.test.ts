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

/** What nothing is stored of is said in words of our own. */
const bare: readonly (readonly [string, CardFacts, Partial<ReturnType<typeof whyNoCard>>])[] = [
  ['a hold without words', { ...pending, link: { ...link, state: 'held', because: 'Too often.' } }, { because: 'Too often.', hint: 'Decide the hold.' }],
  ['a hold without any', { ...pending, link: { ...link, state: 'held' } }, { because: 'It waits for a person.' }],
  ['detached', { ...pending, link: { ...link, state: 'detached' } }, { because: 'The link was detached.', hint: 'Re-create the card, or attach one.' }],
  ['lost', { ...pending, link: { ...link, state: 'lost' } }, { because: 'The card cannot be seen any more.', hint: 'Look for it in the tracker. Then re-create it, attach another, or detach.' }],
  ['inaccessible', { ...pending, link: { ...link, state: 'inaccessible' } }, { because: 'The account may not see the card.', hint: 'Give the connection’s account access to the card, then sync.' }],
  ['duplicated', { ...pending, link: { ...link, state: 'duplicated' } }, { because: 'Several cards carry its marker.', hint: 'Choose one among the orphan cards.' }],
  ['a pending link with a card', { ...pending, link: { ...link, hasCard: true } }, { cause: 'has_card', because: 'It has a card.' }],
  ['a copy', { ...pending, mayWrite: false }, { hint: 'An administrator may take over.' }],
  ['a pause by people', { ...pending, connection: { ...met.connection, state: 'paused' } }, { hint: 'Resume the connection.' }],
  ['a login that ended', { ...pending, connection: { ...met.connection, state: 'unauthorized' } }, { because: 'The connection’s login ended.', hint: 'Log in again on the connection’s page.' }],
  ['a refusal', { ...pending, delivery: { ...delivery, outcome: 'failed', hint: 'Fill it.' } }, { because: 'The tracker refused the card.', hint: 'Fill it.' }],
  ['given up', { ...pending, delivery: { ...delivery, outcome: 'discarded' } }, { because: 'A person gave it up: without a reason', hint: 'Sync tries again.' }],
  ['a lost answer', { ...pending, link: { ...link, quarantineUntil: now + 1 } }, { because: 'The answer to its creation was lost. It is looked for before anything is sent again, once it must be visible.', until: now + 1 }],
  ['a pause by the tracker', { ...pending, connection: { ...met.connection, pausedUntil: now + 1 } }, { because: 'The tracker asked for a pause.', until: now + 1 }],
  ['another try', { ...pending, link: { ...link, dueAt: 7 }, delivery: { ...delivery, attempts: 1 } }, { cause: 'retrying', because: 'The last try failed.', until: 7 }],
  ['another try of which the link knows', { ...pending, link: { ...link, dueBecause: 'Not now.' }, delivery: { ...delivery, attempts: 1, hint: 'Wait.' } }, { because: 'Not now.', hint: 'Wait.' }],
  ['the first try', { ...pending, link: { ...link, dueAt: 7 } }, { cause: 'waiting', because: 'It is about to be created.', until: 7 }],
  ['no need', { ...pending, delivery: { ...delivery, outcome: 'superseded' } }, { because: 'No card was needed.', hint: 'Sync decides again.' }],
  ['nothing on its way', { ...pending, delivery: null }, { cause: 'unexplained', because: 'Nothing stands in its way, and nothing is on its way.', hint: 'Sync now creates it.' }],
  ['what succeeded once', { ...pending, delivery: { ...delivery, outcome: 'succeeded', attempts: 1 } }, { cause: 'unexplained' }],
  ['no configuration', { ...met, configuration: null }, { hint: 'Make a default configuration, or a custom one for the asset.' }],
  ['an unmapped severity', { ...met, configuration: { ...configuration, severityMapped: false } }, { hint: 'Change the severity mapping.' }],
  ['every condition met', met, { hint: 'Ask for its card on its page.' }],
  ['before the configuration', { ...met, createdAt: 50 }, { hint: 'Start a backfill, or ask for its card on its page.' }],
];

test.each(bare)('in words: %s', (_what, facts, words) => {
  expect(whyNoCard(facts, now)).toMatchObject(words);
});

test.each([
  ['a quarantine that is over', { ...pending, link: { ...link, quarantineUntil: now } }, 'unexplained'],
  ['a pause that is over', { ...pending, connection: { ...met.connection, pausedUntil: now } }, 'unexplained'],
  ['identified with the configuration', { ...met, createdAt: 100 }, 'unexplained'],
  ['a severity from the beginning', { ...met, severityChangedAt: met.createdAt }, 'unexplained'],
] as const)('at the very moment: %s', (_what, facts, cause) => {
  expect(whyNoCard(facts, now).cause).toBe(cause);
});
