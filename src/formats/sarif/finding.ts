import type { Finding, FindingKind, Location } from '../../core/matching/finding.ts';
import type { Severity } from '../../core/vocabulary.ts';
import { advisoryIds, cveIds, cweNumbers, ghsaIds, webAddresses } from '../kit/identifiers.ts';
import type { Loose } from '../kit/loose.ts';
import { given, listOf, loose, textOf } from '../kit/loose.ts';
import { digestOfSecret, withoutSecrets } from '../kit/secrets.ts';
import { severityOfScore, severityOfWord } from '../kit/severity.ts';
import { firstSentence, paragraphs, titleOf } from '../kit/text.ts';
import { locationOf, symbolOf } from './location.ts';
import { messageText, plainOf } from './message.ts';
import { packageOf } from './package.ts';
import type { RuleOfResult } from './rule.ts';
import { ruleOf, taxaOf } from './rule.ts';
import type { RunHeader } from './wire.ts';
import { countOf } from '../kit/loose.ts';

const furtherLocationsMax = 20;
const flowStepsMax = 20;
const fingerprintsMax = 20;

/** One result → one finding; null if it is none: passed, not applicable, for review, or gone since the baseline. */
export function findingOf(result: Loose, run: RunHeader, digestKey: Uint8Array): Finding | null {
  const kind = textOf(result['kind']) ?? 'fail';
  if (kind !== 'fail' || result['baselineState'] === 'absent') {
    return null;
  }
  const ruled = ruleOf(result, run);
  const message = messageText(result['message'], ruled.messages, run.driver.messages);
  const locations = listOf(result['locations']).map(loose);
  const first = locations[0] ?? {};
  const place = locationOf(first, run);
  const pack = packageOf(result, message, place.kind === 'file' ? place.path : undefined);
  const secret = pack === undefined && isSecret(run, ruled);
  const snippet = textOf(loose(regionOf(first)['snippet'])['text']);
  const advisories = advisoriesOf(ruled, pack === undefined ? '' : message);
  const symbol = symbolOf(first);
  const finding: Finding = given({
    kind: kindOf(place, pack !== undefined, secret),
    ruleId: ruled.id,
    ruleAliases: ruled.aliases.length > 0 ? ruled.aliases : undefined,
    title: titleFor(ruled, message),
    description: paragraphs(message, plainOf(ruled.rule['fullDescription'])),
    severity: severityOf(result, ruled),
    cwe: cwesOf(result, ruled, run),
    cve: cveIds(...advisories),
    advisories: pack === undefined ? cveIds(...advisories) : advisories,
    location: pack ?? place,
    furtherLocations: furtherOf(result, locations, run),
    snippet,
    context: contextOf(first),
    fingerprints: fingerprintsOf(result),
    discriminators: discriminatorsOf(result, first, { place, symbol, packaged: pack !== undefined }),
    remediation: plainOf(ruled.rule['help']),
    references: webAddresses(ruled.rule['helpUri'], result['hostedViewerUri']),
    suppressed: isSuppressed(result) ? true : undefined,
  });
  return secret ? withoutLeak(finding, snippet, digestKey) : finding;
}

const secretTools =
  /gitleaks|trufflehog|detect-secrets|secretlint|ggshield|gitguardian|noseyparker|nosey parker|kingfisher|whispers|talisman|betterleaks/iu;

function isSecret(run: RunHeader, ruled: RuleOfResult): boolean {
  const tags = listOf(loose(ruled.rule['properties'])['tags']).map((tag) => textOf(tag)?.toLowerCase());
  return secretTools.test(run.driver.name ?? '') || tags.includes('secret') || tags.includes('secrets');
}

/** A secret scanner's snippet is the secret: a keyed digest stands for it, and it is nowhere else. */
function withoutLeak(finding: Finding, snippet: string | undefined, digestKey: Uint8Array): Finding {
  const digest = snippet === undefined ? undefined : digestOfSecret(snippet, digestKey);
  const bare = { ...finding };
  delete bare.snippet;
  delete bare.context;
  const named = {
    ...bare,
    discriminators: [...(finding.discriminators ?? []), ...(digest === undefined ? [] : [digest])],
  };
  return withoutSecrets(named, [snippet]);
}

function kindOf(place: Location, packaged: boolean, secret: boolean): FindingKind {
  if (packaged) {
    return 'dependency';
  }
  return secret ? 'secret' : place.kind === 'url' ? 'web' : 'code';
}

function titleFor(ruled: RuleOfResult, message: string): string {
  const { rule, id } = ruled;
  const short = plainOf(rule['shortDescription']);
  // Several tools repeat the id where a description belongs.
  return titleOf(short === id ? undefined : short, firstSentence(message), textOf(rule['name']), id);
}

const levels = new Map<string, Severity>([
  ['error', 'high'],
  ['warning', 'medium'],
  ['note', 'low'],
  ['none', 'informational'],
]);

