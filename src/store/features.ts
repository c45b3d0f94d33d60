import { sql } from 'kysely';
import type { Features } from '../core/matching/features.ts';
import type { Transaction } from './open.ts';

export interface StaleFeatures {
  readonly vulnerability: string;
  /** Of a version that may have had other fields. */
  readonly features: Partial<Features>;
  /** The finding as it was read then; null: entered by hand. */
  readonly raw: unknown;
  readonly rule_id: string | null;
  readonly description: string;
  readonly location: unknown;
  readonly snippet: string | null;
  readonly advisories: readonly string[];
}

/** Scopes of an asset whose features an older version of the matching made. */
export async function staleScopes(tx: Transaction, assetId: string, version: number): Promise<readonly string[]> {
  const rows = await sql<{ id: string }>`
    select id from scopes where asset_id = ${assetId}::uuid and feature_version < ${version} order by id
  `.execute(tx);
  return rows.rows.map((row) => row.id);
}

/** The next ones of a scope after a vulnerability, each with what it was last seen as. */
export async function staleFeatures(tx: Transaction, scopeId: string, after: string, most: number): Promise<readonly StaleFeatures[]> {
  const rows = await sql<StaleFeatures>`
    select d.vulnerability_id::text as vulnerability, d.features, f.raw, v.rule_id, v.description, v.location, v.snippet, v.advisories
    from detections d
    join vulnerabilities v on v.id = d.vulnerability_id
    left join lateral (
      select raw from findings f
      where f.vulnerability_id = d.vulnerability_id and f.scan_id = d.last_seen_scan_id
      order by f.ordinal limit 1
    ) f on true
    where d.scope_id = ${scopeId}::uuid and d.vulnerability_id > ${after}::bigint
    order by d.vulnerability_id
    limit ${most}
  `.execute(tx);
  return rows.rows;
}

export async function writeFeatures(
  tx: Transaction,
  scopeId: string,
  made: readonly { readonly vulnerability: string; readonly features: Features }[],
): Promise<void> {
  await sql`
    update detections d set features = m.features, feature_version = (m.features ->> 'version')::integer
    from jsonb_to_recordset(${JSON.stringify(made)}::jsonb) as m (vulnerability bigint, features jsonb)
    where d.scope_id = ${scopeId}::uuid and d.vulnerability_id = m.vulnerability
  `.execute(tx);
}

export async function noteFeatureVersion(tx: Transaction, scopeId: string, version: number): Promise<void> {
  await sql`update scopes set feature_version = ${version} where id = ${scopeId}::uuid`.execute(tx);
}
