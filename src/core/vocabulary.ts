/** The glossary's closed lists. Every room uses these words and no others. */

export const statuses = [
  'identified',
  'in_progress',
  'awaiting_validation',
  'fixed',
  'risk_accepted',
  'false_positive',
] as const;
export type Status = (typeof statuses)[number];

/** Statuses in which somebody may still have work to do. */
export const workingStatuses = ['identified', 'in_progress', 'awaiting_validation'] as const satisfies readonly Status[];
export type WorkingStatus = (typeof workingStatuses)[number];

/** Decisions of a person which neither a scan that sees it again nor a card undoes. */
export const finalDecisions = ['risk_accepted', 'false_positive'] as const satisfies readonly Status[];
export type FinalDecision = (typeof finalDecisions)[number];

/** Most severe first. */
export const severities = ['critical', 'high', 'medium', 'low', 'informational'] as const;
export type Severity = (typeof severities)[number];

export const triggers = ['ci', 'scheduled', 'manual'] as const;
export type Trigger = (typeof triggers)[number];

export const coverages = ['complete', 'partial'] as const;
export type Coverage = (typeof coverages)[number];

export const detectionStates = ['detected', 'not_detected', 'unknown'] as const;
export type DetectionState = (typeof detectionStates)[number];

export const roles = ['administrator', 'analyst', 'developer', 'viewer'] as const;
export type Role = (typeof roles)[number];

export const linkStates = ['pending', 'linked', 'lost', 'inaccessible', 'held', 'detached', 'duplicated'] as const;
export type LinkState = (typeof linkStates)[number];

/** 0 is the most severe; for ordering and thresholds. */
export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}

export function isAtLeast(severity: Severity, minimum: Severity): boolean {
  return severityRank(severity) <= severityRank(minimum);
}

export function isWorking(status: Status): status is WorkingStatus {
  return (workingStatuses as readonly Status[]).includes(status);
}

export function isFinalDecision(status: Status): status is FinalDecision {
  return (finalDecisions as readonly Status[]).includes(status);
}
