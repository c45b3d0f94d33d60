import { expect, test } from 'vitest';
import { advance } from '../lifecycle/advance.ts';
import type { StatusMapping } from '../mapping/status-mapping.ts';
import type { Status } from '../vocabulary.ts';
import { statuses } from '../vocabulary.ts';
import type { Base, Conflict, Drift, Hold, Ours, Plan, Push, Rules, Theirs } from './reconcile.ts';
import { reconcile, settledBase, standingDrift, withholding } from './reconcile.ts';

/**
 * The table of behaviour.md, section 5, written down a second time, as plainly as it goes, and compared with the engine's over
 * every combination of what it looks at.
 */

const mappings: readonly StatusMapping[] = [
  { identified: 'todo', in_progress: 'doing', awaiting_validation: 'review', fixed: 'done', risk_accepted: 'risk' },
  { identified: 'todo', in_progress: 'doing', fixed: 'done', risk_accepted: 'closed', false_positive: 'closed' },
  { identified: 'todo', in_progress: 'todo', awaiting_validation: 'review', risk_accepted: 'risk', false_positive: 'no' },
];
const states = ['todo', 'doing', 'review', 'done', 'risk', 'closed', 'no', 'elsewhere'];
const causes = ['scan', 'person', 'card', 'expiry', 'system'] as const;
const presences = ['active', 'archived', 'discarded'] as const;

const held = 'The decision made on the board waits for a person.';
const unmapped = 'No status is mapped to the state in which the card is.';
const discarded = 'People discarded the card. It is not written to until it is restored, replaced or detached.';
const evidence = 'The evidence of a scan outranks the move on the board.';
const decided = 'A final decision in Patchboard outranks the move on the board.';
const workflow = 'Workflow belongs to the tracker: the move on the board outranks the change in Patchboard.';

interface Row {
  readonly pull: Plan['pull'];
  readonly push: Push;
  readonly hold: Hold | null;
  readonly drift: Drift | null;
  readonly conflict: Conflict | null;
}
const nothing: Row = { pull: null, push: {}, hold: null, drift: null, conflict: null };

function standTogether(mapping: StatusMapping, status: Status, state: string): boolean {
  const wanted = mapping[status];
  const claim = status === 'awaiting_validation' && mapping.fixed === state;
  return wanted === undefined || wanted === state || claim;
}

function moveOfTheCard(mapping: StatusMapping, ours: Status, state: string, ask: boolean): Row {
  const meant = statuses.filter((status) => mapping[status] === state);
  if (meant.length === 0) {
    return { ...nothing, drift: { kind: 'unmapped_state', because: unmapped } };
  }
  if (meant.includes(ours) || (ours === 'awaiting_validation' && meant.includes('fixed'))) {
    return nothing;
  }
  const claims = meant.map((status) => (status === 'fixed' ? 'awaiting_validation' : status));
  const least = (['identified', 'in_progress', 'awaiting_validation'] as const).find((status) => claims.includes(status));
  const finals = (['risk_accepted', 'false_positive'] as const).filter((status) => meant.includes(status));
  const to = least ?? (finals.length === 1 ? finals[0] : undefined);
  const allowed = advance({ status: ours, asOf: 0, acceptedUntil: null }, { kind: 'card', status: to ?? 'risk_accepted' });
  if (allowed.kind === 'drift') {
    return { ...nothing, drift: { kind: 'lifecycle', because: allowed.because } };
  }
  if (to === undefined) {
    return { ...nothing, hold: { kind: 'ambiguous_state', among: finals, state }, drift: { kind: 'held', because: held } };
  }
  if (allowed.kind !== 'moves') {
    return nothing;
  }
  if (ask && (to === 'risk_accepted' || to === 'false_positive')) {
    return { ...nothing, hold: { kind: 'board_decision', status: to, state }, drift: { kind: 'held', because: held } };
  }
  const ambiguous = meant.length > 1 ? ' The state is ambiguous: of the statuses that share it this one claims least.' : '';
  return { ...nothing, pull: { status: allowed.to, because: `${allowed.because}${ambiguous}` } };
}

function moveOfOurs(mapping: StatusMapping, ours: Status, state: string): Push {
  const wanted = mapping[ours];
  if (wanted === undefined) {
    return { tell: true };
  }
  return standTogether(mapping, ours, state) ? {} : { state: wanted };
}

function tableRow(base: Base, ours: Ours, theirs: Theirs, { mapping, boardDecisions }: Rules): Row {
  const [oursMoved, theirsMoved] = [ours.status !== base.status, theirs.state !== base.state];
  const ask = boardDecisions === 'ask';
  if (oursMoved && !theirsMoved) {
    return { ...nothing, push: moveOfOurs(mapping, ours.status, theirs.state) };
  }
  if (!oursMoved && theirsMoved) {
    return moveOfTheCard(mapping, ours.status, theirs.state, ask);
  }
  if (!oursMoved || standTogether(mapping, ours.status, theirs.state)) {
    return nothing;
  }
  const final = ['fixed', 'risk_accepted', 'false_positive'].includes(ours.status);
  const conflict = { ours: ours.status, theirs: theirs.state };
  if (ours.causedBy === 'scan' || ours.causedBy === 'expiry' || final) {
    const because = ours.causedBy === 'person' ? decided : evidence;
    return { ...nothing, push: moveOfOurs(mapping, ours.status, theirs.state), conflict: { ...conflict, winner: 'ours', because } };
  }
  return { ...moveOfTheCard(mapping, ours.status, theirs.state, ask), conflict: { ...conflict, winner: 'theirs', because: workflow } };
}

