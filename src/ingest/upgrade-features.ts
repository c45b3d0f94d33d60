import { candidateKeys } from '../core/matching/candidate-keys.ts';
import type { Features } from '../core/matching/features.ts';
import { featureVersion, featuresOf } from '../core/matching/features.ts';
import type { Finding, Location } from '../core/matching/finding.ts';
import type { StaleFeatures } from '../store/features.ts';
import { noteFeatureVersion, staleFeatures, staleScopes, writeFeatures } from '../store/features.ts';
import type { Transaction } from '../store/open.ts';
import { addKeys, forgetKeys } from '../store/scope-memory.ts';

const batchRows = 2_000;

/**
 * What an older version of the matching remembered of an asset is made again from the evidence, before anything is matched
 * with it. No vulnerability, status or detection changes: a new version of the matching closes and creates nothing.
 */
export async function upgradeFeatures(tx: Transaction, assetId: string): Promise<number> {
  let upgraded = 0;
  for (const scopeId of await staleScopes(tx, assetId, featureVersion)) {
    await forgetKeys(tx, scopeId);
    let after = '0';
    for (;;) {
      const rows = await staleFeatures(tx, scopeId, after, batchRows);
      const made = rows.map((row) => ({ vulnerability: row.vulnerability, features: remade(row) }));
      await writeFeatures(tx, scopeId, made);
      await addKeys(tx, scopeId, made.map(({ vulnerability, features }) => ({ vulnerability, keys: candidateKeys(features) })));
      upgraded += rows.length;
      after = rows.at(-1)?.vulnerability ?? after;
      if (rows.length < batchRows) {
        break;
      }
    }
    await noteFeatureVersion(tx, scopeId, featureVersion);
  }
  return upgraded;
}

function remade(row: StaleFeatures): Features {
  if (row.raw !== null) {
    return featuresOf(row.raw as Finding);
  }
  // Entered by hand, or its evidence was removed: what the vulnerability says has to do.
  const before = JSON.parse(row.features) as Partial<Features>;
  const { rule_id: ruleId, description, location, snippet, advisories } = row;
  const finding: Finding = {
    kind: 'manual',
    ruleId: ruleId ?? before.rule ?? '',
    title: '',
    description,
    severity: 'informational',
    cwe: [],
    cve: [],
    advisories,
    location: location as Location,
    snippet: snippet ?? undefined,
    fingerprints: {},
  };
  return { ...featuresOf(finding), extra: before.extra ?? '' };
}
