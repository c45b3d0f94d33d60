import type { Advance } from '../core/lifecycle/advance.ts';
import { advance } from '../core/lifecycle/advance.ts';
import type { Features } from '../core/matching/features.ts';
import { candidateKeys } from '../core/matching/candidate-keys.ts';
import { featuresOf } from '../core/matching/features.ts';
import type { Finding } from '../core/matching/finding.ts';
import { joinedBy } from '../core/matching/joined.ts';
import type { Matching, Pair } from '../core/matching/match.ts';
import { match } from '../core/matching/match.ts';
import { insertFindings, refreshVulnerabilities } from '../store/findings.ts';
import * as rows from '../store/ingest-rows.ts';
import { openLinks, wakeLinks } from '../store/links.ts';
import type { Transaction } from '../store/open.ts';
import type { Transition } from '../store/transitions.ts';
import { applyTransitions } from '../store/transitions.ts';
import { mergeShown } from './merge.ts';
import { upgradeFeatures } from './upgrade-features.ts';

export interface ScopeScan {
  readonly scanId: string;
  readonly assetId: string;
  readonly scopeId: string;
  readonly tool: string;
  readonly category: string;
  readonly startedAt: Date;
  /** Only these open vulnerabilities, cards and closures. */
  readonly defaultBranch: boolean;
  /** A newer complete scan of the scope has spoken already: what only this one saw is evidence and nothing else. */
  readonly late: boolean;
  readonly findings: readonly Finding[];
  /** Number of the scope's first finding in the report. */
  readonly firstOrdinal: number;
}

export interface ScopeCounts {
  readonly created: number;
  readonly matched: number;
  readonly reappeared: number;
  readonly unchanged: number;
  readonly seen: readonly string[];
}

/** What a scope saw: matched with what is known, recorded, and told to the lifecycle. Absence is decided afterwards. */
export async function recordScope(tx: Transaction, scan: ScopeScan): Promise<ScopeCounts> {
  const live = scan.findings.map((finding) => finding.suppressed !== true);
  const features = scan.findings.map((finding) => featuresOf(finding));
  const active = features.flatMap((one, index) => (live[index] === true ? [{ features: one, index }] : []));
  const keys = [...new Set(active.flatMap((one) => candidateKeys(one.features)))];
  await upgradeFeatures(tx, scan.assetId);
  const known = await rows.candidates(tx, scan, keys);
  const olds = known.map((one) => ({ id: one.id, features: one.features, detected: one.state === 'detected', foreign: !one.own }));
  const news = active.map((one) => one.features);
  const matching = match(olds, news);
  const opens = scan.defaultBranch && !scan.late;
  const made = opens ? await create(tx, scan, matching.fresh.map((index) => active[index]?.index ?? 0)) : new Map<number, string>();
  const owners = ownersOf(active.map((one) => one.index), matching, made);
  await remember(tx, scan, features, owners, known);
  await insertFindings(tx, scan.scanId, scan.scopeId, evidenceOf(scan, owners, matching.pairs, active));
  const seen = [...new Set(matching.pairs.map((pair) => pair.id))];
  const reappeared = await tellLifecycle(tx, scan, seen);
  if (scan.defaultBranch) {
    await mergeShown(tx, joinedBy(olds, news, matching.pairs), scan.tool);
  }
  if (opens) {
    await openLinks(tx, { assetId: scan.assetId, vulnerabilityIds: [...made.values(), ...reappeared], on: 'identified' });
  }
  return { created: made.size, matched: seen.length, reappeared: reappeared.length, unchanged: seen.length - reappeared.length, seen: [...seen, ...made.values()] };
}

async function create(tx: Transaction, scan: ScopeScan, indexes: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const news = indexes.map((index) => ({ index, ...columnsOf(scan.findings[index] as Finding, scan.tool) }));
  return rows.insertVulnerabilities(tx, news, {
    assetId: scan.assetId,
    at: new Date(),
    startedAt: scan.startedAt,
    actor: { kind: 'scan', name: scan.tool },
    cause: { kind: 'scan', scanId: scan.scanId, tool: scan.tool },
    note: `${scan.tool} found it.`,
  });
}

export function columnsOf(finding: Finding, tool: string) {
  return {
    title: finding.title,
    description: finding.description.slice(0, 20_000),
    description_format: finding.descriptionFormat ?? 'text',
    severity: finding.severity,
    finding_kind: finding.kind,
    tool,
    rule_id: finding.ruleId,
    cwe: finding.cwe,
    cve: finding.cve,
    advisories: finding.advisories,
    location: finding.location,
    snippet: finding.snippet?.slice(0, 8_000) ?? null,
    impact: finding.impact ?? null,
    remediation: finding.remediation ?? null,
    reference_urls: finding.references ?? [],
  };
}

