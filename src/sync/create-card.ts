import type { Card, Session } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import type { Base } from '../core/sync/reconcile.ts';
import { deservesCard } from '../core/sync/faults.ts';
import { attemptOf } from './attempts.ts';
import type { Face } from './face.ts';
import { draftOf, faceOf } from './face.ts';
import { findBeforeCreate, forgetLook } from './look-ahead.ts';
import type { ConfigurationFacts, Intent, Lease, SessionRecord, SyncEnv, Visit } from './ports.ts';
import { historySince } from './push-card.ts';
import type { VisitResult } from './visit-result.ts';

export interface Conversation {
  readonly env: SyncEnv;
  readonly lease: Lease;
  readonly session: Session;
  readonly record: SessionRecord;
  readonly configuration: ConfigurationFacts;
  /** The database's clock, carried on by our own steady one. Never ahead of it. */
  readonly clock: () => number;
}

/** After so many creates of unknown outcome that left no card to be found, a person looks. */
export const createTriesMax = 5;
/** How long a search that has not caught up yet is given. */
const catchUpMs = 60_000;
/** So long after the quarantine the other card no longer counts as proof: it may be deleted, archived or out of our sight. */
const catchUpMostMs = 15 * 60_000;

/**
 * Exactly one card: look, commit the intent, send once, and after an ambiguous answer wait out the quarantine and look
 * again. Faults pass through to the visit, which has one answer for each kind.
 */
export async function createCard(talk: Conversation, visit: Visit): Promise<VisitResult> {
  const { env, configuration, record } = talk;
  const { link } = visit;
  if (link.quarantineUntil > talk.clock()) {
    return again(talk, link.quarantineUntil, 'A create of unknown outcome is in quarantine.');
  }
  const needless = needsNoCard(visit, configuration);
  if (needless !== null && link.attempts === 0) {
    return leaveWithout(talk, visit, needless);
  }
  const face = faceOf(env, visit, configuration);
  const found = await findBeforeCreate(talk, visit);
  const [first, ...others] = found;
  if (first !== undefined) {
    return adopt(talk, visit, face, { card: first, duplicates: others });
  }
  if (needless !== null) {
    await env.store.withdrawIntent(link.id, talk.lease);
    return leaveWithout(talk, visit, needless);
  }
  if (await lagsBehind(talk, visit)) {
    return again(
      talk,
      talk.clock() + catchUpMs,
      'The tracker’s search does not show yet what was created after our last try.',
    );
  }
  if (link.attempts >= createTriesMax) {
    return giveUp(talk, visit);
  }
  const intent = intentOf(face, visit, configuration);
  const committedFrom = env.monotonic();
  const committed = await env.store.commitIntent({
    linkId: link.id,
    lease: talk.lease,
    marker: link.marker,
    version: visit.vulnerability.version,
    configurationVersion: configuration.version,
    intent,
    quarantineMs: quarantineOf(talk, visit),
  });
  if (!committed) {
    return again(
      talk,
      talk.clock(),
      'The link, the vulnerability, its configuration or its connection changed before the card was sent.',
    );
  }
  forgetLook(talk, visit);
  const card = await send(talk, visit, face, committedFrom);
  const base = { ...birth(intent.base, card, true), order: card.order, revision: card.revision };
  const detail = { state: card.stateLabel };
  const attempt = attemptOf({ act: 'create', record, detail, notice: card.notice });
  const ours = await env.store.recordCard({
    linkId: link.id,
    connectionId: visit.connection.id,
    card,
    base,
    configurationId: configuration.id,
    attempt,
    duplicates: [],
  });
  env.log('card created', { link: link.id, card: card.ref, linked: ours });
  // A status that the board has no place for, or that changed while the card was sent, is settled by a second visit.
  return ours && base.status !== null
    ? rest(talk, 'The card was created.')
    : again(talk, talk.clock(), 'The new card is not where it belongs.');
}

/** Nothing is to be done, so nothing is said to wait. */
async function leaveWithout(talk: Conversation, { link }: Visit, because: string): Promise<VisitResult> {
  if (link.deliveryId !== null) {
    await talk.env.store.supersede(link.deliveryId, because);
  }
  return rest(talk, because);
}

async function send(talk: Conversation, visit: Visit, face: Face, committedFrom: number): Promise<Card> {
  const { env, session, configuration } = talk;
  const sendBefore = committedFrom + env.bounds.sendWindowMs;
  try {
    return await session.create(draftOf(face, visit, configuration), { sendBefore });
  } catch (fault) {
    // After `uncertain`, and after anything we do not understand, the persisted quarantine governs.
    if (fault instanceof TrackerFault && fault.kind !== 'uncertain' && fault.kind !== 'nonsense') {
      await env.store.withdrawIntent(visit.link.id, talk.lease);
    }
    throw fault;
  }
}

