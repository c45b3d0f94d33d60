import { describe, expect, test } from 'vitest';
import type { Placing } from './place.ts';
import { elsewhereIn, firstElsewhere, isElsewhere, isThere, placed } from './place.ts';
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
});

test('what tells it is the first step that differs, and no lane', () => {
  const all = [{ id: 'project' }, { id: 'board' }, { id: 'lane', loose: true }];
  expect(firstElsewhere({ project: 'a', board: '2', lane: '9' }, { project: 'A', board: '1', lane: '8' }, all)).toEqual({ id: 'board' });
  expect(firstElsewhere({ board: '1', lane: '9' }, { project: 'a', board: '1', lane: '8' }, all)).toBeNull();
  expect(elsewhereIn({ step: 'Board', name: 'Platform' }).because).toContain('it is in Board “Platform”.');
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

  test('whose state is shown as drift keeps that state', () => {
    const drifting: Plan = { ...quiet, drift: { kind: 'lifecycle', because: 'It is fixed.' } };
    const there = { ...at, place: target, mapping: { identified: 'new' }, moveWanted: true };
    expect(placed(drifting, there)).toBe(drifting);
  });
});
