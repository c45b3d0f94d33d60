/** The service's throttle: a sliding sum of units for each identity. It tells of itself only when it is near. */

const windowMs = 300_000;
const unitsMax = 200;
const nearShare = 0.5;

interface Spent {
  readonly at: number;
  readonly units: number;
}

export interface Toll {
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds to wait, if it was refused. */
  readonly refusedFor: number | null;
}

export class Throttle {
  readonly #spent = new Map<string, Spent[]>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Over the limit answers come with a wish to wait; far over it they do not come. */
  take(identity: string, units: number): Toll {
    const now = this.#now();
    const kept = [
      ...(this.#spent.get(identity) ?? []).filter(({ at }) => at > now - windowMs),
      { at: now, units },
    ];
    this.#spent.set(identity, kept);
    const sum = kept.reduce((all, one) => all + one.units, 0);
    if (sum < unitsMax * nearShare) {
      return { headers: {}, refusedFor: null };
    }
    const oldest = kept[0]?.at ?? now;
    const waitSeconds = Math.max(1, Math.ceil((oldest + windowMs - now) / 1_000));
    const over = sum > unitsMax;
    const headers = {
      ...pace(Math.max(0, Math.floor(unitsMax - sum)), Math.ceil((now + waitSeconds * 1_000) / 1_000)),
      ...(over ? { 'retry-after': String(Math.min(30, waitSeconds)), 'x-ratelimit-delay': '1.5' } : {}),
    };
    return { headers, refusedFor: sum > unitsMax * 2 ? waitSeconds : null };
  }
}

export function pace(left: number, resetAt: number): Record<string, string> {
  return {
    'x-ratelimit-resource': 'Resources/Boards',
    'x-ratelimit-limit': String(unitsMax),
    'x-ratelimit-remaining': String(left),
    'x-ratelimit-reset': String(resetAt),
  };
}

/** What a call costs, after what others measured. */
export function unitsOf(method: string, resource: string, search: string): number {
  if (/^wit\/workitemtypes\/[^/]+\/fields/iu.test(resource) && /expand/iu.test(search)) {
    return 1.12;
  }
  if (/^projects/iu.test(resource)) {
    return 0.004;
  }
  return method === 'GET' ? 0.013 : 0.1;
}
