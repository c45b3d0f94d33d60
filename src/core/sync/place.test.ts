import { describe, expect, test } from 'vitest';
import type { Placing } from './place.ts';
import { elsewhere, elsewhereIn, firstElsewhere, isElsewhere, isThere, ofConfiguration, placed, remapped } from './place.ts';
import type { Plan } from './reconcile.ts';

const steps = { all: ['board', 'lane'], loose: ['lane'] };
const target = { board: '1', lane: '10' };
const quiet: Plan = { kind: 'plan', pull: null, push: null, withheld: null, hold: null, conflict: null, drift: null, peopleWereThere: false };
const at: Placing = {
  place: { board: '1', lane: '11' },
  target,
  steps,
  mapping: { identified: 'ready', in_progress: 'doing' },
  ours: { status: 'identified', causedBy: 'scan', titleDigest: '', bodyDigest: '', priority: null },
  theirs: { state: 'ready', order: 3, revision: '3', priority: null, presence: 'active' },
  moveWanted: false,
};
const away = { ...at, place: { board: '2', lane: '20' }, theirs: { ...at.theirs, state: 'foreign' } };

test('another lane is no other place; what a card does not tell is not elsewhere', () => {
  expect(isElsewhere(at.place, target, steps)).toBe(false);
  expect(isThere(at.place, target, steps)).toBe(false);
  expect(isElsewhere({}, target, steps)).toBe(false);
  expect(isElsewhere({ board: '2' }, target, steps)).toBe(true);
  expect(isElsewhere({ board: 'WEB' }, { board: 'web' }, steps)).toBe(false);
  expect(isElsewhere({ board: '2' }, {}, steps)).toBe(false);
  expect(isElsewhere({ board: '2' }, { board: '' }, steps)).toBe(false);
});

test('what tells it is the first step that differs, and no lane', () => {
  const all = [{ id: 'project' }, { id: 'board' }, { id: 'lane', loose: true }];
  expect(firstElsewhere({ project: 'a', board: '2', lane: '9' }, { project: 'A', board: '1', lane: '8' }, all)).toEqual({ id: 'board' });
  expect(firstElsewhere({ board: '1', lane: '9' }, { project: 'a', board: '1', lane: '8' }, all)).toBeNull();
  expect(elsewhereIn({ step: 'Board', name: 'Platform' }).because).toContain('it is in Board “Platform”.');
  expect(elsewhereIn(null).because).toMatch(/^The card is not where its configuration says\. /u);
});

describe('a card that is elsewhere', () => {
  test('is read and not written to, and what is not written stays to be said', () => {
    const plan = placed({ ...quiet, push: { state: 'doing', title: true } }, away);

    expect(plan).toMatchObject({ push: null, withheld: { state: 'doing', title: true }, drift: { kind: 'elsewhere' } });
  });

  test('still tells what a person did there', () => {
    const pull = { status: 'in_progress', because: 'It was moved.' } as const;

    expect(placed({ ...quiet, pull }, away).pull).toEqual(pull);
  });

  test('is moved to where it belongs when a person asks for it, with all that was withheld', () => {
    expect(placed({ ...quiet, push: { title: true } }, { ...away, moveWanted: true })).toMatchObject({ push: { title: true, state: 'ready', target: true }, drift: null });
  });

  test('of a status without a state of its own comes to the first one', () => {
    const ours = { ...at.ours, status: 'risk_accepted', causedBy: 'person' } as const;

    expect(placed(quiet, { ...away, ours, moveWanted: true }).push).toEqual({ state: 'ready', target: true });
  });

  test('is moved to the state that it is to be told, or was to be told', () => {
    expect(placed({ ...quiet, push: { state: 'doing' } }, { ...away, moveWanted: true }).push).toEqual({ state: 'doing', target: true });
    expect(placed({ ...quiet, withheld: { state: 'doing' } }, { ...away, moveWanted: true }).push).toEqual({ state: 'doing', target: true });
  });

  test('is not moved while a person is asked about it', () => {
    const hold = { kind: 'board_decision', status: 'risk_accepted', state: 'risk' } as const;

    expect(placed({ ...quiet, hold }, { ...away, moveWanted: true }).push).toBeNull();
  });

  test('shows no difference of its own any more when it is moved', () => {
    expect(placed({ ...quiet, drift: { kind: 'lifecycle', because: 'It is fixed.' } }, { ...away, moveWanted: true }).drift).toBeNull();
  });

  test('is not moved while people have put it away, nor before what it says is taken over', () => {
    expect(placed(quiet, { ...away, moveWanted: true, theirs: { ...away.theirs, presence: 'archived' } }).push).toBeNull();
    expect(placed({ ...quiet, pull: { status: 'in_progress', because: '' } }, { ...away, moveWanted: true }).push).toBeNull();
  });
});

describe('a card in its place', () => {
  test('is left as the merge says', () => {
    const plan: Plan = { ...quiet, push: { body: true } };
    expect(placed(plan, at)).toBe(plan);
  });

  test('goes to the state and lane of a changed mapping only when a person asks for it', () => {
    const mapping = { identified: 'new' };
    expect(placed(quiet, { ...at, mapping }).push).toBeNull();
    expect(placed(quiet, { ...at, mapping, moveWanted: true }).push).toEqual({ state: 'new', target: true });
  });

  test('is moved among lanes alone where its state fits, and loses only what the configuration made differ', () => {
    const wanted = { ...at, moveWanted: true };
    const fixed = { kind: 'lifecycle', because: 'It is fixed.' } as const;

    expect(placed(quiet, wanted).push).toStrictEqual({ target: true });
    expect(placed(quiet, wanted).drift).toBeNull();
    expect(placed({ ...quiet, drift: remapped }, wanted).drift).toBeNull();
    expect(placed({ ...quiet, drift: elsewhere }, wanted).drift).toBeNull();
    expect(placed({ ...quiet, drift: fixed }, wanted).drift).toEqual(fixed);
  });

  test('goes to a new state where it is', () => {
    expect(placed(quiet, { ...at, place: target, mapping: { identified: 'new' }, moveWanted: true }).push).toEqual({ state: 'new', target: true });
    expect(placed(quiet, { ...at, place: target, moveWanted: true })).toBe(quiet);
  });

  test('of a changed mapping is no longer shown as such, and moved on', () => {
    const plan = { ...quiet, drift: remapped };

    expect(placed(plan, { ...at, place: target, mapping: { identified: 'new' }, moveWanted: true })).toMatchObject({ push: { state: 'new', target: true }, drift: null });
  });

  test('whose state is shown as drift keeps that state', () => {
    const drifting: Plan = { ...quiet, drift: { kind: 'lifecycle', because: 'It is fixed.' } };
    const there = { ...at, place: target, mapping: { identified: 'new' }, moveWanted: true };
    expect(placed(drifting, there)).toBe(drifting);
  });
});

test('a difference of place or mapping came of the configuration, any other of the card', () => {
  expect(['elsewhere', 'mapping', 'lifecycle', 'discarded', ''].filter(ofConfiguration)).toEqual(['elsewhere', 'mapping']);
});
