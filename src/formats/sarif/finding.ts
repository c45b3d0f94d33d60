import type { Finding, Location } from '../../core/matching/finding.ts';
import type { Severity } from '../../core/vocabulary.ts';
import { cveIds, cweNumbers, normalPath, oneLine, severityOfScore, severityOfWord } from '../kit/normal.ts';
import type { ArtifactLocation, Message, Region, Result, Rule, RunHeader, SarifLocation } from './wire.ts';

const furtherLocationsMax = 20;

/** One result → one finding; null if it is none (passed, absent from this baseline). */
export function findingOf(result: Result, run: RunHeader): Finding | null {
  // Only `fail`, the default, is a weakness; `open` and `review` are for people who triage the tool itself.
  const kind = result.kind ?? 'fail';
  if (result.baselineState === 'absent' || kind !== 'fail') {
    return null;
  }
  const rule = ruleOf(result, run);
  const ruleId = result.ruleId ?? result.rule?.id ?? rule?.id ?? 'unnamed';
  const message = messageText(result.message, rule);
  const [first] = result.locations ?? [];
  const region = first?.physicalLocation?.region;
  const cve = cveIds([ruleId, rule?.id ?? ''].join(' '));
  return {
    kind: cve.length > 0 && region?.startLine === undefined ? 'dependency' : 'code',
    ruleId,
    ruleAliases: rule?.deprecatedIds,
    title: oneLine(plain(rule?.shortDescription) ?? rule?.name ?? firstSentence(message) ?? ruleId),
    description: [message, plain(rule?.fullDescription)].filter((part) => part !== null && part !== '').join('\n\n'),
    severity: severityOf(result, rule),
    cwe: cwesOf(result, rule),
    cve,
    advisories: cve,
    location: locationOf(first, run),
    furtherLocations: (result.locations ?? []).slice(1, 1 + furtherLocationsMax).map((location) => locationOf(location, run)),
    snippet: region?.snippet?.text ?? undefined,
    context: contextOf(first),
    fingerprints: { ...textRecord(result.partialFingerprints), ...textRecord(result.fingerprints) },
    discriminators: discriminatorsOf(result, first),
    remediation: plain(rule?.help) ?? undefined,
    references: typeof rule?.helpUri === 'string' ? [rule.helpUri] : [],
    suppressed: isSuppressed(result),
  };
}

/** By index into the driver or an extension, by id, or by the parent of a hierarchical id (`CA1000/1`). */
function ruleOf(result: Result, run: RunHeader): Rule | null {
  const component = result.rule?.toolComponent?.index;
  const owner = component === undefined || component < 0 ? run.tool.driver : run.tool.extensions?.[component];
  const index = result.rule?.index ?? result.ruleIndex ?? -1;
  const indexed = index >= 0 ? owner?.rules?.[index] : undefined;
  if (indexed !== undefined) {
    return indexed;
  }
  const id = result.ruleId ?? result.rule?.id;
  if (id === undefined) {
    return null;
  }
  const all = [run.tool.driver, ...(run.tool.extensions ?? [])];
  const named = (wanted: string) => all.flatMap((one) => one?.rules ?? []).find((rule) => rule.id === wanted);
  return named(id) ?? named(id.slice(0, Math.max(0, id.lastIndexOf('/')))) ?? null;
}

function messageText(message: Message | undefined, rule: Rule | null): string {
  const id = message?.id;
  const text = message?.text ?? (id === undefined ? undefined : rule?.messageStrings?.[id]?.text) ?? message?.markdown ?? '';
  const filled = text.replace(/\{(\d+)\}/gu, (whole, index: string) => message?.arguments?.[Number(index)] ?? whole);
  // Embedded links: [words](1) points at a related location, which plain text cannot.
  return filled.replace(/\[([^\]]*)\]\((\d+)\)/gu, '$1');
}

function plain(message: Message | undefined): string | null {
  return message?.text ?? message?.markdown ?? null;
}

function firstSentence(text: string): string | null {
  const [first] = text.split(/(?<=[.!?])\s|\n/u);
  return first === undefined || first.trim() === '' ? null : first;
}

const levels: Readonly<Record<string, Severity>> = { error: 'high', warning: 'medium', note: 'low', none: 'informational' };

