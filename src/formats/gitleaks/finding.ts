import type { Finding } from '../../core/matching/finding.ts';
import type { Loose } from '../kit/loose.ts';
import { countOf, given, listOf, textOf } from '../kit/loose.ts';
import { normalPath } from '../kit/path.ts';
import { digestOfSecret, withoutSecrets } from '../kit/secrets.ts';
import { titleOf } from '../kit/text.ts';

/** Keys with which somebody spends our money or reads all our data. */
const gravest = /^(?:aws|gcp|azure|alibaba|digitalocean|private-key|stripe|github|gitlab)/u;

/**
 * One leak. The same secret in many commits is one secret: commit, author and date are no identity, and the tool's own
 * fingerprint is made of commit and line. What is written down of the secret is a keyed digest.
 */
export function findingOf(leak: Loose, digestKey: Uint8Array): Finding {
  const ruleId = textOf(leak['RuleID']) ?? 'unnamed';
  const secret = textOf(leak['Secret']);
  const match = textOf(leak['Match']);
  const digest = secret === undefined ? undefined : digestOfSecret(secret, digestKey);
  const tags = listOf(leak['Tags']).flatMap((tag) => textOf(tag) ?? []);
  const finding: Finding = {
    kind: 'secret',
    ruleId,
    title: titleOf(textOf(leak['Description']), ruleId),
    description: textOf(leak['Description']) ?? '',
    severity: gravest.test(ruleId) ? 'critical' : 'high',
    cwe: [798],
    cve: [],
    advisories: [],
    location: given({
      kind: 'file',
      path: normalPath(textOf(leak['File']) ?? ''),
      startLine: countOf(leak['StartLine']),
      endLine: countOf(leak['EndLine']),
      startColumn: countOf(leak['StartColumn']),
      endColumn: countOf(leak['EndColumn']),
    } as const),
    snippet: match,
    fingerprints: {},
    discriminators: digest === undefined ? undefined : [digest],
    remediation: 'Revoke the secret, then remove it from the code and its history.',
    attributes: given({
      commit: textOf(leak['Commit'])?.slice(0, 64) ?? 'uncommitted',
      ...(tags.length === 0 ? {} : { tags: tags.slice(0, 20).join(', ') }),
    }),
  };
  return withoutSecrets(finding, [secret, secret === undefined ? match : undefined]);
}
