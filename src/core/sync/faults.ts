import type { Status } from '../vocabulary.ts';

/** What the engine does after a fault; one answer for each kind of the tracker contract's closed list. */
export type NextTry =
  | { readonly kind: 'later'; readonly delayMs: number }
  /** The whole connection waits: nothing of it fails. */
  | { readonly kind: 'halt' }
  | { readonly kind: 'pause'; readonly pauseMs: number }
  /** Waits for a person, or for the next change of either side. */
  | { readonly kind: 'person' }
  | { readonly kind: 'missing' };

export type FaultKindName =
  | 'unauthorized'
  | 'forbidden'
  | 'rejected'
  | 'gone'
  | 'stale'
  | 'throttled'
  | 'unavailable'
  | 'uncertain'
  | 'nonsense';

export const backoff = { firstMs: 2_000, mostMs: 15 * 60_000 };
const slowMs = 6 * 3_600_000;

/** `attempt` counts the failed tries in a row, from 1; `random` is in [0, 1). Full jitter. */
export function nextTry(
  fault: { readonly kind: FaultKindName; readonly retryAfterMs?: number; readonly errorClass?: string },
  attempt: number,
  random: number,
): NextTry {
  switch (fault.kind) {
    case 'unauthorized':
      return { kind: 'halt' };
    case 'throttled':
      return { kind: 'pause', pauseMs: fault.retryAfterMs ?? 60_000 };
    case 'gone':
      return { kind: 'missing' };
    case 'stale':
      return { kind: 'later', delayMs: attempt > 3 ? jittered(attempt, random) : 0 };
    case 'forbidden':
      return { kind: 'person' };
    case 'rejected':
      // A limit of cards in a column is lifted by people on the board, without a word to us.
      return fault.errorClass === 'workflow' ? { kind: 'later', delayMs: slowMs } : { kind: 'person' };
    case 'unavailable':
    case 'uncertain':
    case 'nonsense':
      return { kind: 'later', delayMs: Math.max(fault.retryAfterMs ?? 0, jittered(attempt, random)) };
  }
}

function jittered(attempt: number, random: number): number {
  const ceiling = Math.min(backoff.mostMs, backoff.firstMs * 2 ** Math.min(attempt, 20));
  return Math.round(ceiling * random);
}

/** Statuses for which a first card is made; what is decided or fixed before it ever had one needs none. */
export function deservesCard(status: Status): boolean {
  return status === 'identified' || status === 'in_progress' || status === 'awaiting_validation';
}
