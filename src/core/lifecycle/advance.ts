import type { FinalDecision, Status } from '../vocabulary.ts';
import { isFinalDecision, isWorking, statuses } from '../vocabulary.ts';

/** Where a vulnerability stands before an event. Times are milliseconds since the epoch. */
export interface Standing {
  readonly status: Status;
  /**
   * Since when the status speaks: the start of the scan that set it, else the moment of the person's, card's or
   * expiry's act. A scan is newer if it started after this.
   */
  readonly asOf: number;
  /** End of an accepted risk; null: none. */
  readonly acceptedUntil: number | null;
}

export type LifecycleEvent =
  /** A scan saw it. */
  | { readonly kind: 'detected'; readonly startedAt: number }
  /** Every scope that ever detected it has since been covered by a complete scan that did not see it. */
  | { readonly kind: 'absent'; readonly startedAt: number }
  /** A person decides in Patchboard. */
  | {
      readonly kind: 'person';
      readonly status: Status;
      readonly at: number;
      readonly reason: string | null;
      readonly expiresAt: number | null;
    }
  /** A person moved the card to a remote state that the reverse mapping reads as `status`. */
  | { readonly kind: 'card'; readonly status: Status }
  | { readonly kind: 'expiry'; readonly at: number };

export type Advance =
  | { readonly kind: 'moves'; readonly to: Status; readonly because: string }
  | { readonly kind: 'stays'; readonly because: string }
  /** A person asked for what the lifecycle does not allow. */
  | { readonly kind: 'refused'; readonly because: string }
  /** The card says something that the lifecycle does not follow: shown, not repaired. */
  | { readonly kind: 'drift'; readonly because: string };

/** The lifecycle of behaviour.md section 1: the only place that says which status may follow which. */
export function advance(standing: Standing, event: LifecycleEvent): Advance {
  switch (event.kind) {
    case 'detected':
      return whenDetected(standing, event.startedAt);
    case 'absent':
      return whenAbsent(standing, event.startedAt);
    case 'person':
      return whenDecided(standing, event);
    case 'card':
      return whenCardMoved(standing, event.status);
    case 'expiry':
      return whenExpired(standing, event.at);
  }
}

function whenDetected(standing: Standing, startedAt: number): Advance {
  const newer = startedAt > standing.asOf;
  switch (standing.status) {
    case 'identified':
    case 'in_progress':
      return stays('It was seen again.');
    case 'awaiting_validation':
      return newer ? moves('identified', 'Validation failed: a newer scan still sees it.') : stays(tooOld);
    case 'fixed':
      return newer ? moves('identified', 'It reappeared: a newer scan sees it again.') : stays(tooOld);
    case 'risk_accepted':
      return stays('It was seen again; its risk is accepted.');
    case 'false_positive':
      return stays('It was seen again; it is a false positive.');
  }
}

function whenAbsent(standing: Standing, startedAt: number): Advance {
  const newer = startedAt > standing.asOf;
  switch (standing.status) {
    case 'identified':
    case 'in_progress':
      return moves('fixed', 'No scope that ever saw it sees it any more.');
    case 'awaiting_validation':
      return newer ? moves('fixed', 'The fix is validated: a newer scan does not see it.') : stays(tooOld);
    case 'risk_accepted':
      return newer ? moves('fixed', 'No scope that ever saw it sees it any more.') : stays(tooOld);
    case 'fixed':
      return stays('It is fixed already.');
    case 'false_positive':
      return stays('It is a false positive, whether a scan sees it or not.');
  }
}

function whenDecided(standing: Standing, event: Extract<LifecycleEvent, { kind: 'person' }>): Advance {
  if (event.status === 'fixed') {
    return refused('Only a scan sets fixed. Choose awaiting validation; the next scan validates the fix.');
  }
  if (standing.status === 'fixed') {
    return refused('It is fixed. A scan or a retest that sees it again reopens it.');
  }
  if (isFinalDecision(event.status)) {
    return whenFinallyDecided(standing, { ...event, status: event.status });
  }
  if (event.expiresAt !== null) {
    return refused('Only an accepted risk can expire.');
  }
  if (isFinalDecision(standing.status) && event.status !== 'identified') {
    return refused(`It is decided (${words(standing.status)}). Reopen it first: set it to identified.`);
  }
  return event.status === standing.status
    ? stays(`It is ${words(event.status)} already.`)
    : moves(event.status, isFinalDecision(standing.status) ? 'Reopened.' : 'Decided by a person.');
}

function whenFinallyDecided(
  standing: Standing,
  event: { readonly status: FinalDecision; readonly at: number; readonly reason: string | null; readonly expiresAt: number | null },
): Advance {
  if (event.reason === null || event.reason.trim() === '') {
    return refused(`A reason is needed for ${words(event.status)}.`);
  }
  if (event.status === 'false_positive' && event.expiresAt !== null) {
    return refused('Only an accepted risk can expire.');
  }
  if (event.expiresAt !== null && event.expiresAt <= event.at) {
    return refused('The end of an accepted risk must lie in the future.');
  }
  if (isFinalDecision(standing.status) && standing.status !== event.status) {
    return refused(`It is decided (${words(standing.status)}). Reopen it first: set it to identified.`);
  }
  return moves(event.status, standing.status === event.status ? 'Decided anew by a person.' : 'Decided by a person.');
}

function whenCardMoved(standing: Standing, status: Status): Advance {
  if (!isWorking(standing.status)) {
    return standing.status === status
      ? stays('The card and the vulnerability agree.')
      : { kind: 'drift', because: `It is ${words(standing.status)}: a card does not undo that.` };
  }
  // A card never validates a fix: what the board calls fixed is a claim.
  const claimed = status === 'fixed' ? 'awaiting_validation' : status;
  return claimed === standing.status
    ? stays('The card moved between two states of the same status.')
    : moves(claimed, status === 'fixed' ? 'The card says fixed; a scan has to validate it.' : 'The card was moved.');
}

function whenExpired(standing: Standing, at: number): Advance {
  if (standing.status !== 'risk_accepted' || standing.acceptedUntil === null) {
    return stays('There is no acceptance that could expire.');
  }
  return standing.acceptedUntil <= at
    ? moves('identified', 'The accepted risk expired.')
    : stays('The accepted risk has not expired yet.');
}

const tooOld = 'The scan started before the present status was set, so it decides nothing.';

function moves(to: Status, because: string): Advance {
  return { kind: 'moves', to, because };
}

function stays(because: string): Advance {
  return { kind: 'stays', because };
}

function refused(because: string): Advance {
  return { kind: 'refused', because };
}

function words(status: Status): string {
  return status.replaceAll('_', ' ');
}

/** Statuses that a scan which sees it again may change, as the table above has it. */
export const movedBySighting: readonly Status[] = statuses.filter(
  (status) => advance({ status, asOf: Number.NEGATIVE_INFINITY, acceptedUntil: null }, { kind: 'detected', startedAt: 0 }).kind === 'moves',
);
