import { sql } from 'kysely';
import type { Connection } from './open.ts';

/** What a person says beside the timeline; it changes nothing. */
export async function insertComment(
  db: Connection,
  comment: { readonly vulnerabilityId: string; readonly by: string; readonly text: string; readonly correlationId: string },
): Promise<string> {
  const rows = await sql<{ id: string }>`
    insert into timeline (id, vulnerability_id, at, kind, actor_kind, actor_name, cause_kind, note, correlation_id)
    values (gen_random_uuid(), ${comment.vulnerabilityId}::bigint, clock_timestamp(), 'comment', 'person', ${comment.by}, 'person',
      ${comment.text}, ${comment.correlationId})
    returning id
  `.execute(db);
  return rows.rows[0]?.id ?? '';
}
