import { chosenLanguage, words } from '../words/words.ts';

const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

// Made once: each costs more than a thousand uses of it.
const relative = new Intl.RelativeTimeFormat(chosenLanguage(), { numeric: 'auto' });
const exact = new Intl.DateTimeFormat(chosenLanguage(), { dateStyle: 'medium', timeStyle: 'long' });

/** "3 hours ago". */
export function ago(time: string, now = Date.now()): string {
  const seconds = Math.round((Date.parse(time) - now) / 1000);
  const unit = units.find(([, length]) => Math.abs(seconds) >= length);
  return unit === undefined ? words.when.justNow : relative.format(Math.round(seconds / unit[1]), unit[0]);
}

export function exactly(time: string): string {
  return exact.format(new Date(time));
}

export function day(time: string): string {
  return new Date(time).toLocaleDateString(chosenLanguage(), { dateStyle: 'medium' });
}

/** The time of day, with the day where it is another one. */
export function clock(time: string, now = Date.now()): string {
  const at = new Date(time);
  const today = at.toDateString() === new Date(now).toDateString();
  return at.toLocaleString(chosenLanguage(), today ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' });
}
