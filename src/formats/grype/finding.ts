import type { Finding } from '../../core/matching/finding.ts';
import { advisoryIds, cveIds, cweNumbers, webAddresses } from '../kit/identifiers.ts';
import type { Loose } from '../kit/loose.ts';
import { given, listOf, loose, textOf, textsOf } from '../kit/loose.ts';
import { normalPath } from '../kit/path.ts';
import { ecosystemOf, packageName, parsePurl } from '../kit/purl.ts';
import { severityOfScore, severityOfWord } from '../kit/severity.ts';
import { titleOf } from '../kit/text.ts';

/** Kinds of packages that belong to the operating system: which database file lists them is no place. */
const systemTypes = new Set(['deb', 'apk', 'rpm', 'alpm', 'portage']);

/** One match of a package and an advisory; an ignored one was suppressed by a rule of the user. */
export function findingOf(match: Loose, ignored: boolean): Finding {
  const vulnerability = loose(match['vulnerability']);
  const artifact = loose(match['artifact']);
  const related = listOf(match['relatedVulnerabilities']).map(loose);
  const id = textOf(vulnerability['id']) ?? 'unnamed';
  const advisories = advisoriesOf(id, related);
  const type = textOf(artifact['type']) ?? '';
  const purl = parsePurl(textOf(artifact['purl']) ?? '');
  const ecosystem = purl?.ecosystem ?? ecosystemOf(type);
  const name = textOf(artifact['name']) ?? '';
  const fix = loose(vulnerability['fix']);
  const fixed = textsOf(fix['versions'])[0];
  const place = textOf(loose(listOf(artifact['locations'])[0])['path']);
  const description =
    [vulnerability, ...related].map((one) => textOf(one['description'])).find((text) => text !== undefined) ??
    '';
  return {
    kind: 'dependency',
    ruleId: id,
    title: titleOf(`${id} in ${name}`),
    description,
    severity: severityOfWord(vulnerability['severity']) ?? scored(vulnerability, related) ?? 'informational',
    cwe: cweNumbers(listOf(vulnerability['cwes']).map((one) => loose(one)['cwe'])),
    cve: cveIds(...advisories),
    advisories,
    location: given({
      kind: 'package',
      package: purl?.name ?? packageName(ecosystem, name),
      version: textOf(artifact['version']),
      ecosystem,
      purl: purl?.purl,
      path: place === undefined || systemTypes.has(type) ? undefined : normalPath(place),
      fixedVersion: fixed,
    } as const),
    fingerprints: {},
    remediation: fixed === undefined ? undefined : `Update ${name} to ${fixed}.`,
    references: webAddresses(
      vulnerability['dataSource'],
      vulnerability['urls'],
      ...related.map((one) => one['dataSource']),
    ),
    attributes: given({
      fix: textOf(fix['state']) ?? 'unknown',
      namespace: textOf(vulnerability['namespace']) ?? 'unknown',
    }),
    suppressed: ignored ? true : undefined,
  };
}

/**
 * `relatedVulnerabilities` are the same advisory under its other names, where the main one is a GHSA or a CVE. A vendor's
 * advisory may bundle several CVEs: related ones are then not the same.
 */
function advisoriesOf(id: string, related: readonly Loose[]): readonly string[] {
  const others = related.map((one) => textOf(one['id']) ?? '');
  const cves = cveIds(...others);
  return /^(?:GHSA|CVE)-/iu.test(id) && cves.length <= 1 ? advisoryIds(id, ...cves) : advisoryIds(id);
}

function scored(...given: readonly (Loose | readonly Loose[])[]) {
  const scores = given
    .flat()
    .flatMap((one) =>
      listOf((one as Loose)['cvss']).map((entry) => loose(loose(entry)['metrics'])['baseScore']),
    );
  return severityOfScore(scores.find((score) => severityOfScore(score) !== undefined));
}