/** A search slower than a minute, which the bound includes, makes the quarantine longer. */
export function quarantineOf({ env }: Conversation, visit: Visit): number {
  const { searchLagMs } = env.tracker(visit.connection.tracker).traits;
  return env.bounds.quarantineMs + Math.max(0, searchLagMs - 60_000);
}

/**
 * After a try of unknown outcome a timer is good and a proof is better: a search that does not show another card, created
 * after that try and known to us, would not show ours either.
 */
async function lagsBehind({ session, configuration, clock }: Conversation, { link }: Visit): Promise<boolean> {
  if (link.attempts === 0 || link.probe === null || clock() > link.quarantineUntil + catchUpMostMs) {
    return false;
  }
  const shown = await session.find(link.probe, configuration.target);
  return shown.length === 0;
}

async function giveUp(talk: Conversation, visit: Visit): Promise<VisitResult> {
  const because = `${createTriesMax} tries to create the card ended without an answer, and no card with its marker can be found.`;
  await talk.env.store.holdLink({
    linkId: visit.link.id,
    lease: talk.lease,
    cardRef: null,
    because,
    summary: `${because} Look on the board whether there are cards without a marker before you let it go on.`,
    detail: { tries: createTriesMax, status: visit.vulnerability.status },
  });
  return rest(talk, because);
}

/** A card with our marker exists: it becomes the link's card, and any other is reported. */
async function adopt(
  talk: Conversation,
  visit: Visit,
  face: Face,
  found: { readonly card: Card; readonly duplicates: readonly Card[] },
): Promise<VisitResult> {
  const { env, configuration, record } = talk;
  const { card } = found;
  // What was sent is the base; without an intent the card was ours before a restore, and both sides are compared from now.
  const sent = visit.link.intent?.base ?? intentOf(face, visit, configuration).base;
  const untouched = await standsWhereBorn(talk, visit, card);
  // Without an intent, or after several tries, nobody knows what texts it was sent with: they are written again.
  const texts = visit.link.intent === null || visit.link.attempts > 1 ? { titleDigest: '', bodyDigest: '' } : {};
  const base: Base = { ...birth(sent, card, untouched), ...texts, order: Math.min(card.order, 1), revision: '' };
  const detail = { duplicates: found.duplicates.map((duplicate) => duplicate.ref) };
  await env.store.recordCard({
    linkId: visit.link.id,
    connectionId: visit.connection.id,
    card,
    base,
    configurationId: configuration.id,
    attempt: attemptOf({ act: 'adopt', record, detail }),
    duplicates: found.duplicates,
  });
  env.log('card adopted', { link: visit.link.id, card: card.ref, ...detail });
  return again(talk, talk.clock(), 'The card was found by its marker; both sides are compared next.');
}

function intentOf(face: Face, visit: Visit, configuration: ConfigurationFacts): Intent {
  const draft = draftOf(face, visit, configuration);
  const { status, titleDigest, bodyDigest, priority } = face.ours;
  return {
    configurationId: configuration.id,
    base: {
      status,
      state: draft.state,
      titleDigest,
      bodyDigest,
      priority: { ours: priority, theirs: priority },
    },
  };
}

/** Whether nobody moved a card since it was born, whatever else people did with it. Without a history, a change counts as a move. */
async function standsWhereBorn(talk: Conversation, visit: Visit, card: Card): Promise<boolean> {
  if (card.order <= 1) {
    return true;
  }
  const history = (await historySince(talk, visit, card, 0)) ?? [];
  const [born] = history;
  const stood = history.every(({ state }) => state === null || state === card.state);
  return born !== undefined && born.order <= 1 && born.state !== null && stood;
}

/** A card that nobody moved and that is not where it was sent was born elsewhere (a process with an initial state). */
function birth(sent: Intent['base'], card: Card, untouched: boolean): Intent['base'] {
  return untouched && card.state !== sent.state ? { ...sent, status: null, state: card.state } : sent;
}

/** Why a vulnerability without a card needs none now; null: it needs one. */
function needsNoCard(visit: Visit, configuration: ConfigurationFacts): string | null {
  const { severity, status } = visit.vulnerability;
  if (configuration.severityMapping[severity] === null) {
    return `The severity mapping gives ${severity} no card.`;
  }
  return deservesCard(status) ? null : `It is ${status.replaceAll('_', ' ')} and never had a card.`;
}

function rest(talk: Conversation, because: string): VisitResult {
  return { kind: 'rest', because, calls: talk.record.calls };
}

function again(talk: Conversation, at: number, because: string): VisitResult {
  return { kind: 'again', at, because, calls: talk.record.calls };
}
