import type { Card, TrackerFault } from '../contracts/tracker.ts';
import { recentChanges, tripsBreaker } from '../core/sync/brake.ts';
import { lastingDrift } from '../core/sync/drift.ts';
import type { Move } from '../core/sync/pending.ts';
import { overwrittenBy, presumedBase } from '../core/sync/pending.ts';
import { isElsewhere, placed } from '../core/sync/place.ts';
import type { Base, Plan } from '../core/sync/reconcile.ts';
import { reconcile, settledBase, withholding } from '../core/sync/reconcile.ts';
import { attemptOf, faultAttempt } from './attempts.ts';
import type { Conversation } from './create-card.ts';
import type { Face } from './face.ts';
import { faceOf } from './face.ts';
import type { Attempt, Settlement, Visit } from './ports.ts';
import type { Pushed } from './push-card.ts';
import { historySince, push } from './push-card.ts';
import type { VisitResult } from './visit-result.ts';
import { namedElsewhere } from './whereabouts.ts';

/** How long after a read that is older than the base the card is read again. */
const staleReadMs = 2_000;

export interface Outcome {
  readonly talk: Conversation;
  readonly visit: Visit;
  readonly face: Face;
  /** The last agreement, in the light of a write whose outcome was not recorded. */
  readonly base: Base;
  /** As read before any write. */
  readonly card: Card;
  readonly plan: Plan;
}

/** A card that exists: both sides are read, merged three ways, and at most one write brings them together. */
export async function settleCard(
  talk: Conversation,
  visit: Visit,
  ref: string,
  lastBase: Base,
): Promise<VisitResult> {
  const { env, session, configuration } = talk;
  const { pending } = visit.link;
  const conditional = env.tracker(visit.connection.tracker).traits.conditionalWrite;
  // Without a condition, two writes must not be on the way together, whatever the card shows.
  if (pending !== null && !conditional && pending.until > talk.clock()) {
    return later(talk, pending.until - talk.clock(), 'A change of unknown outcome may still reach the card.');
  }
  const card = await session.read(ref);
  const history = pending === null ? [] : await historySince(talk, visit, card, pending.order);
  const base = pending === null ? lastBase : presumedBase(lastBase, pending, card, history ?? []);
  const face = faceOf(env, visit, configuration);
  const rules = { mapping: configuration.statusMapping, boardDecisions: configuration.boardDecisions };
  const plan = reconcile(base, face.ours, card, rules);
  // Of two conditional writes on one revision only one lands; which one, nobody could tell if the second were sent already.
  if (pending !== null && card.order <= pending.order && pending.until > talk.clock()) {
    return later(talk, pending.until - talk.clock(), 'A change of unknown outcome may still reach the card.');
  }
  if (plan.kind === 'stale') {
    return later(
      talk,
      staleReadMs,
      'The tracker answered with an older state of the card than it showed before.',
    );
  }
  const drift = plan.drift ?? lastingDrift(visit.link.drift, base, face.ours, card, rules);
  const settled = inPlace({ ...plan, drift }, talk, visit, face, card);
  const shown = settled.drift?.kind === 'elsewhere' ? await namedElsewhere(talk, visit, card, base) : settled.drift;
  const outcome = { talk, visit, face, base, card, plan: { ...settled, drift: shown } };
  if (outcome.plan.push === null) {
    return record({ ...outcome, pushed: { after: card, overwritten: earlierMoves(visit, card, history) } });
  }
  if (tripsBreaker(visit.link.recentWrites, talk.clock())) {
    return heldByBreaker(talk, visit, card);
  }
  const pushed = await push({ ...outcome, push: outcome.plan.push, earlier: earlierMoves(visit, card, history) });
  return pushed === null
    ? later(
        talk,
        0,
        'The link, the vulnerability, its configuration or its connection changed before the card was written.',
      )
    : record({ ...outcome, plan: afterRefusal(outcome.plan, pushed), pushed });
}

/** A state that is refused and told on the card is as one that has no place there: the card stays, and the difference is shown. */
function afterRefusal(plan: Plan, { refused }: Pushed): Plan {
  if (refused === undefined || plan.push === null) {
    return plan;
  }
  const { state: _state, ...push } = plan.push;
  return { ...plan, push: { ...push, tell: true }, drift: { kind: 'refused', because: refusalWords(refused) } };
}

/** Why a card stays where it is although it belongs elsewhere, in the tracker's words. */
export function refusalWords({ detail, message }: TrackerFault): string {
  return `The tracker does not let the card move there: ${detail.trackerMessage ?? message}`;
}

/** Where the card is counts besides what it says. */
function inPlace(plan: Plan, talk: Conversation, visit: Visit, face: Face, card: Card): Plan {
  const { configuration } = talk;
  const at = { place: card.place, target: configuration.target, steps: stepsOf(talk, visit), mapping: configuration.statusMapping };
  return placed(plan, { ...at, ours: face.ours, theirs: card, moveWanted: visit.link.moveWanted });
}

function stepsOf({ env }: Conversation, visit: Visit) {
  const { targetSteps } = env.tracker(visit.connection.tracker);
  return { all: targetSteps.map(({ id }) => id), loose: targetSteps.filter(({ loose }) => loose === true).map(({ id }) => id) };
}

