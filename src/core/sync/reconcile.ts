import { advance } from '../lifecycle/advance.ts';
import type { StatusMapping } from '../mapping/status-mapping.ts';
import { agrees, forward, reverse } from '../mapping/status-mapping.ts';
import type { FinalDecision, Status } from '../vocabulary.ts';
import { isFinalDecision } from '../vocabulary.ts';
import { mergeFields } from './fields.ts';

/** The last agreed pair: what both sides were when they agreed. */
export interface Base {
  /** Null: the card was born elsewhere than where it belongs, so our side still has to be told to it. */
  readonly status: Status | null;
  readonly state: string;
  /** The card's own counter of changes at that moment; never goes back. */
  readonly order: number;
  readonly revision: string;
  readonly titleDigest: string;
  readonly bodyDigest: string;
  /** What our severity mapped to, and what the card showed. */
  readonly priority: { readonly ours: string | null; readonly theirs: string | null };
  /** The due date that the card was given last; absent: it was given none. */
  readonly dueAt?: string | null;
}

/** Our side now, through the mapping. */
export interface Ours {
  readonly status: Status;
  /** Who set the present status. */
  readonly causedBy: 'scan' | 'person' | 'card' | 'expiry' | 'system';
  readonly titleDigest: string;
  readonly bodyDigest: string;
  readonly priority: string | null;
  /** Absent: the configuration does not put due dates on cards. */
  readonly dueAt?: string | null;
}

/** Their side as just read. */
export interface Theirs {
  readonly state: string;
  readonly order: number;
  readonly revision: string;
  readonly priority: string | null;
  readonly presence: 'active' | 'archived' | 'discarded';
}

export interface Rules {
  readonly mapping: StatusMapping;
  /** `ask`: final decisions made on the board wait for approval. */
  readonly boardDecisions: 'apply' | 'ask';
}

/** What to do. At most one of `pull`, `push.state` and `hold` is set; all of `push` goes in one write. */
export interface Plan {
  readonly kind: 'plan';
  /** The status which our side takes over from the card. */
  readonly pull: { readonly status: Status; readonly because: string } | null;
  readonly push: Push | null;
  /** What is not written because the card is not on the board; it stays to be said. */
  readonly withheld: Push | null;
  readonly hold: Hold | null;
  readonly conflict: Conflict | null;
  readonly drift: Drift | null;
  /** True: the card moved and came back, or changed in other ways; worth a line in its history. */
  readonly peopleWereThere: boolean;
}

export interface Push {
  readonly state?: string;
  readonly title?: true;
  readonly body?: true;
  readonly priority?: string | null;
  readonly dueAt?: string | null;
  readonly restore?: true;
  /** To where the configuration says, because a person asked for it. */
  readonly target?: true;
  /** A status without a remote state of its own: the card stays and a comment tells. */
  readonly tell?: true;
}

export type Hold =
  | { readonly kind: 'board_decision'; readonly status: FinalDecision; readonly state: string }
  | { readonly kind: 'ambiguous_state'; readonly among: readonly FinalDecision[]; readonly state: string };

/** Both moved, differently: written to history before the write that settles it. */
export interface Conflict {
  readonly ours: Status;
  readonly theirs: string;
  readonly winner: 'ours' | 'theirs';
  readonly because: string;
}

export interface Drift {
  /** `refused`: the tracker's workflow does not let the card go where it belongs. */
  readonly kind: 'lifecycle' | 'unmapped_state' | 'discarded' | 'elsewhere' | 'mapping' | 'held' | 'refused';
  readonly because: string;
}

/** The card was read before the base was made: decide again after a fresh read. */
export type Stale = { readonly kind: 'stale' };

/** Three-way merge of one vulnerability and its card; the table of behaviour.md section 5. */
export function reconcile(base: Base, ours: Ours, theirs: Theirs, rules: Rules): Plan | Stale {
  if (theirs.order < base.order) {
    return { kind: 'stale' };
  }
  const oursChanged = ours.status !== base.status;
  const theirsChanged = theirs.state !== base.state;
  const fields = mergeFields(base, ours, theirs);
  const decision = decide({ oursChanged, theirsChanged, ours, theirs, rules });
  const push = { ...fields, ...decision.push };
  const plan = { ...nothing, ...decision, push: isEmpty(push) ? null : push };
  const peopleWereThere = theirs.order > base.order && !theirsChanged;
  return withPresence({ ...plan, peopleWereThere }, theirs);
}

const nothing: Omit<Plan, 'peopleWereThere'> = {
  kind: 'plan',
  pull: null,
  push: null,
  withheld: null,
  hold: null,
  conflict: null,
  drift: null,
};

interface Meeting {
  readonly ours: Ours;
  readonly theirs: Theirs;
  readonly rules: Rules;
}

interface Sides extends Meeting {
  readonly oursChanged: boolean;
  readonly theirsChanged: boolean;
}

type Decision = Partial<Pick<Plan, 'pull' | 'push' | 'hold' | 'conflict' | 'drift'>>;

function decide(sides: Sides): Decision {
  const { oursChanged, theirsChanged, ours, theirs, rules } = sides;
  if (!oursChanged && !theirsChanged) {
    return {};
  }
  if (!theirsChanged) {
    return { push: pushStatus(sides) };
  }
  if (!oursChanged) {
    return pullState(sides);
  }
  if (agrees(rules.mapping, ours.status, theirs.state)) {
    return {};
  }
  return settleConflict(sides);
}

