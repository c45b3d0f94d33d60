import { describe, expect, test } from 'vitest';
import { suspicion, whyNoEvidenceOfAbsence } from './closure.ts';

const good = { outcome: 'succeeded', coverage: 'complete', defaultBranch: true, scopeKnown: true } as const;

describe('a scan is evidence of absence', () => {
  test('if it succeeded, was complete, on the default branch, of a scope that was scanned before', () => {
    expect(whyNoEvidenceOfAbsence(good)).toBeNull();
  });

  test.each([
    ['failed', { outcome: 'failed' }],
    ['partial', { coverage: 'partial' }],
    ['of another branch', { defaultBranch: false }],
    ['the first of its scope', { scopeKnown: false }],
  ] as const)('not if it is %s', (_name, change) => {
    expect(whyNoEvidenceOfAbsence({ ...good, ...change })).not.toBeNull();
  });
});

describe('a closure is held', () => {
  test('when a scan has no finding at all where the last had some', () => {
    expect(suspicion({ findings: 0, findingsBefore: 3, open: 3, missing: 3 })).not.toBeNull();
    expect(suspicion({ findings: 0, findingsBefore: 0, open: 1, missing: 1 })).toBeNull();
  });

  test('when at least ten and more than half of the open ones would be closed', () => {
    expect(suspicion({ findings: 9, findingsBefore: 19, open: 19, missing: 10 })).not.toBeNull();
    expect(suspicion({ findings: 8, findingsBefore: 17, open: 17, missing: 9 })).toBeNull();
    expect(suspicion({ findings: 10, findingsBefore: 20, open: 20, missing: 10 })).toBeNull();
  });

  test('not when nothing is missing', () => {
    expect(suspicion({ findings: 0, findingsBefore: 5, open: 0, missing: 0 })).toBeNull();
  });
});
