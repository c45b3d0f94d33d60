import type { Base, Ours, Theirs } from '../sync/reconcile.ts';
import { reconcile } from '../sync/reconcile.ts';
import type { Status } from '../vocabulary.ts';
import { isFinalDecision, statuses } from '../vocabulary.ts';
import type { StatusMapping } from './status-mapping.ts';

/** Where a pair of status and remote state comes to rest, and with how many writes to the card. */
export interface Fixpoint {
  readonly status: Status;
  readonly state: string;
  /** Which side moved last before it was left alone. */
  readonly moved: 'ours' | 'theirs';
  readonly restsAt: { readonly status: Status; readonly state: string } | null;
  readonly writes: number;
}

export const writesMax = 2;
const stepsMax = 6;

/** Every pair driven to its rest, as the engine would do it. `restsAt: null` is a cycle. */
export function fixpoints(mapping: StatusMapping, states: readonly string[]): readonly Fixpoint[] {
  const all = [...new Set([...states, ...Object.values(mapping)])];
  return statuses.flatMap((status) =>
    all.flatMap((state) => (['ours', 'theirs'] as const).map((moved) => drive(mapping, status, state, moved))),
  );
}

/** What makes a mapping unusable, in a person's words; empty: it may be saved. */
export function mappingProblems(mapping: StatusMapping, states: readonly string[]): readonly string[] {
  return problemsOf(fixpoints(mapping, states));
}

export function problemsOf(points: readonly Fixpoint[]): readonly string[] {
  return points
    .filter((point) => point.restsAt === null || point.writes > writesMax)
    .map((point) =>
      point.restsAt === null
        ? `${point.status} with the card in ${point.state} never comes to rest.`
        : `${point.status} with the card in ${point.state} takes ${point.writes} writes to come to rest.`,
    );
}

function drive(mapping: StatusMapping, status: Status, state: string, moved: 'ours' | 'theirs'): Fixpoint {
  let ours = side(status);
  let theirs: Theirs = { state, order: 1, revision: '1', priority: null, presence: 'active' };
  // The other side stood still: the base holds its value and some other value of the side that moved.
  let base = baseOf(moved === 'theirs' ? status : otherStatus(status), moved === 'theirs' ? '(elsewhere)' : state);
  let writes = 0;
  for (let step = 0; step < stepsMax; step += 1) {
    const plan = reconcile(base, ours, theirs, { mapping, boardDecisions: 'apply' });
    if (plan.kind === 'stale') {
      return { status, state, moved, restsAt: null, writes };
    }
    const quiet = plan.pull === null && plan.push?.state === undefined && plan.push?.tell === undefined;
    if (quiet) {
      return { status, state, moved, restsAt: { status: ours.status, state: theirs.state }, writes };
    }
    writes += plan.push === null ? 0 : 1;
    ours = side(plan.pull?.status ?? ours.status);
    theirs = { ...theirs, state: plan.push?.state ?? theirs.state, order: theirs.order + 1 };
    base = baseOf(ours.status, theirs.state, theirs.order);
  }
  return { status, state, moved, restsAt: null, writes };
}

function side(status: Status): Ours {
  return { status, causedBy: 'person', titleDigest: '', bodyDigest: '', priority: null };
}

function baseOf(status: Status, state: string, order = 0): Base {
  const priority = { ours: null, theirs: null };
  return { status, state, order, revision: String(order), titleDigest: '', bodyDigest: '', priority };
}

function otherStatus(status: Status): Status {
  return status === 'identified' || isFinalDecision(status) ? 'in_progress' : 'identified';
}