/** The result's own word beats the rule's, a score beats a level. */
function severityOf(result: Loose, { rule }: RuleOfResult): Severity {
  const own = loose(result['properties']);
  const ruled = loose(rule['properties']);
  const scored = severityOfScore(own['security-severity']) ?? severityOfScore(ruled['security-severity']);
  const level = textOf(result['level']) ?? textOf(loose(rule['defaultConfiguration'])['level']) ?? 'warning';
  return scored ?? severityOfWord(own['severity']) ?? levels.get(level) ?? 'medium';
}

function cwesOf(result: Loose, { rule }: RuleOfResult, run: RunHeader): readonly number[] {
  const own = loose(result['properties']);
  const ruled = loose(rule['properties']);
  const tags = [...listOf(ruled['tags']), ...listOf(own['tags'])].filter((tag) =>
    /cwe/iu.test(textOf(tag) ?? ''),
  );
  const named = [own['cwe'], ruled['cwe'], own['cwes'], ruled['cwes']].flatMap(listOf);
  return cweNumbers(...tags, ...named, ...taxaOf(rule['relationships'], run), ...taxaOf(result['taxa'], run));
}

/** Ids of the advisory itself: in the rule's name, or where a dependency scanner says what else it is called. */
function advisoriesOf({ id }: RuleOfResult, message: string): readonly string[] {
  const known = /\(also known as ([^)]{1,400})\)/u.exec(message)?.[1] ?? '';
  const own = /^(?:OSV|PYSEC|GO|RUSTSEC|SNYK|MAL|DSA|DLA|USN|RHSA)-[\w-]+$/u.test(id) ? [id] : [];
  return advisoryIds(...cveIds(id, known), ...ghsaIds(id, known), ...own);
}

/** Other places of the result, then the first path of its first code flow. */
function furtherOf(
  result: Loose,
  locations: readonly Loose[],
  run: RunHeader,
): readonly Location[] | undefined {
  const flow = loose(listOf(loose(listOf(result['codeFlows'])[0])['threadFlows'])[0]);
  const steps = listOf(flow['locations'])
    .slice(0, flowStepsMax)
    .map((step) => loose(step)['location']);
  const related = listOf(result['relatedLocations']).slice(0, furtherLocationsMax);
  const places = [...locations.slice(1, 1 + furtherLocationsMax), ...steps, ...related].map((one) =>
    locationOf(one, run),
  );
  const told = places.filter((place) => place.kind !== 'none').slice(0, furtherLocationsMax);
  return told.length === 0 ? undefined : told;
}

function regionOf(location: Loose): Loose {
  return loose(loose(location['physicalLocation'])['region']);
}

function contextOf(location: Loose): Finding['context'] {
  const around = loose(loose(location['physicalLocation'])['contextRegion']);
  const region = regionOf(location);
  const text = textOf(loose(around['snippet'])['text']);
  const begin = countOf(around['startLine']);
  const start = countOf(region['startLine']);
  if (text === undefined || begin === undefined || start === undefined || start < begin) {
    return undefined;
  }
  const all = text.split(/\r?\n/u);
  const first = start - begin;
  const last = Math.max(first, (countOf(region['endLine']) ?? start) - begin);
  return { before: all.slice(Math.max(0, first - 3), first), after: all.slice(last + 1, last + 4) };
}

/** `fingerprints` are the tool's identity, `partialFingerprints` its ingredients; both are evidence only. */
function fingerprintsOf(result: Loose): Readonly<Record<string, string>> {
  const entries = [
    ...Object.entries(loose(result['partialFingerprints'])),
    ...Object.entries(loose(result['fingerprints'])),
  ];
  const told = entries.flatMap(([name, value]): [string, string][] => {
    const text = typeof value === 'string' ? value.trim() : '';
    return text === '' || text === 'requires login' || name === '__proto__'
      ? []
      : [[name, text.slice(0, 500)]];
  });
  return Object.fromEntries(told.slice(0, fingerprintsMax));
}

/**
 * What names the finding where its place does not: the logical location where there is no file, and the start of the code
 * flow where a tool repeats a result for each flow. A function's name is a place, not a name: it is the location's symbol.
 */
function discriminatorsOf(
  result: Loose,
  first: Loose,
  known: { place: Location; symbol: string | undefined; packaged: boolean },
): readonly string[] | undefined {
  const words: string[] = [];
  if (known.place.kind === 'none' && known.symbol !== undefined && !known.packaged) {
    words.push(known.symbol);
  }
  const told = loose(result['properties'])['resource'] ?? loose(first['properties'])['resource'];
  const resource = textOf(told);
  if (resource !== undefined) {
    words.push(resource);
  }
  return words.length === 0 ? undefined : words;
}

/** Suppressed only if at least one is accepted (or says nothing) and none is under review or rejected (3.35.3). */
function isSuppressed(result: Loose): boolean {
  const all = listOf(result['suppressions']).map((one) => textOf(loose(one)['status']) ?? 'accepted');
  return all.length > 0 && all.every((status) => status === 'accepted');
}
