import { ReportError } from '../../contracts/format.ts';
import type { Finding, FindingKind, Location } from '../../core/matching/finding.ts';
import { findingKinds } from '../../core/matching/finding.ts';
import { severities } from '../../core/vocabulary.ts';
import { advisoryIds, cveIds, cweNumbers, webAddresses } from './identifiers.ts';
import type { Loose } from './loose.ts';
import { countOf, given, listOf, loose, textOf, textsOf } from './loose.ts';
import { normalPath } from './path.ts';
import { ecosystemOf, packageName, parsePurl } from './purl.ts';
import { severityOfWord } from './severity.ts';
import { titleOf } from './text.ts';

/** The words of the formats that people write themselves; the first is ours, the others are those of DefectDojo. */
const names = {
  id: ['id', 'unique_id_from_tool'],
  rule: ['rule', 'vuln_id_from_tool'],
  path: ['path', 'file_path'],
  package: ['package', 'component_name'],
  version: ['version', 'component_version'],
  remediation: ['remediation', 'mitigation'],
  advisories: ['advisories', 'vulnerability_ids'],
} as const;

/** One finding as a person or a script describes it. `where` is the place of its entry in the report. */
export function genericFindingOf(entry: Loose, where: string): Finding {
  const title = textOf(entry['title']);
  if (title === undefined) {
    throw new ReportError('A finding has no title.', {
      where,
      hint: 'Give each finding a title and a severity.',
    });
  }
  const location = placeOf(loose(entry['location'] ?? entry), entry);
  const advisories = advisoriesOf(entry);
  const id = pick(entry, names.id);
  const rule = pick(entry, names.rule) ?? cveIds(...advisories)[0] ?? title;
  return {
    kind: kindOf(entry, location, where),
    ruleId: rule.slice(0, 500),
    title: titleOf(title),
    description: textOf(entry['description']) ?? title,
    descriptionFormat: entry['descriptionFormat'] === 'markdown' ? 'markdown' : 'text',
    severity: severityFor(entry, where),
    cwe: cweNumbers(entry['cwe'], entry['cwes']),
    cve: cveIds(entry['cve'], ...advisories),
    advisories: advisoryIds(...advisories, ...cveIds(entry['cve'])),
    location,
    snippet: textOf(entry['snippet']),
    fingerprints: {},
    discriminators: id === undefined ? undefined : [id],
    impact: textOf(entry['impact']),
    remediation: pick(entry, names.remediation),
    references: webAddresses(...textsOf(entry['references']).flatMap((text) => text.split(/[\s,;]+/u))),
    attributes: attributesOf(entry['attributes']),
    suppressed:
      isTrue(entry['suppressed']) || isTrue(entry['false_p']) || isTrue(entry['duplicate'])
        ? true
        : undefined,
  };
}

function pick(entry: Loose, fields: readonly string[]): string | undefined {
  return fields.map((name) => textOf(entry[name])).find((text) => text !== undefined);
}

function severityFor(entry: Loose, where: string) {
  const severity = severityOfWord(entry['severity']);
  if (severity === undefined) {
    const told = textOf(entry['severity'])?.slice(0, 40);
    throw new ReportError(told === undefined ? 'A finding has no severity.' : `“${told}” is no severity.`, {
      where: `${where}, severity`,
      hint: `Write one of: ${severities.join(', ')}.`,
    });
  }
  return severity;
}

function kindOf(entry: Loose, location: Location, where: string): FindingKind {
  const told = textOf(entry['kind']);
  if (told !== undefined) {
    const kind = findingKinds.find((one) => one === told.toLowerCase());
    if (kind === undefined) {
      const hint = `Write one of: ${findingKinds.join(', ')}.`;
      throw new ReportError(`“${told.slice(0, 40)}” is no kind of finding.`, {
        where: `${where}, kind`,
        hint,
      });
    }
    return kind;
  }
  const kinds = { file: 'code', url: 'web', package: 'dependency', host: 'host', none: 'manual' } as const;
  return kinds[location.kind];
}

/** What is named decides: a package, an address, a file, a host, or nothing. */
function placeOf(at: Loose, entry: Loose): Location {
  const purl = parsePurl(textOf(at['purl']) ?? '');
  const name = purl?.name ?? pick(at, names.package);
  const path = pick(at, names.path);
  const url = textOf(at['url']) ?? endpointOf(entry['endpoints']);
  const host = textOf(at['host']);
  if (name !== undefined) {
    const ecosystem = purl?.ecosystem ?? ecosystemOf(textOf(at['ecosystem']));
    return given({
      kind: 'package',
      package: packageName(ecosystem, name),
      version: purl?.version ?? pick(at, names.version),
      ecosystem,
      purl: purl?.purl,
      path: path === undefined ? undefined : normalPath(path),
      fixedVersion: textOf(at['fixedVersion']),
    } as const);
  }
  if (url !== undefined) {
    return given({
      kind: 'url',
      url,
      method: textOf(at['method'])?.toUpperCase(),
      parameter: textOf(at['parameter']),
    } as const);
  }
  if (path !== undefined) {
    return given({
      kind: 'file',
      path: normalPath(path),
      startLine: countOf(at['startLine']) ?? countOf(at['line']),
      endLine: countOf(at['endLine']),
      startColumn: countOf(at['startColumn']),
      endColumn: countOf(at['endColumn']),
      symbol: textOf(at['symbol']),
    } as const);
  }
  return host === undefined
    ? { kind: 'none' }
    : given({
        kind: 'host',
        host: host.toLowerCase(),
        port: countOf(at['port']),
        protocol: textOf(at['protocol'])?.toLowerCase(),
      } as const);
}

function endpointOf(endpoints: unknown): string | undefined {
  const first = listOf(endpoints)[0];
  const { protocol, host, port, path } = loose(first);
  const told = textOf(first);
  if (told !== undefined || textOf(host) === undefined) {
    return told;
  }
  const at = `${textOf(protocol) ?? 'https'}://${textOf(host)}${textOf(port) === undefined ? '' : `:${textOf(port)}`}`;
  return `${at}/${(textOf(path) ?? '').replace(/^\//u, '')}`;
}

function advisoriesOf(entry: Loose): readonly string[] {
  const listed = names.advisories.flatMap((name) => listOf(entry[name]));
  return listed.flatMap((one) => textOf(one) ?? textOf(loose(one)['vulnerability_id']) ?? []);
}

function attributesOf(value: unknown): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(loose(value)).flatMap(([name, one]): [string, string][] => {
    const text = textOf(one);
    return text === undefined || name === '__proto__' ? [] : [[name.slice(0, 100), text.slice(0, 2_000)]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries.slice(0, 50));
}

function isTrue(value: unknown): boolean {
  return value === true || /^(?:true|yes|1)$/iu.test(textOf(value)?.trim() ?? '');
}
