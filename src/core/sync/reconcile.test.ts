import { describe, expect, test } from 'vitest';
import type { StatusMapping } from '../mapping/status-mapping.ts';
import type { Base, Ours, Plan, Rules, Theirs } from './reconcile.ts';
import { reconcile, settledBase, withholding } from './reconcile.ts';

const mapping: StatusMapping = {
  identified: 'todo',
  in_progress: 'doing',
  awaiting_validation: 'test',
  fixed: 'done',
  risk_accepted: 'risk',
};
const rules: Rules = { mapping, boardDecisions: 'apply' };
const base: Base = {
  status: 'identified',
  state: 'todo',
  order: 5,
  revision: '5',
  titleDigest: 't',
  bodyDigest: 'b',
  priority: { ours: '2', theirs: '2' },
};
const ours: Ours = {
  status: 'identified',
  causedBy: 'scan',
  titleDigest: 't',
  bodyDigest: 'b',
  priority: '2',
};
const theirs: Theirs = { state: 'todo', order: 5, revision: '5', priority: '2', presence: 'active' };

function plan(change: {
  ours?: Partial<Ours>;
  theirs?: Partial<Theirs>;
  base?: Partial<Base>;
  rules?: Partial<Rules>;
}): Plan {
  const result = reconcile(
    { ...base, ...change.base },
    { ...ours, ...change.ours },
    { ...theirs, ...change.theirs },
    { ...rules, ...change.rules },
  );
  if (result.kind === 'stale') {
    throw new Error('The plan is stale.');
  }
  return result;
}

describe('since the last agreement', () => {
  test('nothing changed: nothing is written', () => {
    expect(plan({})).toMatchObject({ pull: null, push: null, conflict: null, drift: null });
  });

  test('ours changed: the card moves', () => {
    expect(plan({ ours: { status: 'fixed' } }).push).toEqual({ state: 'done' });
  });

  test('ours changed to a status without a state: the card stays and a comment tells', () => {
    expect(plan({ ours: { status: 'false_positive', causedBy: 'person' } }).push).toEqual({ tell: true });
  });

  test('theirs changed: the vulnerability follows', () => {
    expect(plan({ theirs: { state: 'doing', order: 6 } }).pull).toMatchObject({ status: 'in_progress' });
  });

  test('theirs changed to the state for fixed: it awaits validation', () => {
    expect(plan({ theirs: { state: 'done', order: 6 } }).pull).toMatchObject({
      status: 'awaiting_validation',
    });
  });

  test('theirs changed against a final decision: drift, and nothing is written', () => {
    const decided = {
      base: { status: 'risk_accepted', state: 'risk' },
      ours: { status: 'risk_accepted', causedBy: 'person' },
      theirs: { state: 'doing', order: 6 },
    } as const;
    expect(plan(decided)).toMatchObject({ pull: null, push: null, drift: { kind: 'lifecycle' } });
  });

  test('theirs changed to a state without a status: nothing but a note', () => {
    expect(plan({ theirs: { state: 'elsewhere', order: 6 } })).toMatchObject({
      pull: null,
      push: null,
      drift: { kind: 'unmapped_state' },
    });
  });

  test('both to the same: agreed, nothing is written', () => {
    expect(
      plan({ ours: { status: 'in_progress', causedBy: 'person' }, theirs: { state: 'doing', order: 6 } }),
    ).toMatchObject({ pull: null, push: null, conflict: null });
  });

  test('both differently, ours by a scan: ours wins and says so', () => {
    expect(
      plan({ ours: { status: 'fixed', causedBy: 'scan' }, theirs: { state: 'doing', order: 6 } }),
    ).toMatchObject({ push: { state: 'done' }, conflict: { winner: 'ours' } });
  });

  test('both differently, ours a final decision: ours wins', () => {
    expect(
      plan({ ours: { status: 'risk_accepted', causedBy: 'person' }, theirs: { state: 'doing', order: 6 } }),
    ).toMatchObject({ push: { state: 'risk' }, conflict: { winner: 'ours' } });
  });

  test('both differently, ours a working status by a person: theirs wins', () => {
    expect(
      plan({
        ours: { status: 'awaiting_validation', causedBy: 'person' },
        theirs: { state: 'doing', order: 6 },
      }),
    ).toMatchObject({
      pull: { status: 'in_progress' },
      push: null,
      conflict: { winner: 'theirs' },
    });
  });
});

describe('beside the position', () => {
  test('title and body belong to us', () => {
    expect(plan({ ours: { titleDigest: 'new', bodyDigest: 'new' } }).push).toEqual({
      title: true,
      body: true,
    });
  });

  test('a re-rated severity updates the priority', () => {
    expect(plan({ ours: { priority: '1' } }).push).toEqual({ priority: '1' });
  });

  test('a priority that a person changed is left alone', () => {
    expect(plan({ ours: { priority: '1' }, theirs: { priority: '4', order: 6 } }).push).toBeNull();
  });
});

describe('a card that is not on the board', () => {
  test('an archived one is brought back when it has to move', () => {
    expect(plan({ ours: { status: 'fixed' }, theirs: { presence: 'archived' } }).push).toEqual({
      state: 'done',
      restore: true,
    });
  });

  test('a discarded one is people’s decision', () => {
    expect(plan({ ours: { status: 'fixed' }, theirs: { presence: 'discarded' } })).toMatchObject({
      push: null,
      drift: { kind: 'discarded' },
    });
  });
});

test('a decision made on the board waits where the configuration asks for it', () => {
  const asked = plan({ theirs: { state: 'risk', order: 6 }, rules: { boardDecisions: 'ask' } });
  expect(asked).toMatchObject({ pull: null, hold: { kind: 'board_decision', status: 'risk_accepted' } });
});

test('an answer older than the base decides nothing', () => {
  expect(reconcile(base, ours, { ...theirs, order: 4 }, rules)).toEqual({ kind: 'stale' });
});

test('a card that was born elsewhere is moved to where it belongs', () => {
  expect(plan({ base: { status: null, state: 'new' }, theirs: { state: 'new' } }).push).toEqual({
    state: 'todo',
  });
});

describe('the due date of a card', () => {
  const due = '2026-12-01T00:00:00.000Z';

  test('is left alone where the configuration does not put it on cards', () => {
    expect(plan({ base: { dueAt: due } }).push).toBeNull();
  });

  test('is told once, and again when it changes or ends', () => {
    expect(plan({ ours: { dueAt: due } }).push).toEqual({ dueAt: due });
    expect(plan({ ours: { dueAt: due }, base: { dueAt: due } }).push).toBeNull();
    expect(plan({ ours: { dueAt: null }, base: { dueAt: due } }).push).toEqual({ dueAt: null });
    expect(plan({ ours: { dueAt: null } }).push).toBeNull();
  });

  test('is agreed on with everything else that was written, and not where it was withheld', () => {
    const settled = settledBase({ ...ours, dueAt: due }, 'identified', theirs);

    expect(settled.dueAt).toBe(due);
    expect(withholding(settled, { dueAt: due }, { ...base, dueAt: null }).dueAt).toBeNull();
    expect(withholding(settled, { dueAt: due }, base)).not.toHaveProperty('dueAt');
    expect(settledBase(ours, 'identified', theirs)).not.toHaveProperty('dueAt');
  });
});
