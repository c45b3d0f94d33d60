import type { Finding } from '../../core/matching/finding.ts';
import { advisoryIds, cveIds, cweNumbers, ghsaIds, webAddresses } from '../kit/identifiers.ts';
import type { Loose } from '../kit/loose.ts';
import { given, listOf, loose, textOf, textsOf } from '../kit/loose.ts';
import { packageName } from '../kit/purl.ts';
import { severityOfScore, severityOfWord } from '../kit/severity.ts';
import { titleOf } from '../kit/text.ts';

/**
 * npm 7 and later: one entry for each package that is vulnerable or needs one that is. Texts in `via` are the vulnerable
 * packages it needs, which have entries of their own; objects are advisories of the package itself.
 */
export function findingsOf(entry: Loose): readonly Finding[] {
  const name = textOf(entry['name']) ?? '';
  return listOf(entry['via'])
    .filter((one) => typeof one === 'object' && one !== null)
    .map(loose)
    .map((advisory) => {
      const url = textOf(advisory['url']);
      const ids = advisoryIds(...ghsaIds(url), ...cveIds(url));
      return findingOf(advisory, {
        ids,
        own: textOf(advisory['source']),
        name: textOf(advisory['dependency']) ?? textOf(advisory['name']) ?? name,
        fixed: fixedBy(entry['fixAvailable'], name),
        range: textOf(advisory['range']),
        score: loose(advisory['cvss'])['score'],
      });
    });
}

/** npm 6: one entry for each advisory. */
export function adviceOf(advisory: Loose): Finding {
  const url = textOf(advisory['url']);
  const own = textOf(advisory['github_advisory_id']);
  return findingOf(advisory, {
    ids: advisoryIds(...ghsaIds(own, url), ...cveIds(advisory['cves'])),
    own: textOf(advisory['id']),
    name: textOf(advisory['module_name']) ?? '',
    fixed: textOf(advisory['patched_versions']),
    range: textOf(advisory['vulnerable_versions']),
    score: loose(advisory['cvss'])['score'],
  });
}

interface Known {
  readonly ids: readonly string[];
  readonly own: string | undefined;
  readonly name: string;
  readonly fixed: string | undefined;
  readonly range: string | undefined;
  readonly score: unknown;
}

function findingOf(advisory: Loose, { ids, own, name, fixed, range, score }: Known): Finding {
  const version = textsOf(listOf(advisory['findings']).map((one) => loose(one)['version']))[0];
  const overview = textOf(advisory['overview']);
  return {
    kind: 'dependency',
    ruleId:
      ids.find((id) => id.startsWith('GHSA')) ?? ids[0] ?? (own === undefined ? 'unnamed' : `npm-${own}`),
    title: titleOf(textOf(advisory['title']), name),
    description: overview ?? textOf(advisory['title']) ?? '',
    descriptionFormat: overview === undefined ? 'text' : 'markdown',
    severity: severityOfWord(advisory['severity']) ?? severityOfScore(score) ?? 'medium',
    cwe: cweNumbers(advisory['cwe']),
    cve: cveIds(...ids),
    advisories: ids,
    location: given({
      kind: 'package',
      package: packageName('npm', name),
      version,
      ecosystem: 'npm',
      path: 'package-lock.json',
      fixedVersion: fixed,
    } as const),
    fingerprints: {},
    remediation:
      textOf(advisory['recommendation']) ?? (fixed === undefined ? undefined : `Update ${name} to ${fixed}.`),
    references: webAddresses(advisory['url']),
    attributes: range === undefined ? undefined : { affected: range },
  };
}

/** The fix may be of a package that needs this one; then it is no version of this one. */
function fixedBy(fix: unknown, name: string): string | undefined {
  const { name: fixedName, version } = loose(fix);
  return fixedName === name ? textOf(version) : undefined;
}
