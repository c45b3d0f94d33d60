/** More automatic changes of one link than this within an hour trip the breaker (behaviour.md, S5). */
export const automaticChangesPerHour = 10;
const hourMs = 3_600_000;

/** The changes of the last hour, the newest last; what is older is forgotten. */
export function recentChanges(changes: readonly number[], now: number): readonly number[] {
  return changes.filter((at) => at > now - hourMs).slice(-(automaticChangesPerHour + 1));
}

/** Whether one more automatic change at `now` would be one too many. */
export function tripsBreaker(changes: readonly number[], now: number): boolean {
  return recentChanges(changes, now).length >= automaticChangesPerHour;
}

/** A link counts as lost after this many misses in a row over at least this long, and only with a negative search. */
export const missesUntilLost = 3;
export const missingMsUntilLost = 5 * 60_000;

export function isLost(misses: number, missedSince: number, now: number): boolean {
  return misses >= missesUntilLost && now - missedSince >= missingMsUntilLost;
}

/** When so many cards of one connection are missing at once, it is the connection and not the cards. */
export function isMassLoss(missing: number, linked: number): boolean {
  return missing >= 10 && missing * 2 > linked;
}