/** Ours changed: the card goes where the status belongs, or a comment says why it stays. */
function pushStatus({ ours, theirs, rules }: Meeting): Push {
  const wanted = forward(rules.mapping, ours.status);
  if (wanted === null) {
    return { tell: true };
  }
  return agrees(rules.mapping, ours.status, theirs.state) ? {} : { state: wanted };
}

/** Theirs changed: what the board says goes through the lifecycle. */
function pullState({ ours, theirs, rules }: Meeting): Decision {
  const reading = reverse(rules.mapping, theirs.state, ours.status);
  switch (reading.kind) {
    case 'keeps':
      return {};
    case 'unmapped':
      return {
        drift: { kind: 'unmapped_state', because: 'No status is mapped to the state in which the card is.' },
      };
    case 'choose':
      return holdOrDrift(
        ours,
        { kind: 'ambiguous_state', among: reading.among, state: theirs.state },
        reading.among[0],
      );
    case 'means':
      return follow({ ours, theirs, rules }, reading.status, reading.ambiguous);
  }
}

/** What there is to show where neither side moved and they differ all the same: what a move to there would have shown. */
export function standingDrift(ours: Ours, theirs: Theirs, rules: Rules): Drift | null {
  if (agrees(rules.mapping, ours.status, theirs.state)) {
    return null;
  }
  return pullState({ ours, theirs, rules }).drift ?? null;
}

/** Said wherever a state is taken for one of several statuses. */
export const ambiguously = 'The state is ambiguous: of the statuses that share it this one claims least.';

function follow({ ours, theirs, rules }: Meeting, status: Status, ambiguous: boolean): Decision {
  const result = advance(standing(ours), { kind: 'card', status });
  if (result.kind !== 'moves') {
    return { drift: { kind: 'lifecycle', because: result.because } };
  }
  if (isFinalDecision(result.to) && rules.boardDecisions === 'ask') {
    return holdOrDrift(ours, { kind: 'board_decision', status: result.to, state: theirs.state }, result.to);
  }
  return { pull: { status: result.to, because: ambiguous ? `${result.because} ${ambiguously}` : result.because } };
}

/** A hold is for what the lifecycle would allow; otherwise it is drift. */
function holdOrDrift(ours: Ours, hold: Hold, status: FinalDecision): Decision {
  const result = advance(standing(ours), { kind: 'card', status });
  return result.kind === 'moves'
    ? { hold, drift: { kind: 'held', because: 'The decision made on the board waits for a person.' } }
    : { drift: { kind: 'lifecycle', because: result.because } };
}

/** Both changed, differently. Evidence and final decisions win here; workflow belongs to the tracker. */
function settleConflict(sides: Sides): Decision {
  const { ours, theirs } = sides;
  const decisive = ours.causedBy === 'scan' || ours.causedBy === 'expiry' || !isWorkingDecision(ours);
  if (decisive) {
    const because =
      ours.causedBy === 'person'
        ? 'A final decision in Patchboard outranks the move on the board.'
        : 'The evidence of a scan outranks the move on the board.';
    return {
      push: pushStatus(sides),
      conflict: { ours: ours.status, theirs: theirs.state, winner: 'ours', because },
    };
  }
  const because = 'Workflow belongs to the tracker: the move on the board outranks the change in Patchboard.';
  const pulled = pullState(sides);
  return { ...pulled, conflict: { ours: ours.status, theirs: theirs.state, winner: 'theirs', because } };
}

function isWorkingDecision(ours: Ours): boolean {
  return !isFinalDecision(ours.status) && ours.status !== 'fixed';
}

/** A discarded card is people's decision; an archived one is brought back when it has to move. */
function withPresence(plan: Plan, theirs: Theirs): Plan {
  if (theirs.presence === 'active' || plan.push === null) {
    return theirs.presence === 'discarded' && plan.drift === null ? { ...plan, drift: discarded } : plan;
  }
  if (theirs.presence === 'discarded') {
    return { ...plan, push: null, withheld: plan.push, drift: discarded };
  }
  return plan.push.state === undefined
    ? { ...plan, push: null, withheld: plan.push }
    : { ...plan, push: { ...plan.push, restore: true } };
}

const discarded: Drift = {
  kind: 'discarded',
  because: 'People discarded the card. It is not written to until it is restored, replaced or detached.',
};

function standing(ours: Ours) {
  return { status: ours.status, asOf: 0, acceptedUntil: null };
}

function isEmpty(push: Push): boolean {
  return Object.keys(push).length === 0;
}

/** The base after both sides have settled: our side as decided on, theirs as it is on the card now. */
export function settledBase(ours: Ours, status: Status, card: Omit<Theirs, 'presence'>): Base {
  return {
    status,
    state: card.state,
    order: card.order,
    revision: card.revision,
    titleDigest: ours.titleDigest,
    bodyDigest: ours.bodyDigest,
    priority: { ours: ours.priority, theirs: card.priority },
    ...(ours.dueAt === undefined ? {} : { dueAt: ours.dueAt }),
  };
}

/** Nobody was told what was withheld: there the last agreement stands, so that a card that comes back receives it. */
export function withholding(settled: Base, withheld: Push, before: Base): Base {
  const { titleDigest, bodyDigest, priority, dueAt } = before;
  const { dueAt: _due, ...rest } = settled;
  const kept = { ...rest, titleDigest, bodyDigest, priority, ...(dueAt === undefined ? {} : { dueAt }) };
  const unmoved = withheld.state === undefined && withheld.tell === undefined;
  return unmoved ? kept : { ...kept, status: before.status, state: before.state };
}
