import type { Card } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import { isLost, isMassLoss, missingMsUntilLost, missesUntilLost } from '../core/sync/brake.ts';
import { nextTry } from '../core/sync/faults.ts';
import { faultAttempt } from './attempts.ts';
import type { Conversation } from './create-card.ts';
import { createCard, quarantineOf } from './create-card.ts';
import type { Attempt, Lease, SessionRecord, SyncEnv, Visit } from './ports.ts';
import { refusalWords, settleCard } from './settle-card.ts';
import type { VisitResult } from './visit-result.ts';

/**
 * The one corridor. A visit acts on the state of both sides, not on events: whoever woke the link, a scan, a person,
 * a webhook or a sweep, the same comes out. `tries` counts the failed visits in a row, from 0.
 */
export async function syncLink(env: SyncEnv, lease: Lease, tries: number): Promise<VisitResult> {
  const visit = await env.store.loadVisit(lease.key);
  const loadedAt = env.monotonic();
  const closed = visit === null ? null : whyClosed(visit);
  if (visit !== null && closed !== null) {
    env.log('link left alone', { link: lease.key, because: closed });
    return { kind: 'again', at: visit.asOf + closedMs, because: closed, calls: 0 };
  }
  const idle = visit === null ? 'The link is gone.' : whyIdle(visit);
  if (visit === null || idle !== null) {
    env.log('link left alone', { link: lease.key, because: idle });
    return { kind: 'rest', because: idle ?? '', calls: 0 };
  }
  const { configuration } = visit;
  if (configuration === null) {
    const because = 'No configuration applies.';
    if (visit.link.deliveryId !== null) {
      await env.store.supersede(visit.link.deliveryId, because);
    }
    return { kind: 'rest', because, calls: 0 };
  }
  const record: SessionRecord = { exchanges: [], hints: [], calls: 0 };
  const session = env.openSession(visit.connection, record);
  const clock = () => visit.asOf + (env.monotonic() - loadedAt);
  const talk: Conversation = { env, lease, session, record, configuration, clock };
  try {
    const { cardRef, base } = visit.link;
    const result =
      cardRef === null || base === null
        ? await createCard(talk, visit)
        : await settleCard(talk, visit, cardRef, base);
    await env.store.noteConnection(visit.connection.id, { pulled: true, pushed: true, fault: null });
    return result;
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    return await whenFaulty(talk, visit, fault, tries + 1);
  } finally {
    if (record.hints.length > 0) {
      await env.store.learnPace(visit.connection.id, record.hints);
    }
  }
}

/** How long a link whose connection waits for a person stays due before it is looked at again; its lane is closed meanwhile. */
const closedMs = 60_000;

/** Why nothing of a connection is done now, though it stays to be done; null: it is open. */
function whyClosed({ connection, mayWrite }: Visit): string | null {
  if (!mayWrite) {
    return 'This database is a copy of another installation’s: an administrator has to take over first.';
  }
  const waits = connection.state === 'paused' || connection.state === 'unauthorized';
  return waits ? `The connection is ${connection.state}.` : null;
}

/** Why there is nothing to visit, until somebody changes that; null: there is. */
function whyIdle({ connection, link }: Visit): string | null {
  if (connection.state === 'deleted') {
    return 'The connection is deleted.';
  }
  if (link.state === 'detached' || link.state === 'held' || link.state === 'duplicated') {
    return `The link is ${link.state}.`;
  }
  return null;
}

async function whenFaulty(
  talk: Conversation,
  visit: Visit,
  fault: TrackerFault,
  tries: number,
): Promise<VisitResult> {
  const { env } = talk;
  const act: Attempt['act'] = visit.link.cardRef === null ? 'create' : 'update';
  const attempt = faultAttempt(act, fault, talk.record);
  const next = nextTry({ kind: fault.kind, ...fault.detail }, tries, env.random());
  env.log('visit failed', { link: visit.link.id, fault: fault.kind, what: fault.message, next: next.kind });
  const at = await answer(talk, visit, fault, next);
  await env.store.recordFault({
    linkId: visit.link.id,
    lease: talk.lease,
    attempt,
    deliveryId: visit.link.deliveryId,
    nextAt: at,
    refusal: visit.link.cardRef !== null && fault.kind === 'rejected' && fault.detail.errorClass === 'workflow' ? refusalWords(fault) : null,
  });
  await env.store.noteConnection(visit.connection.id, { fault: `${fault.kind}: ${fault.message}` });
  const because = `${fault.kind}: ${fault.message}`;
  const calls = talk.record.calls;
  return at === null ? { kind: 'rest', because, calls } : { kind: 'again', at, because, calls };
}

