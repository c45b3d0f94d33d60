import type { Card } from './tracker-card.ts';

/** Faults: the closed list of ways to fail, for which the sync engine has one answer each. */
export const faultKinds = [
  'unauthorized', // who we are is not accepted: pause the connection, log in again. Nothing was written.
  'forbidden', // known, but not allowed. Nothing was written.
  'rejected', // this content or transition is refused: a person must mend it. Nothing was written.
  'gone', // the card (or target) cannot be seen.
  'stale', // the card moved on since the revision. Nothing was written.
  'throttled', // too many calls; retryAfterMs. Nothing was written.
  'unavailable', // nothing was written, try later.
  'uncertain', // a write that may or may not have happened.
  'nonsense', // an answer to a read that is not what the API says (sign-in page, sleeping instance, wrong shape).
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What behaviour.md names an error's class for people. */
export const errorClasses = [
  'auth',
  'permission',
  'not_found',
  'validation',
  'workflow',
  'conflict',
  'throttled',
  'unavailable',
  'timeout',
  'bug',
] as const;
export type ErrorClass = (typeof errorClasses)[number];

export interface FaultDetail {
  readonly errorClass?: ErrorClass;
  readonly httpStatus?: number;
  readonly retryAfterMs?: number;
  /** The tracker's own message, cut to 2,000 characters, without secrets. */
  readonly trackerMessage?: string;
  /** The tracker's own error code or support reference. */
  readonly trackerCode?: string;
  /** How a person mends it. */
  readonly hint?: string;
  readonly fields?: readonly { readonly name: string; readonly message: string }[];
  /**
   * Only with `rejected`, of an update: the state is refused, and the comment and all else of the patch are on the card. This is
   * the card after it. The engine takes the two for agreed to differ, and shows it.
   */
  readonly told?: Card;
  readonly cause?: unknown;
}

const classOfKind: Record<FaultKind, ErrorClass> = {
  unauthorized: 'auth',
  forbidden: 'permission',
  rejected: 'validation',
  gone: 'not_found',
  stale: 'conflict',
  throttled: 'throttled',
  unavailable: 'unavailable',
  uncertain: 'timeout',
  nonsense: 'unavailable',
};

export class TrackerFault extends Error {
  readonly kind: FaultKind;
  readonly detail: FaultDetail & { readonly errorClass: ErrorClass };

  constructor(kind: FaultKind, message: string, detail: FaultDetail = {}) {
    super(message, { cause: detail.cause });
    this.name = 'TrackerFault';
    this.kind = kind;
    this.detail = { ...detail, errorClass: detail.errorClass ?? classOfKind[kind] };
  }
}