function severityOf(result: Result, rule: Rule | null): Severity {
  const scored = severityOfScore(result.properties?.['security-severity']) ?? severityOfScore(rule?.properties?.['security-severity']);
  const worded = severityOfWord(result.properties?.['severity']) ?? null;
  const level = result.level ?? rule?.defaultConfiguration?.level ?? 'warning';
  return scored ?? worded ?? levels[level] ?? 'medium';
}

function cwesOf(result: Result, rule: Rule | null): readonly number[] {
  const tags = rule?.properties?.['tags'];
  const named = [result.properties?.['cwe'], rule?.properties?.['cwe']].flat();
  const related = [...(rule?.relationships ?? []).map((one) => one.target), ...(result.taxa ?? [])]
    .filter((taxon) => taxon?.toolComponent?.name?.toUpperCase() === 'CWE')
    .map((taxon) => taxon?.id ?? '');
  const tagged = (Array.isArray(tags) ? tags : []).filter((tag) => /cwe/iu.test(String(tag)));
  return cweNumbers([...tagged, ...named.filter((value) => value !== undefined), ...related]);
}

function locationOf(location: SarifLocation | undefined, run: RunHeader): Location {
  const artifact = location?.physicalLocation?.artifactLocation;
  const symbol = location?.logicalLocations?.[0]?.fullyQualifiedName;
  const uri = artifact === undefined ? '' : resolved(artifact, run);
  if (uri === '') {
    return symbol === undefined ? { kind: 'none' } : { kind: 'file', path: symbol, symbol };
  }
  const region = location?.physicalLocation?.region;
  return { kind: 'file', path: normalPath(uri), symbol, ...lines(region) };
}

function lines(region: Region | undefined) {
  const { startLine, endLine, startColumn, endColumn } = region ?? {};
  return { startLine, endLine, startColumn, endColumn };
}

/** The address relative to the root of the checkout: what `originalUriBaseIds` says of that root is machine-dependent. */
function resolved(artifact: ArtifactLocation, run: RunHeader): string {
  const own = artifact.uri ?? run.artifacts[artifact.index ?? -1]?.location?.uri ?? '';
  let base = artifact.uriBaseId;
  let uri = own;
  for (let depth = 0; depth < 10 && base !== undefined; depth += 1) {
    const entry = run.bases[base];
    const relative = entry?.uri !== undefined && !/^(?:[a-z][a-z+.-]*:|\/)/iu.test(entry.uri);
    uri = relative ? `${entry.uri.replace(/\/?$/u, '/')}${uri}` : uri;
    base = entry?.uriBaseId;
  }
  // An absolute address below an absolute base is made relative to it.
  const roots = Object.values(run.bases).flatMap((entry) => (entry.uri !== undefined && /^file:/iu.test(entry.uri) ? [entry.uri] : []));
  const root = roots.find((candidate) => uri.startsWith(candidate));
  return root === undefined ? uri : uri.slice(root.length);
}

function contextOf(location: SarifLocation | undefined): Finding['context'] {
  const { region, contextRegion } = location?.physicalLocation ?? {};
  const text = contextRegion?.snippet?.text;
  if (text === undefined || region?.startLine === undefined || contextRegion?.startLine === undefined) {
    return undefined;
  }
  const all = text.split(/\r?\n/u);
  const first = region.startLine - contextRegion.startLine;
  const last = (region.endLine ?? region.startLine) - contextRegion.startLine;
  return { before: all.slice(Math.max(0, first - 3), Math.max(0, first)), after: all.slice(last + 1, last + 4) };
}

/** Where a tool names packages only in the message of a location (several have line 1 for every package). */
function discriminatorsOf(result: Result, location: SarifLocation | undefined): readonly string[] {
  const pack = /^\s*Package:\s*(\S+)/mu.exec(result.message?.text ?? '')?.[1];
  const named = location?.logicalLocations?.[0]?.fullyQualifiedName;
  return [pack, named].filter((word) => word !== undefined);
}

/** Suppressed only if at least one is accepted (or says nothing) and none is under review or rejected. */
function isSuppressed(result: Result): boolean {
  const all = result.suppressions ?? [];
  return all.length > 0 && all.every(({ status }) => status === undefined || status === 'accepted');
}

function textRecord(record: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(record ?? {})
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .slice(0, 20),
  );
}
