import { sql } from 'kysely';
import type { Transaction } from './open.ts';
import { wakeLinks } from './links.ts';

/**
 * Recomputes the due dates of the next open vulnerabilities after one, as the setting says now; cards that carry them are
 * told. Answers where to go on; null: that was the last of them.
 */
export async function recomputeDueDates(tx: Transaction, after: string, limit: number): Promise<string | null> {
  const looked = await sql<{ id: string; moved: boolean }>`
    with looked as (
      select id, due_at as before, due_at_of(severity, open_since) as wanted from vulnerabilities
      where id > ${after}::bigint and status in ('identified', 'in_progress', 'awaiting_validation')
      order by id limit ${limit} for no key update
    ), moved as (
      update vulnerabilities v set due_at = looked.wanted, version = v.version + 1
      from looked where v.id = looked.id and looked.wanted is distinct from looked.before
      returning v.id
    )
    select looked.id, moved.id is not null as moved from looked left join moved on moved.id = looked.id order by looked.id
  `.execute(tx);
  const moved = looked.rows.filter((row) => row.moved).map((row) => row.id);
  const carried = await sql<{ id: string }>`
    select v.id from vulnerabilities v
    where v.id = any (${moved}::bigint[]) and exists (
      select 1 from links l join configurations c on c.id = l.configuration_id where l.vulnerability_id = v.id and c.due_dates
    )
  `.execute(tx);
  await wakeLinks(tx, carried.rows.map((row) => row.id), 'The due date changed.', null);
  return looked.rows.length < limit ? null : (looked.rows.at(-1)?.id ?? null);
}
