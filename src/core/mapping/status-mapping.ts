import type { FinalDecision, Status, WorkingStatus } from '../vocabulary.ts';
import { statuses, workingStatuses } from '../vocabulary.ts';

/** Status → remote state. An unmapped status leaves the card where it is. */
export type StatusMapping = { readonly identified: string } & Readonly<Partial<Record<Status, string>>>;

/** The remote state in which a card of this status belongs; null: the status is not mapped. */
export function forward(mapping: StatusMapping, status: Status): string | null {
  return mapping[status] ?? null;
}

/** The statuses that map to a remote state, in the glossary's order. */
export function statusesOf(mapping: StatusMapping, state: string): readonly Status[] {
  return statuses.filter((status) => mapping[status] === state);
}

/**
 * Whether a status and a remote state may stand side by side for good. A relation, not a function: a card in the state
 * for fixed is a claim that agrees with awaiting validation, and an unmapped status agrees with every state.
 */
export function agrees(mapping: StatusMapping, status: Status, state: string): boolean {
  const wanted = forward(mapping, status);
  return (
    wanted === null ||
    wanted === state ||
    (status === 'awaiting_validation' && statusesOf(mapping, state).includes('fixed'))
  );
}

/** What a remote state says about a vulnerability whose status is `current`. */
export type Reading =
  /** The state is one of the current status, or means nothing else: nothing changes. */
  | { readonly kind: 'keeps' }
  | { readonly kind: 'means'; readonly status: Status; readonly ambiguous: boolean }
  | { readonly kind: 'unmapped' }
  /** Several final decisions share the state: a person has to choose. */
  | { readonly kind: 'choose'; readonly among: readonly [FinalDecision, ...FinalDecision[]] };

/** The reverse mapping of behaviour.md section 5. Never answers `fixed`: what the board calls fixed is a claim. */
export function reverse(mapping: StatusMapping, state: string, current: Status): Reading {
  const candidates = statusesOf(mapping, state);
  if (candidates.length === 0) {
    return { kind: 'unmapped' };
  }
  if (candidates.includes(current) || agreesAsClaim(candidates, current)) {
    return { kind: 'keeps' };
  }
  return meaningOf(candidates);
}

/** What a state says to a status that is none of its own. */
function meaningOf(candidates: readonly Status[]): Extract<Reading, { kind: 'means' | 'choose' }> {
  const working = leastClaim(candidates);
  if (working !== null) {
    return { kind: 'means', status: working, ambiguous: candidates.length > 1 };
  }
  // Without a claim to work, and fixed claims it too, there are final decisions alone, and at least one.
  const decisions = candidates as readonly [FinalDecision, ...FinalDecision[]];
  return decisions.length === 1
    ? { kind: 'means', status: decisions[0], ambiguous: false }
    : { kind: 'choose', among: decisions };
}

function agreesAsClaim(candidates: readonly Status[], current: Status): boolean {
  return current === 'awaiting_validation' && candidates.includes('fixed');
}

/** The working status that claims least; a state for fixed claims that a fix awaits its validation. */
function leastClaim(candidates: readonly Status[]): WorkingStatus | null {
  const claims = candidates.map((status) => (status === 'fixed' ? 'awaiting_validation' : status));
  return workingStatuses.find((status) => claims.includes(status)) ?? null;
}

export interface Ambiguity {
  readonly state: string;
  readonly statuses: readonly Status[];
  /** What a move into it means for a vulnerability of none of these statuses; null: held for a person to choose. */
  readonly becomes: Status | null;
}

/** Remote states to which several statuses map; named when a configuration is saved. */
export function ambiguities(mapping: StatusMapping): readonly Ambiguity[] {
  const states = new Set(Object.values(mapping));
  return [...states]
    .map((state) => ({ state, statuses: statusesOf(mapping, state) }))
    .filter((entry) => entry.statuses.length > 1)
    .map((entry) => ({ ...entry, becomes: becomesFromElsewhere(mapping, entry.state) }));
}

export interface ReverseRow {
  readonly state: string;
  /** Null: nothing changes (unmapped), or a person must choose. */
  readonly becomes: Status | null;
  readonly ambiguous: boolean;
  readonly held: boolean;
}

/** "When a person moves the card to … the vulnerability becomes …", for states in the given order. */
export function reverseTable(mapping: StatusMapping, states: readonly string[]): readonly ReverseRow[] {
  return states.map((state) => {
    const count = statusesOf(mapping, state).length;
    const becomes = becomesFromElsewhere(mapping, state);
    return { state, becomes, ambiguous: count > 1, held: count > 0 && becomes === null };
  });
}

function becomesFromElsewhere(mapping: StatusMapping, state: string): Status | null {
  // A state of no status means none.
  const meaning = meaningOf(statusesOf(mapping, state));
  return meaning.kind === 'means' ? meaning.status : null;
}
