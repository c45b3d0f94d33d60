import type { TrackerFault } from '../contracts/tracker.ts';
import type { Attempt, SessionRecord } from './ports.ts';

/** A try that worked, for Sync activity. */
export function attemptOf(done: {
  readonly act: Attempt['act'];
  readonly record: SessionRecord;
  readonly detail: Readonly<Record<string, unknown>>;
  /** What came of it otherwise than expected. */
  readonly notice?: string | undefined;
}): Attempt {
  return {
    act: done.act,
    fault: null,
    errorClass: null,
    message: done.notice ?? null,
    hint: null,
    exchanges: [...done.record.exchanges],
    detail: done.detail,
  };
}

/** A try that failed, with the tracker's own words and how to mend it. */
export function faultAttempt(act: Attempt['act'], fault: TrackerFault, record: SessionRecord): Attempt {
  const { errorClass, trackerMessage, hint, trackerCode, httpStatus, fields } = fault.detail;
  return {
    act,
    fault: fault.kind,
    errorClass,
    message: trackerMessage ?? fault.message,
    hint: hint ?? hints[errorClass],
    exchanges: [...record.exchanges],
    detail: { what: fault.message, trackerCode, httpStatus, fields },
  };
}

const hints: Readonly<Record<TrackerFault['detail']['errorClass'], string>> = {
  auth: 'Log in again or renew the credentials on the connection’s page; everything that waits then resumes in order.',
  permission: 'Give the integration’s account access to this card and its board, then retry.',
  not_found: 'The card or its place cannot be seen. Look at it in the tracker; then re-create, link another, or detach.',
  validation: 'The tracker refuses a value. Mend the configuration or the field that it names, then retry.',
  workflow: 'The board does not allow this move now (a limit, a rule, a missing transition). It is tried again later.',
  conflict: 'The card changed meanwhile. It is read again by itself.',
  throttled: 'The tracker asks for a pause. It is tried again by itself.',
  unavailable: 'The tracker does not answer as it should. It is tried again by itself.',
  timeout: 'The answer was lost. The card is looked for before anything is sent again.',
  bug: 'This is a fault of Patchboard: please report it with the diagnostics bundle.',
};
