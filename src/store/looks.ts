import { sql } from 'kysely';
import type { Transaction } from './open.ts';

export interface KnownLook {
  /** Which of the places asked for. */
  readonly nth: number;
  readonly vulnerability: string;
  /** 0: it has to be compared by more than its digest. */
  readonly look: number;
}

/**
 * What a scope detects at some places, each with the digest of how it was seen last. What a newer scan has seen, and what
 * shows nothing yet that the scan has to show, has none. Step by step through the keys (lateral, bounded): the tables may have grown a
 * thousandfold since they were last counted, and a plan for few rows would take hours.
 */
export async function knownLooks(
  tx: Transaction,
  scope: { readonly scopeId: string; readonly startedAt: Date; readonly defaultBranch: boolean },
  placeKeys: readonly string[],
): Promise<readonly KnownLook[]> {
  if (placeKeys.length === 0) {
    return [];
  }
  const rows = await sql<{ nth: number; vulnerability: string; look: string }>`
    select p.nth::integer - 1 as nth, m.vulnerability_id as vulnerability,
      case when d.last_seen_at <= ${scope.startedAt.toISOString()}::timestamptz and (s.content <> '' or not ${scope.defaultBranch}) then s.look else 0 end as look
    from unnest(${[...placeKeys]}::text[]) with ordinality as p (key, nth)
    cross join lateral (
      select vulnerability_id from match_keys where scope_id = ${scope.scopeId}::uuid and key = hashtextextended(p.key, 0) offset 0
    ) m
    cross join lateral (
      select look, content from scope_memory where scope_id = ${scope.scopeId}::uuid and vulnerability_id = m.vulnerability_id limit 1
    ) s
    cross join lateral (
      select state, last_seen_at from detections where vulnerability_id = m.vulnerability_id and scope_id = ${scope.scopeId}::uuid limit 1
    ) d
    where d.state = 'detected'
  `.execute(tx);
  return rows.rows.map((row) => ({ ...row, look: Number(row.look) }));
}
