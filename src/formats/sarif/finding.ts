import type { Finding, Location } from '../../core/matching/finding.ts';
import type { Severity } from '../../core/vocabulary.ts';
import { advisoryIds, cveIds, cweNumbers, ghsaIds, webAddresses } from '../kit/identifiers.ts';
import type { Loose } from '../kit/loose.ts';
import { countOf, listOf, loose, numberOf, textOf } from '../kit/loose.ts';
import { digestOfSecret, withoutSecrets } from '../kit/secrets.ts';
import { severityOfScore, severityOfWord } from '../kit/severity.ts';
import { firstSentence, titleOf } from '../kit/text.ts';
import { locationOf, symbolOf } from './location.ts';
import { messageText } from './message.ts';
import { packageOf } from './package.ts';
import type { RuleView, RunView } from './run-view.ts';
import { taxaOf } from './rule.ts';

const furtherLocationsMax = 20;
const fingerprintsMax = 20;
const none: Loose = {};

/** One result → one finding; null if it is none: passed, not applicable, for review, or gone since the baseline. */
export function findingOf(result: Loose, view: RunView, digestKey: Uint8Array): Finding | null {
  const kind = result['kind'];
  if ((kind !== undefined && kind !== 'fail') || result['baselineState'] === 'absent') {
    return null;
  }
  const rule = view.rule(result);
  const message = messageText(result['message'], rule.messages, view.header.driver.messages);
  const locations = listOf(result['locations']);
  const first = loose(locations[0]);
  const place = locationOf(first, view);
  const pack = packageOf(result, message, place.kind === 'file' ? place.path : undefined);
  const properties = loose(result['properties']);
  const region = loose(loose(first['physicalLocation'])['region']);
  const snippet = textOf(loose(region['snippet'])['text']);
  const advisories = pack === undefined ? rule.advisories : knownAs(rule, message);
  const finding: Finding = {
    kind: pack !== undefined ? 'dependency' : rule.secret ? 'secret' : place.kind === 'url' ? 'web' : 'code',
    ruleId: rule.id,
    ruleAliases: rule.aliases.length > 0 ? rule.aliases : undefined,
    title: rule.title ?? titleOf(firstSentence(message), textOf(rule.rule['name']), rule.id),
    description: described(message, rule.explanation),
    severity: severityOf(result, properties, rule),
    cwe: cwesOf(result, properties, { rule, view }),
    cve: pack === undefined ? rule.cve : cveIds(...advisories),
    advisories,
    location: pack ?? place,
    furtherLocations: furtherOf(result, locations, view),
    snippet,
    context: contextOf(first, region),
    fingerprints: fingerprintsOf(result),
    discriminators: discriminatorsOf(first, properties, pack === undefined && place.kind === 'none'),
    remediation: rule.remediation,
    references:
      result['hostedViewerUri'] === undefined
        ? rule.references
        : [...rule.references, ...webAddresses(result['hostedViewerUri'])],
    attributes: rankOf(result['rank']),
    suppressed: isSuppressed(result) ? true : undefined,
  };
  return rule.secret && pack === undefined ? withoutLeak(finding, snippet, digestKey) : finding;
}

/** A secret scanner's snippet is the secret: a keyed digest stands for it, and it is nowhere else. */
function withoutLeak(finding: Finding, snippet: string | undefined, digestKey: Uint8Array): Finding {
  const digest = snippet === undefined ? undefined : digestOfSecret(snippet, digestKey);
  const discriminators = [...(finding.discriminators ?? []), ...(digest === undefined ? [] : [digest])];
  return withoutSecrets({ ...finding, snippet: undefined, context: undefined, discriminators }, [snippet]);
}

function described(message: string, explanation: string | undefined): string {
  if (message === '') {
    return explanation ?? '';
  }
  return explanation === undefined || explanation === message ? message : `${message}\n\n${explanation}`;
}

const levels = new Map<string, Severity>([
  ['error', 'high'],
  ['warning', 'medium'],
  ['note', 'low'],
  ['none', 'informational'],
]);

