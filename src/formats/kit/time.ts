import { textOf } from './loose.ts';

/** A time that says its offset, as RFC 3339 in UTC; anything else is none: we do not guess a scanner's time zone. */
export function timeOf(value: unknown): string | undefined {
  const text = textOf(value)?.trim();
  if (
    text === undefined ||
    !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?(?:Z|[+-]\d\d:?\d\d)$/u.test(text)
  ) {
    return undefined;
  }
  const time = new Date(
    text
      .replace(' ', 'T')
      .replace(/\s/u, '')
      .replace(/([+-]\d\d)(\d\d)$/u, '$1:$2'),
  );
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
