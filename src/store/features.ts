import { sql } from 'kysely';
import type { Features } from '../core/matching/features.ts';
import { ofScan, withEvidence } from './findings.ts';
import { locationNow, snippetNow } from './moved-places.ts';
import type { Transaction } from './open.ts';

export interface StaleFeatures {
  readonly vulnerability: string;
  /** JSON of a version that may have had other fields. */
  readonly features: string;
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
    select m.vulnerability_id::text as vulnerability, m.features, f.raw, v.rule_id, v.description, ${locationNow} as location, ${snippetNow} as snippet, v.advisories
    from scope_memory m
    join vulnerabilities v on v.id = m.vulnerability_id
    left join detections d on d.scope_id = m.scope_id and d.vulnerability_id = m.vulnerability_id
    left join lateral (
      select f.raw from occurrences o
      ${withEvidence}
      where ${ofScan(sql`m.vulnerability_id`, sql`d.last_seen_scan_id`)}
      order by o.ordinal limit 1
    ) f on true
    where m.scope_id = ${scopeId}::uuid and m.vulnerability_id > ${after}::bigint
    order by m.vulnerability_id
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
    update scope_memory s set features = m.features
    from unnest(${made.map((one) => one.vulnerability)}::bigint[], ${made.map((one) => JSON.stringify(one.features))}::text[]) as m (vulnerability, features)
    where s.scope_id = ${scopeId}::uuid and s.vulnerability_id = m.vulnerability
  `.execute(tx);
}

export async function noteFeatureVersion(tx: Transaction, scopeId: string, version: number): Promise<void> {
  await sql`update scopes set feature_version = ${version} where id = ${scopeId}::uuid`.execute(tx);
}