/** The result's own word beats the rule's, a score beats a level. */
function severityOf(result: Loose, properties: Loose, rule: RuleView): Severity {
  const scored =
    severityOfScore(properties['security-severity']) ?? rule.scored ?? severityOfWord(properties['severity']);
  return scored ?? levels.get(textOf(result['level']) ?? rule.level) ?? 'medium';
}

function cwesOf(
  result: Loose,
  own: Loose,
  { rule, view }: { rule: RuleView; view: RunView },
): readonly number[] {
  if (
    own['tags'] === undefined &&
    own['cwe'] === undefined &&
    own['cwes'] === undefined &&
    result['taxa'] === undefined
  ) {
    return rule.cwe;
  }
  const tags = listOf(own['tags']).filter((tag) => /cwe/iu.test(textOf(tag) ?? ''));
  const named = cweNumbers(
    ...tags,
    ...[own['cwe'], own['cwes']].flatMap(listOf),
    ...taxaOf(result['taxa'], view.header),
  );
  return [...new Set([...rule.cwe, ...named])];
}

/** What else a dependency scanner says that the same advisory is called. */
function knownAs(rule: RuleView, message: string): readonly string[] {
  const also = /\(also known as ([^)]{1,400})\)/u.exec(message)?.[1] ?? '';
  return also === '' ? rule.advisories : advisoryIds(...rule.advisories, ...cveIds(also), ...ghsaIds(also));
}

/** Other places of the result, then the first path of its first code flow, then what it relates to. */
function furtherOf(
  result: Loose,
  locations: readonly unknown[],
  view: RunView,
): readonly Location[] | undefined {
  const { codeFlows, relatedLocations } = result;
  if (locations.length < 2 && codeFlows === undefined && relatedLocations === undefined) {
    return undefined;
  }
  const flow = loose(listOf(loose(listOf(codeFlows)[0])['threadFlows'])[0]);
  const steps = listOf(flow['locations']).slice(0, furtherLocationsMax);
  const places = [
    ...locations.slice(1, 1 + furtherLocationsMax),
    ...steps.map((step) => loose(step)['location']),
    ...listOf(relatedLocations).slice(0, furtherLocationsMax),
  ];
  const told = places
    .slice(0, furtherLocationsMax)
    .map((one) => locationOf(loose(one), view))
    .filter((place) => place.kind !== 'none');
  return told.length === 0 ? undefined : told;
}

function contextOf(location: Loose, region: Loose): Finding['context'] {
  const around = loose(loose(location['physicalLocation'])['contextRegion']);
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
  const told: Record<string, string> = {};
  let count = 0;
  for (const table of [result['partialFingerprints'] ?? none, result['fingerprints'] ?? none]) {
    const fields = loose(table);
    for (const name in fields) {
      const value = fields[name];
      // Semgrep writes the same words for every finding of who is not signed in.
      if (
        typeof value === 'string' &&
        value !== '' &&
        value !== 'requires login' &&
        name !== '__proto__' &&
        count < fingerprintsMax
      ) {
        told[name] = value.slice(0, 500);
        count += 1;
      }
    }
  }
  return told;
}

/**
 * What names the finding where its place does not: the logical location where there is no file. A function around a place
 * in a file is the location's symbol and no name: functions are renamed.
 */
function discriminatorsOf(
  first: Loose,
  properties: Loose,
  placeless: boolean,
): readonly string[] | undefined {
  const symbol = placeless ? symbolOf(first) : undefined;
  const resource = textOf(properties['resource']);
  return symbol === undefined && resource === undefined
    ? undefined
    : [symbol, resource].filter((word) => word !== undefined);
}

/** What the tool thinks of its urgency, 0 to 100: told, but no severity (3.27.25; -1 is none). */
function rankOf(rank: unknown): Finding['attributes'] {
  const number = numberOf(rank);
  return number !== undefined && number >= 0 && number <= 100 ? { rank: String(number) } : undefined;
}

/** Suppressed only if at least one is accepted (or says nothing) and none is under review or rejected (3.35.3). */
function isSuppressed(result: Loose): boolean {
  const all = listOf(result['suppressions']);
  return all.length > 0 && all.every((one) => (textOf(loose(one)['status']) ?? 'accepted') === 'accepted');
}
