import type { Finding } from '../../core/matching/finding.ts';
import { advisoryIds, cveIds, cweNumbers, webAddresses } from '../kit/identifiers.ts';
import type { Loose } from '../kit/loose.ts';
import { given, listOf, loose, textOf, textsOf } from '../kit/loose.ts';
import { normalPath } from '../kit/path.ts';
import { ecosystemOf, packageName } from '../kit/purl.ts';
import { severityOfScore, severityOfWord } from '../kit/severity.ts';
import { titleOf } from '../kit/text.ts';

/** One package's findings: one for each group of ids that name the same vulnerability. */
export function findingsOf(element: Loose, source: Loose): readonly Finding[] {
  const vulnerabilities = new Map(
    listOf(element['vulnerabilities']).map((one): [string, Loose] => [
      textOf(loose(one)['id']) ?? '',
      loose(one),
    ]),
  );
  const groups = listOf(element['groups']).map(loose);
  // Older versions have no groups: then each advisory stands alone.
  const all = groups.length > 0 ? groups : [...vulnerabilities.keys()].map((id): Loose => ({ ids: [id] }));
  return all.map((group) => findingOf(group, { element, vulnerabilities, source }));
}

function findingOf(
  group: Loose,
  {
    element,
    vulnerabilities,
    source,
  }: { element: Loose; vulnerabilities: ReadonlyMap<string, Loose>; source: Loose },
): Finding {
  const ids = textsOf(group['ids']);
  const members = ids.map((id) => vulnerabilities.get(id)).filter((one) => one !== undefined);
  const said = (name: string) => members.map((one) => textOf(one[name])).find((text) => text !== undefined);
  const advisories = advisoryIds(
    ...ids,
    ...textsOf(group['aliases']),
    ...members.flatMap((one) => textsOf(one['aliases'])),
  );
  const pack = loose(element['package']);
  const ecosystem = ecosystemOf(textOf(pack['ecosystem']));
  const name = textOf(pack['name']) ?? textOf(pack['commit']) ?? '';
  // The name that stays when another database is asked first.
  const ruleId =
    cveIds(...advisories)[0] ?? advisories.find((id) => id.startsWith('GHSA')) ?? ids[0] ?? 'unnamed';
  const fixed = fixedVersion(members, name);
  const path = textOf(source['path']);
  return {
    kind: 'dependency',
    ruleId,
    ruleAliases: advisories.filter((id) => id !== ruleId),
    title: titleOf(said('summary'), `${ruleId} in ${name}`),
    description: said('details') ?? said('summary') ?? '',
    descriptionFormat: 'markdown',
    severity: severityOfScore(group['max_severity']) ?? ratedBy(members) ?? 'medium',
    cwe: cweNumbers(...members.flatMap((one) => listOf(loose(one['database_specific'])['cwe_ids']))),
    cve: cveIds(...advisories),
    advisories,
    location: given({
      kind: 'package',
      package: packageName(ecosystem, name),
      version: textOf(pack['version']),
      ecosystem,
      path: path === undefined ? undefined : normalPath(path),
      fixedVersion: fixed,
    } as const),
    fingerprints: {},
    remediation: fixed === undefined ? undefined : `Update ${name} to ${fixed}.`,
    references: webAddresses(...members.flatMap((one) => listOf(one['references']))),
  };
}

function ratedBy(members: readonly Loose[]) {
  return members
    .map((one) => severityOfWord(loose(one['database_specific'])['severity']))
    .find((severity) => severity !== undefined);
}

/** The last version in which the advisory says it was mended, of this package. */
function fixedVersion(members: readonly Loose[], name: string): string | undefined {
  const affected = members.flatMap((one) => listOf(one['affected'])).map(loose);
  const own = affected.filter(
    (one) => textOf(loose(one['package'])['name'])?.toLowerCase() === name.toLowerCase(),
  );
  const events = own
    .flatMap((one) => listOf(one['ranges']))
    .flatMap((range) => listOf(loose(range)['events']));
  return events.flatMap((event) => textOf(loose(event)['fixed']) ?? []).at(-1);
}
