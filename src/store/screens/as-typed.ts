import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';

/** A pattern that finds the text anywhere, whatever is in it. */
export function likeOf(q: string): string {
  return `%${q.replaceAll(/[\\%_]/gu, String.raw`\$&`)}%`;
}

/** What is no id at all is the id of nothing. */
export function uuidOf(id: string): RawBuilder<unknown> {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(id) ? sql`${id}::uuid` : sql`null::uuid`;
}

export function numberOf(id: string): RawBuilder<unknown> {
  return /^\d{1,18}$/u.test(id) ? sql`${id}::bigint` : sql`null::bigint`;
}
