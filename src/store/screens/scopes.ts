import { sql } from 'kysely';
import type { Connection } from '../open.ts';

export interface ScopeRow {
  readonly id: string;
  readonly asset_id: string;
  readonly tool: string;
  readonly branch: string;
  readonly category: string;
  readonly last_scan_at: Date | null;
  readonly last_complete_at: Date | null;
  readonly last_findings: number | null;
  readonly stale: boolean;
}

/** A scope that was silent for so long vouches for nothing any more. */
export const staleDays = 30;
const scopesMax = 500;

/** What scans vouch for, the longest silent first. */
export async function listScopes(db: Connection, assetId: string | null): Promise<readonly ScopeRow[]> {
  const rows = await sql<ScopeRow>`
    select id, asset_id, tool, branch, category, last_scan_at, last_complete_at, last_findings,
      coalesce(last_complete_at < now() - make_interval(days => ${staleDays}), false) as stale
    from scopes
    where retired_at is null and (${assetId === null} or asset_id::text = ${assetId ?? ''})
    order by last_complete_at nulls first, id limit ${scopesMax}
  `.execute(db);
  return rows.rows;
}
