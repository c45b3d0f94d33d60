import type { Finding } from '../../core/matching/finding.ts';
import { advisoryIds, cveIds, ghsaIds, webAddresses } from '../kit/identifiers.ts';
import type { Loose } from '../kit/loose.ts';
import { countOf, given, listOf, loose, textOf } from '../kit/loose.ts';
import { normalPath } from '../kit/path.ts';
import { severityOfWord } from '../kit/severity.ts';
import { titleOf } from '../kit/text.ts';

/** A check that failed; a skipped one was suppressed in the code. */
export function findingOf(check: Loose, skipped: boolean): Finding {
  const details = loose(check['vulnerability_details']);
  return textOf(details['package_name']) === undefined
    ? checkOf(check, skipped)
    : packageOf(check, details, skipped);
}

function checkOf(check: Loose, skipped: boolean): Finding {
  const id = textOf(check['check_id']) ?? 'unnamed';
  const secret = id.startsWith('CKV_SECRET_');
  const resource = textOf(check['resource']);
  const [start, end] = listOf(check['file_line_range']);
  const other = textOf(check['bc_check_id']);
  return {
    kind: secret ? 'secret' : 'configuration',
    ruleId: id,
    ruleAliases: other === undefined ? undefined : [other],
    title: titleOf(textOf(check['check_name']), id),
    description: textOf(check['description']) ?? textOf(check['check_name']) ?? '',
    severity: severityOfWord(check['severity']) ?? (secret ? 'high' : 'medium'),
    cwe: secret ? [798] : [],
    cve: [],
    advisories: [],
    location: given({
      kind: 'file',
      path: pathOf(check),
      startLine: countOf(start),
      endLine: countOf(end),
      symbol: secret ? undefined : resource,
    } as const),
    // What stands there is the secret or a part of it.
    snippet: secret ? undefined : codeOf(check),
    fingerprints: {},
    // Of a secret the resource is a bare hash of it, which can be guessed.
    discriminators: resource === undefined || secret ? undefined : [resource],
    remediation: secret ? 'Revoke the secret, then remove it from the code and its history.' : undefined,
    references: webAddresses(check['guideline']),
    attributes: given({ class: textOf(check['check_class']) ?? 'unknown' }),
    suppressed: skipped ? true : undefined,
  };
}

function packageOf(check: Loose, details: Loose, skipped: boolean): Finding {
  const id = textOf(details['id']) ?? textOf(check['check_id']) ?? 'unnamed';
  const name = textOf(details['package_name']) ?? '';
  const fixed = textOf(details['lowest_fixed_version']);
  const advisories = advisoryIds(...cveIds(id), ...ghsaIds(id));
  return {
    kind: 'dependency',
    ruleId: id,
    title: titleOf(`${id} in ${name}`),
    description: textOf(details['description']) ?? '',
    severity: severityOfWord(details['severity']) ?? severityOfWord(check['severity']) ?? 'medium',
    cwe: [],
    cve: cveIds(...advisories),
    advisories,
    location: given({
      kind: 'package',
      package: name,
      version: textOf(details['package_version']),
      path: pathOf(check),
      fixedVersion: fixed,
    } as const),
    fingerprints: {},
    remediation: fixed === undefined ? undefined : `Update ${name} to ${fixed}.`,
    references: webAddresses(details['link']),
    suppressed: skipped ? true : undefined,
  };
}

/** `file_path` begins with a slash that means the scanned folder; `repo_file_path` knows the repository's root. */
function pathOf(check: Loose): string {
  const path = textOf(check['repo_file_path']) ?? textOf(check['file_path']) ?? '';
  return normalPath(path.replace(/^\/+/u, ''));
}

function codeOf(check: Loose): string | undefined {
  const lines = listOf(check['code_block']).flatMap((one) =>
    Array.isArray(one) && typeof one[1] === 'string' ? [one[1]] : [],
  );
  return lines.length === 0 ? undefined : lines.slice(0, 50).join('').trimEnd();
}
