import { expect, test } from 'vitest';
import type { Status } from '../vocabulary.ts';
import { statuses } from '../vocabulary.ts';
import type { Advance, LifecycleEvent } from './advance.ts';
import { advance } from './advance.ts';

/** Every answer of the lifecycle in full: what happens, and what a person is told of it. */

const since = 1_000;
const moves = (to: Status, because: string): Advance => ({ kind: 'moves', to, because });
const stays = (because: string): Advance => ({ kind: 'stays', because });
const refused = (because: string): Advance => ({ kind: 'refused', because });
const tooOld = stays('The scan started before the present status was set, so it decides nothing.');
const closed = moves('fixed', 'No scope that ever saw it sees it any more.');

function answers(event: LifecycleEvent, acceptedUntil: number | null = null): Readonly<Record<Status, Advance>> {
  return Object.fromEntries(statuses.map((status) => [status, advance({ status, asOf: since, acceptedUntil }, event)])) as Record<Status, Advance>;
}

test('a newer scan that sees it', () => {
  expect(answers({ kind: 'detected', startedAt: since + 1 })).toEqual({
    identified: stays('It was seen again.'),
    in_progress: stays('It was seen again.'),
    awaiting_validation: moves('identified', 'Validation failed: a newer scan still sees it.'),
    fixed: moves('identified', 'It reappeared: a newer scan sees it again.'),
    risk_accepted: stays('It was seen again; its risk is accepted.'),
    false_positive: stays('It was seen again; it is a false positive.'),
  });
});

test('a scan that saw it and did not start after the status was set', () => {
  expect(answers({ kind: 'detected', startedAt: since })).toMatchObject({ awaiting_validation: tooOld, fixed: tooOld, identified: stays('It was seen again.') });
});

test('a newer scan that does not see it', () => {
  expect(answers({ kind: 'absent', startedAt: since + 1 })).toEqual({
    identified: closed,
    in_progress: closed,
    awaiting_validation: moves('fixed', 'The fix is validated: a newer scan does not see it.'),
    fixed: stays('It is fixed already.'),
    risk_accepted: closed,
    false_positive: stays('It is a false positive, whether a scan sees it or not.'),
  });
});

test('a scan that did not see it and did not start after the status was set', () => {
  expect(answers({ kind: 'absent', startedAt: since })).toMatchObject({ identified: closed, in_progress: closed, awaiting_validation: tooOld, risk_accepted: tooOld });
});

test.each(statuses)('a card that says %s', (said) => {
  const claimed = said === 'fixed' ? 'awaiting_validation' : said;
  const because = said === 'fixed' ? 'The card says fixed; a scan has to validate it.' : 'The card was moved.';
  for (const [status, answer] of Object.entries(answers({ kind: 'card', status: said })) as [Status, Advance][]) {
    const working = status === 'identified' || status === 'in_progress' || status === 'awaiting_validation';
    const words = status.replaceAll('_', ' ');
    const unmoved = status === said ? stays('The card and the vulnerability agree.') : { kind: 'drift', because: `It is ${words}: a card does not undo that.` };
    const followed = status === claimed ? stays('The card moved between two states of the same status.') : moves(claimed, because);
    expect(answer).toEqual(working ? followed : unmoved);
  }
});

test('the end of an accepted risk', () => {
  const none = stays('There is no acceptance that could expire.');
  const late = answers({ kind: 'expiry', at: since }, since);

  expect(late).toEqual({ identified: none, in_progress: none, awaiting_validation: none, fixed: none, false_positive: none, risk_accepted: moves('identified', 'The accepted risk expired.') });
  expect(answers({ kind: 'expiry', at: since - 1 }, since).risk_accepted).toEqual(stays('The accepted risk has not expired yet.'));
  expect(answers({ kind: 'expiry', at: since }).risk_accepted).toEqual(none);
});

const person = (status: Status, reason: string | null = null, expiresAt: number | null = null): LifecycleEvent => ({ kind: 'person', status, at: since, reason, expiresAt });
const reopenFirst = (words: string) => refused(`It is decided (${words}). Reopen it first: set it to identified.`);
const isFixed = refused('It is fixed. A scan or a retest that sees it again reopens it.');

test('a person who says that it is fixed', () => {
  const answer = refused('Only a scan sets fixed. Choose awaiting validation; the next scan validates the fix.');

  expect(Object.values(answers(person('fixed')))).toEqual(statuses.map(() => answer));
});

test('a person who sets a working status', () => {
  expect(answers(person('awaiting_validation'))).toEqual({
    identified: moves('awaiting_validation', 'Decided by a person.'),
    in_progress: moves('awaiting_validation', 'Decided by a person.'),
    awaiting_validation: stays('It is awaiting validation already.'),
    fixed: isFixed,
    risk_accepted: reopenFirst('risk accepted'),
    false_positive: reopenFirst('false positive'),
  });
  expect(answers(person('identified'))).toMatchObject({ identified: stays('It is identified already.'), risk_accepted: moves('identified', 'Reopened.'), false_positive: moves('identified', 'Reopened.') });
  expect(answers(person('in_progress', null, since + 9)).identified).toEqual(refused('Only an accepted risk can expire.'));
});

test('a person who decides for good', () => {
  expect(answers(person('risk_accepted', 'Not reachable.'))).toEqual({
    identified: moves('risk_accepted', 'Decided by a person.'),
    in_progress: moves('risk_accepted', 'Decided by a person.'),
    awaiting_validation: moves('risk_accepted', 'Decided by a person.'),
    fixed: isFixed,
    risk_accepted: moves('risk_accepted', 'Decided anew by a person.'),
    false_positive: reopenFirst('false positive'),
  });
  expect(answers(person('false_positive', 'A test.')).risk_accepted).toEqual(reopenFirst('risk accepted'));
});

test('a person who decides without what it takes', () => {
  expect(answers(person('risk_accepted')).identified).toEqual(refused('A reason is needed for risk accepted.'));
  expect(answers(person('false_positive', '  ')).identified).toEqual(refused('A reason is needed for false positive.'));
  expect(answers(person('false_positive', 'A test.', since + 9)).identified).toEqual(refused('Only an accepted risk can expire.'));
  expect(answers(person('risk_accepted', 'r', since)).identified).toEqual(refused('The end of an accepted risk must lie in the future.'));
  expect(answers(person('risk_accepted', 'r', since + 1)).identified).toEqual(moves('risk_accepted', 'Decided by a person.'));
});
