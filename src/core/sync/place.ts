import type { StatusMapping } from '../mapping/status-mapping.ts';
import { agrees, forward } from '../mapping/status-mapping.ts';
import type { Drift, Ours, Plan, Theirs } from './reconcile.ts';

/** Step of the target → value, as a card tells its place. */
type Place = Readonly<Record<string, string>>;

export interface Steps {
  /** Every step of a target. */
  readonly all: readonly string[];
  /** Among whose values cards are moved about like among remote states: lanes. */
  readonly loose: readonly string[];
}

/** Whether a card is on another board, in another project, table or type: where the mapping means nothing. What it does not tell is not elsewhere. */
export function isElsewhere(place: Place, target: Place, steps: Steps): boolean {
  return steps.all.some((step) => !steps.loose.includes(step) && differs(place[step], target[step]));
}

/** Whether a card is exactly where the target says, lanes too. */
export function isThere(place: Place, target: Place, steps: Steps): boolean {
  return !steps.all.some((step) => differs(place[step], target[step]));
}

function differs(here: string | undefined, there: string | undefined): boolean {
  return here !== undefined && there !== undefined && there !== '' && here.toLowerCase() !== there.toLowerCase();
}

export interface Placing {
  readonly place: Place;
  readonly target: Place;
  readonly steps: Steps;
  readonly mapping: StatusMapping;
  readonly ours: Ours;
  readonly theirs: Theirs;
  /** A person asked that the card be moved to where the configuration says. */
  readonly moveWanted: boolean;
}

/** Shown without a visit when a configuration is saved; what a visit finds replaces them. */
export const remapped: Drift = {
  kind: 'mapping',
  because: 'The status mapping was changed. The card stays where it was, until its status changes or its configuration’s cards are moved.',
};

/** `where`: by the tracker's names, where they are known. */
export function elsewhereIn(where: { readonly step: string; readonly name: string } | null): Drift {
  const at = where === null ? '' : `: it is in ${where.step} “${where.name}”`;
  return {
    kind: 'elsewhere',
    because: `The card is not where its configuration says${at}. It is read and not written to, until it is moved back or its configuration’s cards are moved.`,
  };
}

export const elsewhere = elsewhereIn(null);

/** The first step of the target at which a card is elsewhere; null: it is not. */
export function firstElsewhere<Step extends { readonly id: string; readonly loose?: boolean }>(place: Place, target: Place, steps: readonly Step[]): Step | null {
  return steps.find(({ id, loose }) => loose !== true && differs(place[id], target[id])) ?? null;
}

/** The merge in the light of where the card is: another place is only written to in order to move the card from it. */
export function placed(plan: Plan, at: Placing): Plan {
  const away = isElsewhere(at.place, at.target, at.steps);
  if (at.moveWanted && plan.pull === null && plan.hold === null && at.theirs.presence === 'active') {
    return withMove(plan, at, away);
  }
  return away ? { ...plan, push: null, withheld: plan.push ?? plan.withheld, drift: elsewhere } : plan;
}

/** A card whose present state is drift, with its own reason, is only moved if it is elsewhere. */
function withMove(plan: Plan, at: Placing, away: boolean): Plan {
  const { mapping, ours, theirs } = at;
  const told = plan.push?.state ?? plan.withheld?.state;
  const settled = !away && (agrees(mapping, ours.status, theirs.state) || (plan.drift !== null && !ofConfiguration(plan.drift.kind)));
  const state = told ?? (settled ? undefined : (forward(mapping, ours.status) ?? (away ? mapping.identified : undefined)));
  if (state === undefined && isThere(at.place, at.target, at.steps)) {
    return plan;
  }
  const push = { ...plan.withheld, ...plan.push, ...(state === undefined ? {} : { state }), target: true as const };
  return { ...plan, push, withheld: null, drift: away || (plan.drift !== null && ofConfiguration(plan.drift.kind)) ? null : plan.drift };
}

/** A difference that came of a changed configuration, and not of what anybody did with the card. */
export function ofConfiguration(kind: string): boolean {
  return kind === 'elsewhere' || kind === 'mapping';
}
