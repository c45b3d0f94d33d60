import type { Finding, Location } from '../../core/matching/finding.ts';
import type { Severity } from '../../core/vocabulary.ts';
import { advisoryIds, cveIds, cweNumbers, ghsaIds, webAddresses } from '../kit/identifiers.ts';
import type { Loose } from '../kit/loose.ts';
import { countOf, given, listOf, loose, textOf } from '../kit/loose.ts';
import { normalPath } from '../kit/path.ts';
import { ecosystemOf, packageName } from '../kit/purl.ts';
import { digestOfSecret, withoutSecrets } from '../kit/secrets.ts';
import { severityOfWord } from '../kit/severity.ts';
import { firstSentence, titleOf } from '../kit/text.ts';

/** What stands in place of code and fingerprints for who is not signed in. */
const withheld = 'requires login';

export function findingOf(result: Loose, digestKey: Uint8Array): Finding {
  const extra = loose(result['extra']);
  const metadata = loose(extra['metadata']);
  const message = textOf(extra['message']) ?? '';
  const { id, aliases } = ruleNames(textOf(result['check_id']) ?? 'unnamed', metadata);
  const pack = packageOf(extra, result);
  const lines = textOf(extra['lines']);
  const snippet = lines === withheld ? undefined : lines;
  const fingerprint = textOf(extra['fingerprint']);
  const advisories = pack === undefined ? [] : advisoriesOf(extra, metadata);
  const secret = pack === undefined && isSecret(metadata, id);
  const finding: Finding = {
    kind: pack !== undefined ? 'dependency' : secret ? 'secret' : 'code',
    ruleId: id,
    ruleAliases: aliases.length > 0 ? aliases : undefined,
    title: titleOf(firstSentence(message), id),
    description: message,
    severity: severityOf(extra, metadata),
    cwe: cweNumbers(metadata['cwe']),
    cve: cveIds(...advisories),
    advisories,
    location: pack ?? placeOf(result),
    snippet: secret ? undefined : snippet,
    fingerprints:
      fingerprint === undefined || fingerprint === withheld
        ? {}
        : { matchBasedId: fingerprint.slice(0, 500) },
    remediation:
      textOf(extra['fix']) === undefined ? undefined : `Suggested change:\n${textOf(extra['fix'])}`,
    references: webAddresses(metadata['references'], metadata['source'], metadata['shortlink']),
    attributes: given({ confidence: textOf(metadata['confidence'])?.toLowerCase() ?? 'unknown' }),
    suppressed: extra['is_ignored'] === true ? true : undefined,
  };
  return secret ? leaked(finding, { snippet, extra, digestKey }) : finding;
}

/**
 * A rule from the registry is named after it. The `check_id` is that name, or that name after the folder it was read from
 * (`tmp.rules.python.lang.…`), which changes from machine to machine.
 */
function ruleNames(checkId: string, metadata: Loose): { id: string; aliases: readonly string[] } {
  const source = /^https:\/\/semgrep\.dev\/r\/([\w.-]{1,300})$/u.exec(textOf(metadata['source']) ?? '')?.[1];
  return source !== undefined && checkId.endsWith(`.${source}`)
    ? { id: source, aliases: [checkId] }
    : { id: checkId, aliases: [] };
}

function placeOf(result: Loose): Location {
  const start = loose(result['start']);
  const end = loose(result['end']);
  return given({
    kind: 'file',
    path: normalPath(textOf(result['path']) ?? ''),
    startLine: countOf(start['line']),
    endLine: countOf(end['line']),
    startColumn: countOf(start['col']),
    endColumn: countOf(end['col']),
  } as const);
}

/** Supply chain: the dependency that was found, and the lock file it was found in. */
function packageOf(extra: Loose, result: Loose): Location | undefined {
  const match = loose(loose(extra['sca_info'])['dependency_match']);
  const found = loose(match['found_dependency']);
  const name = textOf(found['package']);
  if (name === undefined) {
    return undefined;
  }
  const ecosystem = ecosystemOf(textOf(found['ecosystem']));
  return given({
    kind: 'package',
    package: packageName(ecosystem, name),
    version: textOf(found['version']),
    ecosystem,
    path: normalPath(
      textOf(match['lockfile']) ?? textOf(found['lockfile_path']) ?? textOf(result['path']) ?? '',
    ),
  } as const);
}

function advisoriesOf(extra: Loose, metadata: Loose): readonly string[] {
  const told = [
    metadata['sca-vuln-database-identifier'],
    metadata['cve'],
    metadata['ghsa'],
    loose(extra['sca_info'])['ghsa'],
  ];
  return advisoryIds(...cveIds(...told), ...ghsaIds(...told, metadata['references']));
}

/** Newer rules rate themselves critical to low; older ones by level, which likelihood and impact make finer. */
function severityOf(extra: Loose, metadata: Loose): Severity {
  const word = textOf(extra['severity'])?.toUpperCase();
  const level =
    word === 'ERROR'
      ? 'high'
      : word === 'WARNING'
        ? 'medium'
        : word === 'INFO'
          ? 'low'
          : severityOfWord(word);
  const grave = [metadata['impact'], metadata['likelihood']].every(
    (one) => textOf(one)?.toUpperCase() === 'HIGH',
  );
  return level === 'high' && word === 'ERROR' && grave ? 'critical' : (level ?? 'medium');
}

function isSecret(metadata: Loose, id: string): boolean {
  const kind = textOf(metadata['semgrep.dev/rule-type']) ?? textOf(metadata['product']) ?? '';
  return (
    kind === 'secrets' || listOf(metadata['category']).includes('secrets') || /(?:^|\.)secrets\./u.test(id)
  );
}

function leaked(
  finding: Finding,
  known: { snippet: string | undefined; extra: Loose; digestKey: Uint8Array },
): Finding {
  // What the rule's variables matched is the secret where the rule has any; else the whole line has to do.
  const variables = Object.values(loose(known.extra['metavars'])).map((one) =>
    textOf(loose(one)['abstract_content']),
  );
  const secret =
    variables.filter((one) => one !== undefined).sort((one, other) => other.length - one.length)[0] ??
    known.snippet;
  const digest = secret === undefined ? undefined : digestOfSecret(secret, known.digestKey);
  return withoutSecrets({ ...finding, discriminators: digest === undefined ? undefined : [digest] }, [
    ...variables,
    known.snippet,
  ]);
}
