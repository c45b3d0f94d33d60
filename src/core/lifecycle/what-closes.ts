import type { DetectionState, Status } from '../vocabulary.ts';

/** One scope that ever detected a vulnerability. */
export interface ScopeStanding {
  readonly state: DetectionState;
  readonly onDefaultBranch: boolean;
  readonly retired: boolean;
  /** Of things entered by hand: only a retest speaks for them. */
  readonly byHand: boolean;
  readonly lastSeenAt: number;
  readonly missedAt: number | null;
  /** Its last complete scan. */
  readonly lastCompleteAt: number | null;
  /** Its last scan of any kind. */
  readonly lastScanAt: number | null;
  /** A closure that names this vulnerability waits for a person. */
  readonly held: boolean;
}

export type ScopeNeeds = 'nothing' | 'approval' | 'retest' | 'complete_scan';

export interface ScopeAnswer {
  readonly needs: ScopeNeeds;
  readonly because: string;
}

/** What one scope still has to say before the vulnerability can be fixed. */
export function whatScopeNeeds(scope: ScopeStanding): ScopeAnswer {
  if (scope.retired) {
    return { needs: 'nothing', because: 'The scope is retired: nothing waits for it.' };
  }
  if (!scope.onDefaultBranch) {
    return { needs: 'nothing', because: 'Closing is decided on the default branch alone.' };
  }
  if (scope.held) {
    return { needs: 'approval', because: 'A scan did not see it, and the closure is held: approve or reject it.' };
  }
  if (scope.state === 'not_detected') {
    return { needs: 'nothing', because: 'A complete scan did not see it any more.' };
  }
  if (scope.byHand) {
    return { needs: 'retest', because: 'It was entered by hand: a retest that does not find it.' };
  }
  return { needs: 'complete_scan', because: whatIsMissing(scope) };
}

function whatIsMissing({ lastSeenAt, lastCompleteAt, lastScanAt }: ScopeStanding): string {
  if (lastCompleteAt === null) {
    return 'The scope was never scanned completely: a complete scan that does not see it.';
  }
  if ((lastScanAt ?? 0) > lastCompleteAt) {
    return 'Its latest scan was partial or failed, and closes nothing: a complete scan that does not see it.';
  }
  return lastCompleteAt > lastSeenAt
    ? 'Its last complete scan decided nothing about it: a newer one that does not see it.'
    : 'Its last complete scan saw it: a newer one that does not see it.';
}

export interface WhatCloses {
  readonly by: 'closed' | 'decided' | 'scans' | 'approval' | 'retest' | 'next_scan';
  readonly because: string;
}

/** What would make a vulnerability fixed, over all its scopes. Never a card, and never a person alone. */
export function whatCloses(status: Status, scopes: readonly ScopeAnswer[]): WhatCloses {
  if (status === 'fixed') {
    return { by: 'closed', because: 'It is fixed: every scope that ever detected it was covered since and did not see it.' };
  }
  if (status === 'false_positive') {
    return { by: 'decided', because: 'It is a false positive: no scan changes that. Reopen it first.' };
  }
  const open = scopes.filter(({ needs }) => needs !== 'nothing');
  if (open.length === 0) {
    return { by: 'next_scan', because: 'No scope sees it any more: the next complete scan of any of them, or a retest, closes it.' };
  }
  if (open.every(({ needs }) => needs === 'approval')) {
    return { by: 'approval', because: 'A person who approves the held closure.' };
  }
  if (open.every(({ needs }) => needs === 'retest')) {
    return { by: 'retest', because: 'A retest that does not find it.' };
  }
  const count = open.length === 1 ? 'one scope' : `${open.length} scopes`;
  return { by: 'scans', because: `Complete scans of ${count} that do not see it, or a retest that does not find it.` };
}