/** What may be written to a card that is not on the board. */
function onTheBoard(row: Row, presence: Theirs['presence']): Pick<Plan, 'push' | 'withheld' | 'drift'> {
  const push = Object.keys(row.push).length === 0 ? null : row.push;
  const away: Drift = { kind: 'discarded', because: discarded };
  if (presence === 'discarded') {
    return push === null ? { push, withheld: null, drift: row.drift ?? away } : { push: null, withheld: push, drift: away };
  }
  if (presence === 'archived' && push !== null) {
    return push.state === undefined ? { push: null, withheld: push, drift: row.drift } : { push: { ...push, restore: true }, withheld: null, drift: row.drift };
  }
  return { push, withheld: null, drift: row.drift };
}

const priority = { ours: '2', theirs: '2' };
const texts = { titleDigest: 't', bodyDigest: 'b' };

test('every pair of changes comes out as the table says, whoever made them and wherever the card is', () => {
  let compared = 0;
  for (const mapping of mappings) {
    for (const status of statuses) {
      for (const state of states) {
        for (const before of [null, ...statuses]) {
          for (const stood of [state, state === 'todo' ? 'elsewhere' : 'todo']) {
            for (const [causedBy, presence, order] of mixed) {
              const base: Base = { status: before, state: stood, order: 4, revision: '4', ...texts, priority };
              const ours: Ours = { status, causedBy, ...texts, priority: '2' };
              const theirs: Theirs = { state, order, revision: String(order), priority: '2', presence };
              for (const boardDecisions of ['apply', 'ask'] as const) {
                const rules = { mapping, boardDecisions };
                const row = tableRow(base, ours, theirs, rules);
                const wanted = { kind: 'plan', ...row, ...onTheBoard(row, presence), peopleWereThere: order > 4 && stood === state };
                const found = reconcile(base, ours, theirs, rules);
                compared += 1;
                if (JSON.stringify(sorted(found)) !== JSON.stringify(sorted(wanted))) {
                  throw new Error(JSON.stringify({ base, ours, theirs, rules, found, wanted }, null, 2));
                }
              }
            }
          }
        }
      }
    }
  }

  expect(compared).toBe(mappings.length * 6 * 8 * 7 * 2 * mixed.length * 2);
});

const mixed = causes.flatMap((cause) => presences.flatMap((presence) => ([4, 5] as const).map((order) => [cause, presence, order] as const)));

function sorted(plan: object): object {
  return Object.entries(plan).toSorted(([one], [other]) => (one < other ? -1 : 1));
}

test('an answer older than the base decides nothing, and one of the same age does', () => {
  const base: Base = { status: 'identified', state: 'todo', order: 4, revision: '4', ...texts, priority };
  const ours: Ours = { status: 'identified', causedBy: 'scan', ...texts, priority: '2' };
  const theirs: Theirs = { state: 'todo', order: 3, revision: '3', priority: '2', presence: 'active' };
  const rules: Rules = { mapping: mappings[0] ?? { identified: 'todo' }, boardDecisions: 'apply' };

  expect(reconcile(base, ours, theirs, rules)).toEqual({ kind: 'stale' });
  expect(reconcile(base, ours, { ...theirs, order: 4 }, rules).kind).toBe('plan');
});

test('what stands apart with nobody moving is shown as a move to there would be', () => {
  const rules: Rules = { mapping: mappings[1] ?? { identified: 'todo' }, boardDecisions: 'apply' };
  const card = { order: 1, revision: '1', priority: null, presence: 'active' } as const;
  const side = (status: Status): Ours => ({ status, causedBy: 'scan', ...texts, priority: null });

  for (const status of statuses) {
    for (const state of states) {
      const row = moveOfTheCard(rules.mapping, status, state, false);
      const wanted = standTogether(rules.mapping, status, state) ? null : row.drift;
      expect(standingDrift(side(status), { ...card, state }, rules)).toEqual(wanted);
    }
  }
});

test('the base after both sides have settled is our side as decided and theirs as it is', () => {
  const ours: Ours = { status: 'identified', causedBy: 'card', titleDigest: 'T', bodyDigest: 'B', priority: '1' };

  expect(settledBase(ours, 'in_progress', { state: 'doing', order: 9, revision: 'r9', priority: '3' })).toEqual({
    status: 'in_progress', state: 'doing', order: 9, revision: 'r9', titleDigest: 'T', bodyDigest: 'B', priority: { ours: '1', theirs: '3' },
  });
});

test.each([
  [{ title: true }, 'fixed', 'done'],
  [{ priority: '1' }, 'fixed', 'done'],
  [{ state: 'done' }, 'identified', 'todo'],
  [{ tell: true }, 'identified', 'todo'],
] as const)('what was withheld (%o) stands as it was agreed before', (withheld, status, state) => {
  const before: Base = { status: 'identified', state: 'todo', order: 1, revision: '1', titleDigest: 'old', bodyDigest: 'old', priority: { ours: '4', theirs: '4' } };
  const settled: Base = { status: 'fixed', state: 'done', order: 2, revision: '2', titleDigest: 'new', bodyDigest: 'new', priority: { ours: '1', theirs: '1' } };

  expect(withholding(settled, withheld, before)).toEqual({ status, state, order: 2, revision: '2', titleDigest: 'old', bodyDigest: 'old', priority: { ours: '4', theirs: '4' } });
});
