import type { Finding, Location } from '../../core/matching/finding.ts';
import type { Severity } from '../../core/vocabulary.ts';
import { advisoryIds, cveIds, cweNumbers, isAdvisoryId, webAddresses } from '../kit/identifiers.ts';
import type { Loose } from '../kit/loose.ts';
import { given, listOf, loose, textOf } from '../kit/loose.ts';
import { packageName, parsePurl } from '../kit/purl.ts';
import { severityOfScore, severityOfWord } from '../kit/severity.ts';
import { firstSentence, paragraphs, titleOf } from '../kit/text.ts';
import type { Component } from './components.ts';

/** States in which nothing is left to do: the source has judged, so the finding opens nothing. */
const settled = new Set(['not_affected', 'false_positive', 'resolved', 'resolved_with_pedigree']);

/** One finding for each component that a vulnerability affects. */
export function findingsOf(
  vulnerability: Loose,
  components: ReadonlyMap<string, Component>,
): readonly Finding[] {
  const refs = listOf(vulnerability['affects']).flatMap((one) => textOf(loose(one)['ref']) ?? []);
  return (refs.length === 0 ? [''] : [...new Set(refs)]).map((ref) =>
    findingOf(vulnerability, { ref, components }),
  );
}

interface Affected {
  readonly ref: string;
  readonly components: ReadonlyMap<string, Component>;
}

function findingOf(vulnerability: Loose, at: Affected): Finding {
  const id = textOf(vulnerability['id']) ?? 'unnamed';
  const description = textOf(vulnerability['description']) ?? '';
  const { state, justification, detail } = loose(vulnerability['analysis']);
  const standing = textOf(state);
  const advisories = advisoriesOf(id, vulnerability);
  const location = placeOf(at);
  const name = location.kind === 'package' ? location.package : undefined;
  return {
    kind: 'dependency',
    ruleId: id,
    title: titleOf(name === undefined ? undefined : `${id} in ${name}`, firstSentence(description), id),
    description: paragraphs(description, textOf(vulnerability['detail'])),
    descriptionFormat: textOf(vulnerability['detail']) === undefined ? 'text' : 'markdown',
    severity: severityOf(vulnerability),
    cwe: cweNumbers(vulnerability['cwes']),
    cve: cveIds(...advisories),
    advisories,
    location,
    fingerprints: {},
    remediation: textOf(vulnerability['recommendation']),
    references: webAddresses(loose(vulnerability['source'])['url'], listOf(vulnerability['advisories'])),
    attributes: given({
      source: textOf(loose(vulnerability['source'])['name']) ?? 'unknown',
      ...(standing === undefined ? {} : { state: standing }),
      ...(textOf(justification) === undefined ? {} : { justification: textOf(justification) ?? '' }),
      ...(textOf(detail) === undefined ? {} : { analysis: (textOf(detail) ?? '').slice(0, 2_000) }),
    }),
    suppressed: standing !== undefined && settled.has(standing) ? true : undefined,
  };
}

/** `references` are the same vulnerability under the ids of other databases. */
function advisoriesOf(id: string, vulnerability: Loose): readonly string[] {
  const others = listOf(vulnerability['references']).flatMap((one) => textOf(loose(one)['id']) ?? []);
  const same = others.filter(isAdvisoryId);
  return advisoryIds(...(isAdvisoryId(id) ? [id] : []), ...(cveIds(id, ...same).length <= 1 ? same : []));
}

/** By bom-ref, by package URL, or by a link into another bill of materials, which ends in the reference there. */
function placeOf({ ref, components }: Affected): Location {
  const linked = /^urn:cdx:[^#]{1,200}#(.+)$/u.exec(ref)?.[1];
  const written = linked === undefined ? ref : decoded(linked);
  const component = components.get(ref) ?? components.get(written);
  const purl = parsePurl(component?.purl ?? written);
  const name = purl?.name ?? component?.name ?? written;
  if (name === '') {
    return { kind: 'none' };
  }
  return given({
    kind: 'package',
    package: packageName(purl?.ecosystem, name),
    version: component?.version ?? purl?.version,
    ecosystem: purl?.ecosystem,
    purl: purl?.purl,
  } as const);
}

const standards = ['CVSSv4', 'CVSSv31', 'CVSSv3', 'OWASP', 'SSVC', 'CVSSv2', 'other'];

/** The newest standard's rating; of equal ones the first. */
function severityOf(vulnerability: Loose): Severity {
  const ratings = listOf(vulnerability['ratings']).map(loose);
  const ranked = ratings
    .map((rating) => ({ rank: standards.indexOf(textOf(rating['method']) ?? 'other'), rating }))
    .sort((one, other) => one.rank - other.rank);
  const told = ranked.map(
    ({ rating }) => severityOfWord(rating['severity']) ?? severityOfScore(rating['score']),
  );
  return told.find((severity) => severity !== undefined) ?? 'medium';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
