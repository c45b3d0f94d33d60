import { sql } from 'kysely';

/**
 * Where a vulnerability (`v`) stands now. Its own row says where it was found in its file, and what was last told of it otherwise; a
 * scan that saw it on another line since says so beside it (migration 0061).
 */
export const locationNow = sql`coalesce((select p.location from moved_places p where p.vulnerability_id = v.id), v.location)`;
/** It has one there only if it has one in its own row. */
export const snippetNow = sql`coalesce((select p.snippet from moved_places p where p.vulnerability_id = v.id), v.snippet)`;