/** Acts on the answer to a fault; the time of the next visit, or null if it waits for a person or a login. */
async function answer(
  talk: Conversation,
  visit: Visit,
  fault: TrackerFault,
  next: ReturnType<typeof nextTry>,
): Promise<number | null> {
  const { env } = talk;
  switch (next.kind) {
    case 'later':
      return talk.clock() + Math.max(next.delayMs, openOf(talk, visit, fault));
    case 'pause':
      await env.store.throttle(visit.connection.id, next.pauseMs);
      return talk.clock() + next.pauseMs;
    case 'halt':
      await env.store.haltConnection(visit.connection.id, 'unauthorized', fault.message, visit.asOf);
      return talk.clock();
    case 'person':
      return waitForPerson(talk, visit, fault);
    case 'missing':
      return whenMissing(talk, visit, fault);
  }
}

/** How long a create of unknown outcome is not looked at again: until its quarantine is over. */
function openOf(talk: Conversation, visit: Visit, fault: TrackerFault): number {
  const unknown = fault.kind === 'uncertain' || fault.kind === 'nonsense';
  return visit.link.cardRef === null && unknown ? quarantineOf(talk, visit) : 0;
}

async function waitForPerson(talk: Conversation, visit: Visit, fault: TrackerFault): Promise<null> {
  const { store } = talk.env;
  if (fault.kind === 'forbidden' && visit.link.cardRef !== null) {
    await setState(talk, visit, 'inaccessible', fault.message);
  }
  const stale = fault.detail.fields?.some(
    (field) => field.name.startsWith('target.') || field.name.startsWith('statusMapping.'),
  );
  if (stale === true) {
    await store.flagConfiguration(talk.configuration.id, fault.detail.trackerMessage ?? fault.message);
  }
  return null;
}

/** A refusal is no verdict: only misses in a row, over time, with a negative search make a card lost. */
async function whenMissing(talk: Conversation, visit: Visit, fault: TrackerFault): Promise<number | null> {
  const { env, configuration } = talk;
  if (visit.link.cardRef === null) {
    // The target itself cannot be seen.
    await env.store.flagConfiguration(configuration.id, fault.message);
    return null;
  }
  const count = await env.store.recordMiss(visit.link.id, talk.lease);
  if (count === null) {
    return null;
  }
  if (isMassLoss(count.missing, count.linked)) {
    await env.store.openHold({
      kind: 'lost_cards',
      connectionId: visit.connection.id,
      summary: `${count.missing} of ${count.linked} cards cannot be seen at once: more likely a right that was taken away than cards that were deleted.`,
      detail: { missing: count.missing, linked: count.linked },
    });
    await setState(talk, visit, 'inaccessible', 'Many cards of this connection cannot be seen at once.');
    return null;
  }
  const nextLook = talk.clock() + Math.ceil(missingMsUntilLost / (missesUntilLost - 1));
  if (!isLost(count.misses, count.missedSince, talk.clock())) {
    return nextLook;
  }
  const found = await look(talk, visit);
  if (found !== null && 'refused' in found) {
    await setState(talk, visit, 'inaccessible', found.refused);
    return null;
  }
  // What cannot be read and is found all the same is not lost; and an error while looking is not "not found".
  if (found === null || found.some((card) => card.ref === visit.link.cardRef)) {
    return nextLook;
  }
  const [other] = found;
  const because =
    other === undefined
      ? 'The card cannot be seen any more: it was deleted, or the account may not see it.'
      : `The card cannot be seen any more; another card carries its marker: ${other.key}.`;
  await setState(talk, visit, 'lost', because);
  return null;
}

function setState(
  { env, lease }: Conversation,
  { link }: Visit,
  state: 'lost' | 'inaccessible',
  because: string,
): Promise<void> {
  return env.store.setLinkState({ linkId: link.id, lease, cardRef: link.cardRef, state, because });
}

/** `refused`: the account may not look, or something is there that it is not shown. Null: nobody could be asked. */
async function look({ session, configuration }: Conversation, visit: Visit): Promise<readonly Card[] | { readonly refused: string } | null> {
  try {
    return await session.find(visit.link.marker, configuration.target);
  } catch (fault) {
    if (fault instanceof TrackerFault) {
      return fault.kind === 'forbidden' ? { refused: fault.message } : null;
    }
    throw fault;
  }
}
