import { Cron } from 'croner';

export type CronCheck = { readonly kind: 'fine' } | { readonly kind: 'refused'; readonly because: string };

/** Five fields (minute to day of week), in a time zone of the IANA database. Nothing more often than each minute. */
export function checkCron(expression: string, timeZone: string): CronCheck {
  if (expression.trim().split(/\s+/u).length !== 5) {
    return { kind: 'refused', because: 'Give five fields: minute, hour, day of month, month, day of week. For example 0 3 * * 1-5.' };
  }
  try {
    const next = cronOf(expression, timeZone).nextRun();
    return next === null ? { kind: 'refused', because: 'This never comes.' } : { kind: 'fine' };
  } catch (error) {
    return { kind: 'refused', because: `${expression} in ${timeZone}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The first time after a moment; null: it never comes. Hours that a clock change skips or repeats run once. */
export function nextTime(expression: string, timeZone: string, after: Date): Date | null {
  return cronOf(expression, timeZone).nextRun(after);
}

function cronOf(expression: string, timezone: string): Cron {
  return new Cron(expression, { timezone, paused: true, mode: '5-part' });
}