/** People's moves that an earlier write of ours replaced; its own visit did not live to tell. */
function earlierMoves(visit: Visit, card: Card, history: readonly Move[] | null): Pushed['overwritten'] {
  const { pending } = visit.link;
  return pending === null ? [] : overwrittenBy(pending, card, history);
}

async function record(outcome: Outcome & { readonly pushed: Pushed }): Promise<VisitResult> {
  const { talk, visit, card, plan, pushed } = outcome;
  const { after } = pushed;
  const { env } = talk;
  const settled = await env.store.settle(settlementOf(outcome));
  if (settled === 'superseded') {
    env.log('visit superseded', { link: visit.link.id });
    // By another visit; or by nobody, if our lease ran out: then the work is still ours to be done.
    return later(talk, 0, 'The visit was not the owner of the link any more.');
  }
  if (settled === 'moved on') {
    return later(talk, 0, 'The vulnerability or its configuration changed during the visit.');
  }
  const written = Object.keys(plan.push ?? {});
  const pulled = plan.pull === null ? [] : [plan.pull.status];
  env.log('link settled', {
    link: visit.link.id,
    card: card.ref,
    pushed: written,
    pulled,
    drift: plan.drift?.kind ?? null,
  });
  if (settled === 'reconfigured') {
    return later(talk, 0, 'The configuration changed during the visit.');
  }
  // Somebody moved the card between our read and our write: the base keeps what we know, the next visit sees the rest.
  const unseen = after !== card && after.state !== (plan.push?.state ?? card.state);
  if (visit.link.moveWanted && plan.pull !== null) {
    return later(talk, 0, 'The card is moved after what it said.');
  }
  return unseen ? later(talk, 0, 'The card moved during the visit.') : rest(talk, 'Both sides agree.');
}

function settlementOf(outcome: Outcome & { readonly pushed: Pushed }): Settlement {
  const { talk, visit, card, plan, pushed } = outcome;
  const { after, overwritten } = pushed;
  const written = Object.keys(plan.push ?? {});
  const nothing = written.length === 0 && plan.pull === null && plan.hold === null;
  const act = written.length > 0 ? 'update' : 'pull';
  const detail = {
    pushed: written,
    pulled: plan.pull?.status ?? null,
    from: card.stateLabel,
    to: after.stateLabel,
    conflict: plan.conflict,
    held: plan.hold?.kind ?? null,
  };
  const { refused } = pushed;
  const worked: Attempt | null = nothing ? null : attemptOf({ act, record: talk.record, detail, notice: after.notice });
  const attempt = refused === undefined ? worked : { ...faultAttempt(act, refused, talk.record), detail };
  return {
    linkId: visit.link.id,
    lease: talk.lease,
    card: after,
    base: baseAfter(outcome),
    configurationId: talk.configuration.id,
    configurationVersion: talk.configuration.version,
    version: visit.vulnerability.version,
    agreedBefore: visit.link.base?.status ?? null,
    pull: plan.pull === null ? null : { ...plan.pull, by: card.assignee ?? 'the board' },
    hold: plan.hold,
    drift: plan.drift,
    conflict: plan.conflict,
    overwritten,
    note: null,
    pushed: written,
    moved: movedBy(outcome),
    attempt,
    deliveryId: visit.link.deliveryId,
  };
}

function movedBy({ talk, visit, plan, pushed }: Outcome & { readonly pushed: Pushed }): Settlement['moved'] {
  if (!visit.link.moveWanted || plan.pull !== null) {
    return null;
  }
  return plan.hold !== null || isElsewhere(pushed.after.place, talk.configuration.target, stepsOf(talk, visit)) ? 'left' : 'moved';
}

/** What was read and what was written; never what somebody else may have written in between. */
function baseAfter({ face, visit, base, card, plan, pushed }: Outcome & { readonly pushed: Pushed }): Base {
  const { after } = pushed;
  const status = plan.pull?.status ?? visit.vulnerability.status;
  const settled = settledBase(face.ours, status, {
    state: plan.push?.state ?? card.state,
    priority: plan.push?.priority === undefined ? card.priority : plan.push.priority,
    order: Math.max(after.order, base.order),
    revision: after.revision,
  });
  return plan.withheld === null ? settled : withholding(settled, plan.withheld, base);
}

async function heldByBreaker(talk: Conversation, visit: Visit, card: Card): Promise<VisitResult> {
  const changes = recentChanges(visit.link.recentWrites, talk.clock()).length;
  const because = `It changed by itself ${changes} times within an hour.`;
  await talk.env.store.holdLink({
    linkId: visit.link.id,
    lease: talk.lease,
    cardRef: visit.link.cardRef,
    because,
    summary: `${because} Somebody or something on the other side moves the card back.`,
    detail: { card: card.key, state: card.stateLabel, status: visit.vulnerability.status },
  });
  return rest(talk, because);
}

function rest(talk: Conversation, because: string): VisitResult {
  return { kind: 'rest', because, calls: talk.record.calls };
}

function later(talk: Conversation, delayMs: number, because: string): VisitResult {
  return { kind: 'again', at: talk.clock() + delayMs, because, calls: talk.record.calls };
}
