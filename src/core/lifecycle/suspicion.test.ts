import { expect, test } from 'vitest';
import { closuresAtOnceMin, suspicion, whyNoEvidenceOfAbsence } from './closure.ts';

test('why a closure is held is said with its figures', () => {
  expect(closuresAtOnceMin).toBe(10);
  expect(suspicion({ findings: 0, findingsBefore: 3, open: 3, missing: 3 })).toBe('The scan has no finding at all; the one before had 3.');
  expect(suspicion({ findings: 0, findingsBefore: null, open: 30, missing: 9 })).toBeNull();
  expect(suspicion({ findings: 1, findingsBefore: 30, open: 19, missing: 10 })).toBe('It would close 10 of the 19 open vulnerabilities of its scope at once.');
  expect(suspicion({ findings: 1, findingsBefore: 30, open: 20, missing: 10 })).toBeNull();
  expect(suspicion({ findings: 1, findingsBefore: 30, open: 9, missing: 9 })).toBeNull();
});

test('why a scan is no evidence of absence is said in words', () => {
  const good = { outcome: 'succeeded', coverage: 'complete', defaultBranch: true, scopeKnown: true } as const;

  expect(whyNoEvidenceOfAbsence(good)).toBeNull();
  expect(whyNoEvidenceOfAbsence({ ...good, outcome: 'failed' })).toBe('A failed scan closes nothing.');
  expect(whyNoEvidenceOfAbsence({ ...good, coverage: 'partial' })).toBe('A partial scan closes nothing.');
  expect(whyNoEvidenceOfAbsence({ ...good, defaultBranch: false })).toBe('Closing is decided on the default branch alone.');
  expect(whyNoEvidenceOfAbsence({ ...good, scopeKnown: false })).toBe('The first scan of a scope closes nothing.');
});
