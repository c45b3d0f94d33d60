import { describe, expect, test } from 'vitest';
import type { ScopeStanding } from './what-closes.ts';
import { whatCloses, whatScopeNeeds } from './what-closes.ts';

const seen: ScopeStanding = { state: 'detected', onDefaultBranch: true, retired: false, byHand: false, lastSeenAt: 10, missedAt: null, lastCompleteAt: 10, lastScanAt: 10, held: false };

describe('what a scope still has to say', () => {
  test.each([
    ['that saw it last', seen, 'complete_scan', 'saw it'],
    ['that was never scanned completely', { ...seen, lastCompleteAt: null }, 'complete_scan', 'never scanned completely'],
    ['whose latest scan was partial', { ...seen, lastScanAt: 20 }, 'complete_scan', 'partial or failed'],
    ['of which no scan is known but the complete one', { ...seen, lastScanAt: null }, 'complete_scan', 'saw it'],
    ['whose later scan decided nothing', { ...seen, lastCompleteAt: 20, lastScanAt: 20 }, 'complete_scan', 'decided nothing'],
    ['that does not see it any more', { ...seen, state: 'not_detected', missedAt: 20 }, 'nothing', 'did not see it'],
    ['whose closure is held', { ...seen, held: true }, 'approval', 'held'],
    ['that was entered by hand', { ...seen, byHand: true }, 'retest', 'by hand'],
    ['of another branch', { ...seen, onDefaultBranch: false }, 'nothing', 'default branch'],
    ['that is retired', { ...seen, retired: true }, 'nothing', 'retired'],
  ] as const)('%s', (_which, scope, needs, words) => {
    const answer = whatScopeNeeds(scope);

    expect(answer.needs).toBe(needs);
    expect(answer.because).toContain(words);
  });
});

describe('what would close it', () => {
  const scan = seen;
  const done = { ...seen, state: 'not_detected' } as const;
  const held = { ...seen, held: true };
  const hand = { ...seen, byHand: true };

  test.each([
    ['every scope that still sees it', 'identified', [scan, done, scan], 'scans', '2 scopes'],
    ['the one scope that still sees it', 'awaiting_validation', [scan, done], 'scans', 'one scope'],
    ['an approval, where only that is missing', 'identified', [held, done], 'approval', 'approves'],
    ['a scan beside an approval', 'identified', [held, scan], 'scans', '2 scopes'],
    ['a scan beside a retest', 'identified', [hand, scan], 'scans', '2 scopes'],
    ['a retest of what was entered by hand', 'in_progress', [hand], 'retest', 'retest'],
    ['any scan, where no scope sees it', 'identified', [done], 'next_scan', 'next complete scan'],
    ['nothing more, if it is fixed', 'fixed', [done], 'closed', 'is fixed'],
    ['nothing, if it is a false positive', 'false_positive', [scan], 'decided', 'no scan'],
    ['a scan, even if the risk is accepted', 'risk_accepted', [scan], 'scans', 'one scope'],
  ] as const)('%s', (_which, status, scopes, by, words) => {
    const answer = whatCloses(status, scopes.map(whatScopeNeeds));

    expect(answer.by).toBe(by);
    expect(answer.because).toContain(words);
  });
});
