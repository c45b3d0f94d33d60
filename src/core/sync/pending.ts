import type { Base } from './reconcile.ts';

/**
 * A write to a card that was committed before it was sent. While its outcome is not recorded, it tells our own doing from
 * people's: what we wrote and could not record must never be read as somebody's move.
 */
export interface Pending {
  /** The card's counter of changes when the write was decided. */
  readonly order: number;
  /** What both sides will have agreed on if it happened. */
  readonly base: Omit<Base, 'order' | 'revision'>;
  /** The state before, and the state written; null: the position was not part of it. */
  readonly from: string;
  readonly state: string | null;
  /** Until then it may still happen. */
  readonly until: number;
}

/** One change in a card's history. */
export interface Move {
  readonly order: number;
  readonly by: string | null;
  readonly state: string | null;
}

/** A person's move that was replaced before we saw it. `state: null`: the tracker cannot tell which. */
export interface Overwritten {
  readonly order: number;
  readonly by: string | null;
  readonly state: string | null;
}

/**
 * The last agreement in the light of a write whose outcome was never recorded. If the card shows what was written, or its
 * history does, then it was ours: the base is what the write made it, and whatever else the card shows came after.
 */
export function presumedBase(base: Base, pending: Pending, card: Shown, history: readonly Move[]): Base {
  if (card.order <= pending.order) {
    return base;
  }
  const { base: written, state } = pending;
  const priority = card.priority === written.priority.theirs ? written.priority : base.priority;
  const landed =
    state !== null &&
    (card.state === state || history.some((move) => move.order > pending.order && move.state === state));
  // Title and body say nothing of when they were written. Ours may be back to what it was before, and the card not.
  const titleDigest = written.titleDigest === base.titleDigest ? base.titleDigest : unknownDigest;
  const bodyDigest = written.bodyDigest === base.bodyDigest ? base.bodyDigest : unknownDigest;
  const presumed = { ...base, priority, titleDigest, bodyDigest };
  return landed ? { ...presumed, status: written.status, state: written.state } : presumed;
}

/** Equal to no digest: the text is written again. */
const unknownDigest = '';

interface Shown {
  readonly state: string;
  readonly order: number;
  readonly priority: string | null;
}

/**
 * Where writes carry no condition, somebody may have moved the card between our read and our write. Their move stands in
 * the history before ours, and nowhere else. `history: null`: the tracker keeps none, so that only a gap in the counter
 * tells; and a card that moved on since may have replaced ours, or be what ours never reached.
 */
export function overwrittenBy(
  pending: Pick<Pending, 'order' | 'from' | 'state'>,
  card: Pick<Shown, 'state' | 'order'>,
  history: readonly Move[] | null,
): readonly Overwritten[] {
  if (pending.state === null || card.order <= pending.order + 1) {
    return [];
  }
  if (history === null) {
    return [{ order: card.order - 1, by: null, state: null }];
  }
  const moves = movesAfter(pending, history);
  // Of several moves to where we wrote, the last one: rather one line too many than a person's move that nobody tells.
  const landed = moves.findLastIndex((move) => move.state === pending.state);
  if (landed === -1) {
    // The latest change may be the card itself, of which a history does not tell.
    return card.state === pending.state ? moves : [];
  }
  return moves.slice(0, landed);
}

/** Of the changes since a write was decided, those that moved the card; a comment leaves it where it stood. */
function movesAfter(pending: Pick<Pending, 'order' | 'from'>, history: readonly Move[]): readonly Move[] {
  let stood = pending.from;
  return history.filter(({ order, state }) => {
    const moved = order > pending.order && state !== null && state !== stood;
    stood = moved ? state : stood;
    return moved;
  });
}
