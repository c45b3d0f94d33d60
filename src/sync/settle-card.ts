import type { Card, Patch } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import { moveComment } from '../core/mapping/card-text.ts';
import { recentChanges, tripsBreaker } from '../core/sync/brake.ts';
import type { Base, Plan, Push } from '../core/sync/reconcile.ts';
import { reconcile, settledBase } from '../core/sync/reconcile.ts';
import { attemptOf } from './attempts.ts';
import type { Conversation } from './create-card.ts';
import type { Face } from './face.ts';
import { faceOf } from './face.ts';
import type { Attempt, Settlement, Visit } from './ports.ts';
import type { VisitResult } from './visit-result.ts';

/** How long after a read that is older than the base the card is read again. */
const staleReadMs = 2_000;

/** A card that exists: both sides are read, merged three ways, and at most one write brings them together. */
export async function settleCard(talk: Conversation, visit: Visit, ref: string, base: Base): Promise<VisitResult> {
  const { env, session, configuration } = talk;
  const card = await session.read(ref);
  const face = faceOf(env, visit, configuration);
  const rules = { mapping: configuration.statusMapping, boardDecisions: configuration.boardDecisions };
  const plan = reconcile(base, face.ours, card, rules);
  if (plan.kind === 'stale') {
    return later(talk, staleReadMs, 'The tracker answered with an older state of the card than it showed before.');
  }
  if (plan.push !== null && brakes(talk, visit)) {
    return heldByBreaker(talk, visit, card);
  }
  if (plan.conflict !== null && plan.push !== null) {
    await env.store.recordConflict(visit.link.id, plan.conflict, card);
  }
  const after = plan.push === null ? card : await push({ talk, visit, face, card, plan, push: plan.push });
  return record({ talk, visit, face, card, plan, after });
}

interface Outcome {
  readonly talk: Conversation;
  readonly visit: Visit;
  readonly face: Face;
  /** As read before any write. */
  readonly card: Card;
  readonly plan: Plan;
}

async function push(outcome: Outcome & { readonly push: Push }): Promise<Card> {
  const { talk, card } = outcome;
  const patch = patchOf(outcome);
  const sendBefore = talk.env.monotonic() + talk.env.bounds.sendWindowMs;
  return talk.session.update(card.ref, patch, { revision: card.revision, card, sendBefore });
}

function patchOf({ face, visit, plan, push: wanted, talk }: Outcome & { readonly push: Push }): Patch {
  const { vulnerability } = visit;
  const moved = wanted.state !== undefined || wanted.tell === true;
  const because = plan.conflict?.because ?? vulnerability.statusNote;
  return {
    ...(wanted.state === undefined ? {} : { state: wanted.state, fields: talk.configuration.fieldDefaults }),
    ...(wanted.title === undefined ? {} : { title: face.title }),
    ...(wanted.body === undefined ? {} : { body: face.body }),
    ...(wanted.priority === undefined ? {} : { priority: wanted.priority }),
    ...(wanted.restore === undefined ? {} : { restore: true }),
    ...(moved ? { comment: moveComment(vulnerability.status, because) } : {}),
  };
}

async function record(outcome: Outcome & { readonly after: Card }): Promise<VisitResult> {
  const { talk, visit, card, plan, after } = outcome;
  const { env } = talk;
  const settled = await env.store.settle(settlementOf(outcome));
  if (settled === 'superseded') {
    env.log('visit superseded', { link: visit.link.id });
    return rest(talk, 'Another visit took over.');
  }
  if (settled === 'moved on') {
    return later(talk, 0, 'The vulnerability changed during the visit.');
  }
  const pushed = Object.keys(plan.push ?? {});
  const pulled = plan.pull === null ? [] : [plan.pull.status];
  env.log('link settled', { link: visit.link.id, card: card.ref, pushed, pulled, drift: plan.drift?.kind ?? null });
  // Somebody moved the card between our read and our write: the base keeps what we know, the next visit sees the rest.
  const unseen = after !== card && after.state !== (plan.push?.state ?? card.state);
  return unseen ? later(talk, 0, 'The card moved during the visit.') : rest(talk, 'Both sides agree.');
}

function settlementOf(outcome: Outcome & { readonly after: Card }): Settlement {
  const { talk, visit, card, plan, after } = outcome;
  const pushed = Object.keys(plan.push ?? {});
  const nothing = pushed.length === 0 && plan.pull === null && plan.hold === null;
  const act = pushed.length > 0 ? 'update' : 'pull';
  const detail = {
    pushed,
    pulled: plan.pull?.status ?? null,
    from: card.stateLabel,
    to: after.stateLabel,
    conflict: plan.conflict,
    held: plan.hold?.kind ?? null,
  };
  const attempt: Attempt | null = nothing ? null : attemptOf({ act, record: talk.record, detail });
  return {
    linkId: visit.link.id,
    lease: talk.lease,
    card: after,
    base: baseAfter(outcome),
    configurationId: talk.configuration.id,
    version: visit.vulnerability.version,
    pull: plan.pull === null ? null : { ...plan.pull, by: card.assignee ?? 'the board' },
    hold: plan.hold,
    drift: plan.drift,
    conflict: plan.conflict,
    note: plan.peopleWereThere ? 'People changed the card meanwhile.' : null,
    pushed,
    attempt,
    deliveryId: visit.link.deliveryId,
  };
}

/** What was read and what was written; never what somebody else may have written in between. */
function baseAfter({ face, visit, card, plan, after }: Outcome & { readonly after: Card }): Base {
  const status = plan.pull?.status ?? visit.vulnerability.status;
  const unwritten = plan.push === null && plan.drift?.kind === 'discarded';
  const ours = unwritten && visit.link.base !== null ? keptDigests(face, visit.link.base) : face.ours;
  return settledBase(ours, status, {
    state: plan.push?.state ?? card.state,
    priority: plan.push?.priority === undefined ? card.priority : plan.push.priority,
    order: Math.max(after.order, visit.link.base?.order ?? 0),
    revision: after.revision,
  });
}

/** Fields that could not be written stay unsaid, so that a restored card receives them. */
function keptDigests(face: Face, base: Base): Face['ours'] {
  const { titleDigest, bodyDigest } = base;
  return { ...face.ours, titleDigest, bodyDigest, priority: base.priority.ours };
}

function brakes(talk: Conversation, visit: Visit): boolean {
  return tripsBreaker(visit.link.recentWrites, talk.env.now());
}

async function heldByBreaker(talk: Conversation, visit: Visit, card: Card): Promise<VisitResult> {
  const changes = recentChanges(visit.link.recentWrites, talk.env.now()).length;
  const because = `It changed by itself ${changes} times within an hour.`;
  await talk.env.store.setLinkState(visit.link.id, 'held', because);
  await talk.env.store.openHold({
    kind: 'breaker',
    linkId: visit.link.id,
    connectionId: visit.connection.id,
    summary: `${because} Somebody or something on the other side moves the card back.`,
    detail: { card: card.key, state: card.stateLabel, status: visit.vulnerability.status },
  });
  return rest(talk, because);
}

export function isGone(fault: unknown): fault is TrackerFault {
  return fault instanceof TrackerFault && fault.kind === 'gone';
}

function rest(talk: Conversation, because: string): VisitResult {
  return { kind: 'rest', because, calls: talk.record.calls };
}

function later(talk: Conversation, delayMs: number, because: string): VisitResult {
  return { kind: 'again', at: talk.env.now() + delayMs, because, calls: talk.record.calls };
}
