import type { Base, Ours, Push, Theirs } from './reconcile.ts';

/**
 * Everything on a card but its position. Title, body and, where the configuration wants it, the due date belong to
 * Patchboard. The priority belongs to the tracker once the card exists, except that a re-rated severity updates it if no
 * person ever changed it: it is what we wrote last, then and now.
 */
export function mergeFields(base: Base, ours: Ours, theirs: Theirs): Push {
  const wasOurs = base.priority.ours === null || base.priority.theirs === base.priority.ours;
  const untouched = wasOurs && theirs.priority === base.priority.theirs;
  return {
    ...(ours.titleDigest === base.titleDigest ? {} : { title: true as const }),
    ...(ours.bodyDigest === base.bodyDigest ? {} : { body: true as const }),
    // What nobody touched and nobody re-rated is on the card already.
    ...(ours.priority !== null && untouched && ours.priority !== theirs.priority ? { priority: ours.priority } : {}),
    ...(ours.dueAt === undefined || ours.dueAt === (base.dueAt ?? null) ? {} : { dueAt: ours.dueAt }),
  };
}