/** Finding index → vulnerability id; a repeated result of a new vulnerability belongs to it too. */
function ownersOf(indexes: readonly number[], matching: Matching, made: ReadonlyMap<number, string>): ReadonlyMap<number, string> {
  const owners = new Map<number, string>(made);
  for (const pair of matching.pairs) {
    owners.set(indexes[pair.found] ?? -1, pair.id);
  }
  for (const [echo, first] of matching.echoes) {
    const id = owners.get(indexes[first] ?? -1);
    if (id !== undefined) {
      owners.set(indexes[echo] ?? -1, id);
    }
  }
  return owners;
}

async function remember(
  tx: Transaction,
  scan: ScopeScan,
  features: readonly Features[],
  owners: ReadonlyMap<number, string>,
  known: readonly rows.CandidateRow[],
): Promise<void> {
  const sightings = new Map<string, { vulnerability: string; features: Features; occurrences: number; index: number }>();
  for (const [index, id] of [...owners].sort(([a], [b]) => a - b)) {
    const before = sightings.get(id);
    if (before === undefined) {
      sightings.set(id, { vulnerability: id, features: features[index] as Features, occurrences: 1, index });
    } else {
      before.occurrences += 1;
    }
  }
  const all = [...sightings.values()];
  await rows.recordSightings(tx, scan.scopeId, { id: scan.scanId, startedAt: scan.startedAt }, all);
  const before = new Map(known.map((one) => [one.id, one.own ? keyText(one.features) : '']));
  const changed = all.filter((one) => before.get(one.vulnerability) !== keyText(one.features));
  await rows.replaceKeys(tx, scan.scopeId, changed.map((one) => ({ vulnerability: one.vulnerability, keys: candidateKeys(one.features) })));
  const refreshed = all
    .filter((one) => before.has(one.vulnerability) && scan.defaultBranch)
    .map((one) => ({ vulnerability: one.vulnerability, ...columnsOf(scan.findings[one.index] as Finding, scan.tool) }));
  const cards = await refreshVulnerabilities(tx, scan.startedAt, refreshed);
  await wakeLinks(tx, cards, 'A scan changed its title or severity.');
}

function keyText(features: Features): string {
  return candidateKeys(features).join('\u0000');
}

function evidenceOf(
  scan: ScopeScan,
  owners: ReadonlyMap<number, string>,
  pairs: readonly Pair[],
  active: readonly { readonly index: number }[],
) {
  const stages = new Map(pairs.map((pair) => [active[pair.found]?.index, pair.stage]));
  return scan.findings.map((finding, index) => ({
    ordinal: scan.firstOrdinal + index,
    vulnerability: owners.get(index) ?? null,
    stage: stages.get(index) ?? null,
    raw: { ...finding, description: finding.description.slice(0, 4_000), snippet: finding.snippet?.slice(0, 2_000) },
  }));
}

/** A scan of the default branch that sees something again may reopen it. Answers the ids that reappeared. */
async function tellLifecycle(tx: Transaction, scan: ScopeScan, seen: readonly string[]): Promise<readonly string[]> {
  if (!scan.defaultBranch || seen.length === 0) {
    return [];
  }
  const heads = await rows.headsOf(tx, seen);
  const known = new Set(seen);
  await rows.touchHeads(tx, heads.filter((id) => !known.has(id)), scan.startedAt);
  const standings = await rows.lockStandings(tx, heads);
  const transitions: Transition[] = [];
  const reappeared: string[] = [];
  for (const standing of standings) {
    const facts = { status: standing.status, asOf: standing.as_of.getTime(), acceptedUntil: standing.accepted_until?.getTime() ?? null };
    const result: Advance = advance(facts, { kind: 'detected', startedAt: scan.startedAt.getTime() });
    if (result.kind === 'moves') {
      transitions.push(scanTransition(standing.id, result, scan));
      if (standing.status === 'fixed') {
        reappeared.push(standing.id);
      }
    }
  }
  await applyTransitions(tx, transitions);
  return reappeared;
}

export function scanTransition(
  vulnerabilityId: string,
  result: Extract<Advance, { kind: 'moves' }>,
  scan: { readonly scanId: string; readonly tool: string; readonly startedAt: Date },
): Transition {
  return {
    vulnerabilityId,
    to: result.to,
    at: Date.now(),
    asOf: scan.startedAt.getTime(),
    actor: { kind: 'scan', name: scan.tool },
    cause: { kind: 'scan', scanId: scan.scanId, tool: scan.tool },
    note: result.because,
    fixedByScanId: result.to === 'fixed' ? scan.scanId : undefined,
  };
}
