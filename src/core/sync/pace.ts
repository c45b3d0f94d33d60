/** How fast a tracker lets itself be asked, as it says. */
export interface Windows {
  readonly perMinute: number | null;
  readonly perHour: number | null;
}

/** A bucket that fills by itself: at most `burst` at once, `perSecond` over time. */
export interface Bucket {
  readonly burst: number;
  readonly perSecond: number;
}

/** A tenth is left to the people's other integrations. */
export const share = 0.9;

/**
 * The bucket that keeps every window: in any minute and any hour, a burst and all that refills meanwhile together stay within
 * our share. Null: nothing is known, so nothing is held back.
 */
export function bucketOf({ perMinute, perHour }: Windows): Bucket | null {
  const minute = perMinute === null ? null : perMinute * share;
  const hour = perHour === null ? null : perHour * share;
  if (minute === null && hour === null) {
    return null;
  }
  const burst = Math.max(1, Math.floor(burstOf(minute, hour)));
  const rates = [minute === null ? Infinity : (minute - burst) / 60, hour === null ? Infinity : (hour - burst) / 3_600];
  // A quota so small that a single call is more than our share of it: one call in each window.
  const least = Math.min((perMinute ?? Infinity) / 60 / 2, (perHour ?? Infinity) / 3_600 / 2);
  const perSecond = Math.min(...rates);
  return { burst, perSecond: perSecond > 0 ? perSecond : least };
}

/** As much at once as the hour's quota leaves of the minute's; a third of it where only the minute counts. */
function burstOf(minute: number | null, hour: number | null): number {
  if (minute === null) {
    return Math.min(60, (hour ?? 0) / 10);
  }
  return Math.min(Math.max(minute / 3, hour === null ? 0 : minute - hour / 60), hour === null ? Infinity : hour / 2);
}
