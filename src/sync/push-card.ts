import type { Card, Patch } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import { moveComment } from '../core/mapping/card-text.ts';
import type { Move, Overwritten, Pending } from '../core/sync/pending.ts';
import { overwrittenBy } from '../core/sync/pending.ts';
import type { Push } from '../core/sync/reconcile.ts';
import { settledBase } from '../core/sync/reconcile.ts';
import type { Conversation } from './create-card.ts';
import type { Visit } from './ports.ts';
import type { Outcome } from './settle-card.ts';

export interface Pushed {
  /** The card after the write. */
  readonly after: Card;
  /** People's moves that it replaced unseen. */
  readonly overwritten: readonly Overwritten[];
  /** The tracker refused the state and took all else, the comment among it. */
  readonly refused?: TrackerFault;
}

type Write = Outcome & { readonly push: Push; readonly earlier: readonly Overwritten[] };

/**
 * Writes to a card: first what will have been written is committed, with the loser's value of a conflict, then it is sent
 * within the send window or not at all. Null: what the visit saw is no longer so, and nothing was sent.
 */
export async function push(write: Write): Promise<Pushed | null> {
  const { talk, visit, card } = write;
  const { env, session, lease } = talk;
  const pending = pendingOf(write);
  const sendBefore = env.monotonic() + env.bounds.sendWindowMs;
  if (!(await commit(write, pending))) {
    return null;
  }
  let after: Card;
  try {
    after = await session.update(card.ref, patchOf(write), { revision: card.revision, card, sendBefore });
  } catch (fault) {
    if (fault instanceof TrackerFault && fault.kind === 'rejected' && fault.detail.told !== undefined) {
      return { after: fault.detail.told, overwritten: [], refused: fault };
    }
    // After `uncertain`, and after anything we do not understand, what is committed waits for the next read.
    if (fault instanceof TrackerFault && fault.kind !== 'uncertain' && fault.kind !== 'nonsense') {
      await env.store.withdrawPush(visit.link.id, lease);
    }
    throw fault;
  }
  const conditional = env.tracker(visit.connection.tracker).traits.conditionalWrite;
  const gap = !conditional && after.order > card.order + 1;
  const history = gap ? await historySince(talk, visit, after, card.order) : [];
  return { after, overwritten: gap ? overwrittenBy(pending, after, history) : [] };
}

function commit(write: Write, pending: Omit<Pending, 'until'>): Promise<boolean> {
  const { talk, visit, card, plan, base, earlier } = write;
  const { configuration, env, lease } = talk;
  return env.store.commitPush({
    linkId: visit.link.id,
    lease,
    card,
    version: visit.vulnerability.version,
    configurationId: configuration.id,
    configurationVersion: configuration.version,
    pending,
    agreedBefore: visit.link.base?.status ?? null,
    base,
    overwritten: earlier,
    openMs: env.bounds.quarantineMs,
    conflict: plan.conflict,
    note:
      plan.peopleWereThere && plan.push?.state !== undefined
        ? 'The card was changed on the board and stands where it stood; it moves now.'
        : null,
  });
}

/** What both sides will have agreed on when the write has happened. */
function pendingOf({ face, visit, card, plan, push: wanted }: Write): Omit<Pending, 'until'> {
  const {
    order: _order,
    revision: _revision,
    ...base
  } = settledBase(face.ours, plan.pull?.status ?? visit.vulnerability.status, {
    state: wanted.state ?? card.state,
    priority: wanted.priority === undefined ? card.priority : wanted.priority,
    order: card.order,
    revision: card.revision,
  });
  return { order: card.order, base, from: card.state, state: wanted.state ?? null };
}

/** Null: the tracker keeps no history. */
export async function historySince(
  talk: Conversation,
  visit: Visit,
  card: Card,
  order: number,
): Promise<readonly Move[] | null> {
  const { traits } = talk.env.tracker(visit.connection.tracker);
  if (!traits.history || talk.session.history === undefined) {
    return null;
  }
  return card.order <= order ? [] : talk.session.history(card.ref, order);
}

function patchOf({ face, visit, plan, push: wanted, talk }: Write): Patch {
  const { vulnerability } = visit;
  const moved = wanted.state !== undefined || wanted.tell === true;
  const because = plan.conflict?.because ?? vulnerability.statusNote;
  return {
    ...(wanted.state === undefined ? {} : { state: wanted.state, fields: talk.configuration.fieldDefaults }),
    ...(wanted.title === undefined ? {} : { title: face.title }),
    ...(wanted.body === undefined ? {} : { body: face.body }),
    ...(wanted.priority === undefined ? {} : { priority: wanted.priority }),
    ...(wanted.dueAt === undefined ? {} : { dueAt: wanted.dueAt }),
    ...(wanted.target === undefined ? {} : { target: talk.configuration.target }),
    ...(wanted.restore === undefined ? {} : { restore: true }),
    ...(moved ? { comment: moveComment(vulnerability.status, because) } : {}),
  };
}
