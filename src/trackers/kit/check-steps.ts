import type { CheckStep, Problem } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';

/** What one step of "Check connection" found. */
export type CheckResult = Pick<CheckStep, 'outcome' | 'message' | 'hint'>;

export function ok(message: string): CheckResult {
  return { outcome: 'ok', message };
}

export function failed({ message, hint }: Pick<Problem, 'message' | 'hint'>): CheckResult {
  return { outcome: 'failed', message, ...(hint === undefined ? {} : { hint }) };
}

/** A fault of the tracker is what the step found; anything else is a bug and goes on. */
export async function attempt(name: string, act: () => Promise<CheckResult>): Promise<CheckStep> {
  try {
    return { name, ...(await act()) };
  } catch (fault) {
    return { name, outcome: 'failed', ...faultWords(fault) };
  }
}

/** Shorter ones are codes and scraps, and ours say more. */
const wordsLeast = 11;

/** The tracker's own words where it has any, with our hint. Throws what is no fault of a tracker. */
export function faultWords(fault: unknown): { readonly message: string; readonly hint?: string } {
  if (!(fault instanceof TrackerFault)) {
    throw fault;
  }
  const { trackerMessage = '', hint } = fault.detail;
  return { message: trackerMessage.length < wordsLeast ? fault.message : trackerMessage, ...(hint === undefined ? {} : { hint }) };
}
