import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';

/*
 * Long lists as parameters. The driver takes a list apart element by element, each through two replacements, which for tens of
 * thousands costs more than the statement.
 */

/** Numbers, ids of vulnerabilities or truths, as the text of an array: to be cast (`${listed(ids)}::bigint[]`). */
export function listed(values: readonly (number | string | boolean)[]): string {
  return `{${values.join(',')}}`;
}

/** Texts without line breaks (JSON, keys, digests), empty ones among them, as a `text[]`. */
export function lined(texts: readonly string[]): RawBuilder<string[]> {
  return sql`(string_to_array(${`${texts.join('\n')}\n`}, chr(10)))[1:${texts.length}::integer]`;
}
