/** What a scan of one scope would close, and what it rests on. */
export interface ScopeOutcome {
  /** Findings in this scan of the scope. */
  readonly findings: number;
  /** Findings in the last complete scan of the scope; null: there was none. */
  readonly findingsBefore: number | null;
  /** Vulnerabilities of the scope that count as detected now. */
  readonly open: number;
  /** Of these, how many this scan did not see. */
  readonly missing: number;
}

export const closuresAtOnceMin = 10;

/** Why a closure is held for a person; null: it is not suspicious. */
export function suspicion(outcome: ScopeOutcome): string | null {
  if (outcome.missing === 0) {
    return null;
  }
  if (outcome.findings === 0 && (outcome.findingsBefore ?? 0) > 0) {
    return `The scan has no finding at all; the one before had ${outcome.findingsBefore}.`;
  }
  if (outcome.missing >= closuresAtOnceMin && outcome.missing * 2 > outcome.open) {
    return `It would close ${outcome.missing} of the ${outcome.open} open vulnerabilities of its scope at once.`;
  }
  return null;
}

export interface ScanFacts {
  readonly outcome: 'succeeded' | 'failed';
  readonly coverage: 'complete' | 'partial';
  readonly defaultBranch: boolean;
  /** The scope was scanned completely before. */
  readonly scopeKnown: boolean;
}

export const firstOfScope = 'The first scan of a scope closes nothing.';

/** Why a scan is no evidence of absence; null: it is. */
export function whyNoEvidenceOfAbsence(scan: ScanFacts): string | null {
  if (scan.outcome === 'failed') {
    return 'A failed scan closes nothing.';
  }
  if (scan.coverage === 'partial') {
    return 'A partial scan closes nothing.';
  }
  if (!scan.defaultBranch) {
    return 'Closing is decided on the default branch alone.';
  }
  return scan.scopeKnown ? null : firstOfScope;
}
