import { hash } from 'node:crypto';
import type { Advance } from '../core/lifecycle/advance.ts';
import { advance, movedBySighting } from '../core/lifecycle/advance.ts';
import { candidateKeys } from '../core/matching/candidate-keys.ts';
import type { Finding } from '../core/matching/finding.ts';
import { recordSightings } from '../store/detections.ts';
import { recordOccurrences, refreshVulnerabilities } from '../store/findings.ts';
import { headsOf, insertVulnerabilities, lockStandingsIn } from '../store/ingest-rows.ts';
import { openLinks, wakeLinks } from '../store/links.ts';
import type { Transaction } from '../store/open.ts';
import type { CandidateRow } from '../store/scope-memory.ts';
import { featuresIn, remember } from '../store/scope-memory.ts';
import type { Transition } from '../store/transitions.ts';
import { applyTransitions } from '../store/transitions.ts';
import { mergeShown } from './merge.ts';
import type { Found, ScopeScan } from './record-scope.ts';

/** Index of a finding → whose it is. */
export type Owners = Map<number, { readonly id: string; readonly stage: string | null }>;

export interface Batch {
  readonly found: readonly Found[];
  readonly owners: Owners;
  readonly known: ReadonlyMap<string, CandidateRow>;
  /** Known ones that a finding shows to be one. */
  readonly joined: readonly (readonly string[])[];
  /** Vulnerabilities made for this batch. */
  readonly made: readonly string[];
}

export interface Recorded {
  readonly created: number;
  readonly matched: number;
  readonly reappeared: number;
  readonly unchanged: number;
  /** What some of it was merged into. */
  readonly heads: readonly string[];
}

/** What nobody knew becomes a vulnerability, unless the scan may open none: then it is evidence alone. */
export async function createFresh(tx: Transaction, scan: ScopeScan, found: readonly Found[], fresh: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (!scan.defaultBranch || scan.late) {
    return new Map();
  }
  const news = fresh.toSorted((a, b) => a - b).map((index) => ({ index, ...columnsOf((found[index] as Found).finding, scan.tool) }));
  return insertVulnerabilities(tx, news, {
    assetId: scan.assetId,
    at: new Date(),
    startedAt: scan.startedAt,
    actor: { kind: 'scan', name: scan.tool },
    cause: { kind: 'scan', scanId: scan.scanId, tool: scan.tool },
    note: `${scan.tool} found it.`,
  });
}

/** Everything that follows from whose the findings are. */
export async function recordBatch(tx: Transaction, scan: ScopeScan, { found, owners, known, joined, made }: Batch): Promise<Recorded> {
  const seen = seenOf(found, owners);
  await recordSightings(tx, scan.scopeId, { id: scan.scanId, startedAt: scan.startedAt }, seen.map((one) => ({ vulnerability: one.id, occurrences: one.occurrences })));
  const occurrences = [...owners].map(([index, { id, stage }]) => ({ ordinal: (found[index] as Found).ordinal, vulnerability: id, stage }));
  await recordOccurrences(tx, scan.scanId, scan.scopeId, occurrences);
  await rememberLooks(tx, scan, seen, known);
  // What is only suppressed stays as it is: nothing validated a fix, and nothing refuted one.
  const sighted = new Set([...owners].filter(([index]) => found[index]?.finding.suppressed !== true).map(([, { id }]) => id));
  const again = seen.filter((one) => known.has(one.id) && sighted.has(one.id)).map((one) => one.id);
  const { reappeared, heads } = await tellLifecycle(tx, scan, again);
  if (scan.defaultBranch) {
    await mergeShown(tx, joined, scan.tool);
  }
  if (scan.defaultBranch && !scan.late) {
    await openLinks(tx, { assetId: scan.assetId, vulnerabilityIds: [...made, ...reappeared], on: 'identified' });
  }
  return { created: made.length, matched: again.length, reappeared: reappeared.length, unchanged: again.length - reappeared.length, heads };
}

/** What is to the letter what the scope detects: seen again, and nothing to be remembered or told. */
export async function recordUnchanged(
  tx: Transaction,
  scan: ScopeScan,
  pairs: readonly { readonly ordinal: number; readonly vulnerability: string }[],
): Promise<Recorded> {
  if (pairs.length === 0) {
    return { created: 0, matched: 0, reappeared: 0, unchanged: 0, heads: [] };
  }
  // In one order, near each other in the tables.
  const ids = pairs.map((pair) => pair.vulnerability).toSorted((a, b) => Number(a) - Number(b));
  await recordSightings(tx, scan.scopeId, { id: scan.scanId, startedAt: scan.startedAt }, ids.map((vulnerability) => ({ vulnerability, occurrences: 1 })));
  await recordOccurrences(tx, scan.scanId, scan.scopeId, pairs.map((pair) => ({ ...pair, stage: 'same file' })));
  const { reappeared, heads } = await tellLifecycle(tx, scan, ids);
  if (scan.defaultBranch && !scan.late) {
    await openLinks(tx, { assetId: scan.assetId, vulnerabilityIds: reappeared, on: 'identified' });
  }
  return { created: 0, matched: ids.length, reappeared: reappeared.length, unchanged: ids.length - reappeared.length, heads };
}

interface Seen {
  readonly id: string;
  /** The finding that it was known by, in whatever order the report has them. */
  readonly first: Found;
  occurrences: number;
}

function seenOf(found: readonly Found[], owners: Owners): readonly Seen[] {
  const seen = new Map<string, Seen>();
  const isRepeated = ({ stage }: { readonly stage: string | null }) => Number(stage === 'repeated');
  for (const [index, { id }] of [...owners].toSorted(([a, one], [b, other]) => isRepeated(one) - isRepeated(other) || a - b)) {
    const before = seen.get(id);
    if (before === undefined) {
      seen.set(id, { id, first: found[index] as Found, occurrences: 1 });
    } else {
      before.occurrences += 1;
    }
  }
  // In one order, near each other in the tables.
  return [...seen.values()].toSorted((a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1));
}

async function rememberLooks(tx: Transaction, scan: ScopeScan, seen: readonly Seen[], known: ReadonlyMap<string, CandidateRow>): Promise<void> {
  const looks = seen.flatMap(({ id, first }) => lookOf(scan, id, first, known.get(id) ?? null));
  const changed = looks.filter((look) => !look.same || look.own?.features !== look.features || Number(look.own.look) !== look.look);
  await remember(
    tx,
    scan.scopeId,
    changed.map(({ id, features, content, look, first, own }) => ({
      vulnerability: id,
      features,
      content,
      look,
      keys: candidateKeys(first.features),
      keysBefore: own === null ? [] : candidateKeys(featuresIn(own)),
    })),
  );
  if (!scan.defaultBranch) {
    return;
  }
  const refreshed = looks.filter((look) => look.again && !look.same).map((look) => ({ vulnerability: look.id, ...look.columns }));
  await wakeLinks(tx, await refreshVulnerabilities(tx, scan.startedAt, refreshed), 'A scan changed its title or severity.');
}

/** How one vulnerability looks in this scan, beside how it looked to the scope; nothing where a newer scan has spoken. */
function lookOf(scan: ScopeScan, id: string, first: Found, before: CandidateRow | null) {
  const own = before?.own === true ? before : null;
  if (own !== null && !own.newest) {
    return [];
  }
  const columns = columnsOf(first.finding, scan.tool);
  // Another branch shows nothing on the vulnerability: whoever comes to the default branch with it has to.
  const content = scan.defaultBranch ? digestOf(columns) : '';
  return [{ id, first, own, columns, content, features: JSON.stringify(first.features), look: scan.index.lookOf(first.ordinal), again: before !== null, same: own !== null && own.content === content }];
}

function digestOf(columns: object): string {
  return hash('sha256', JSON.stringify(columns), 'base64').slice(0, 24);
}

export function columnsOf(finding: Finding, tool: string) {
  return {
    title: finding.title,
    description: finding.description,
    description_format: finding.descriptionFormat ?? 'text',
    severity: finding.severity,
    finding_kind: finding.kind,
    tool,
    rule_id: finding.ruleId,
    cwe: finding.cwe,
    cve: finding.cve,
    advisories: finding.advisories,
    location: finding.location,
    snippet: finding.snippet ?? null,
    impact: finding.impact ?? null,
    remediation: finding.remediation ?? null,
    reference_urls: finding.references ?? [],
  };
}

/** A scan of the default branch that sees something again may reopen it. Answers the ids that reappeared. */
async function tellLifecycle(tx: Transaction, scan: ScopeScan, seen: readonly string[]): Promise<{ readonly reappeared: readonly string[]; readonly heads: readonly string[] }> {
  if (!scan.defaultBranch || seen.length === 0) {
    return { reappeared: [], heads: [] };
  }
  const heads = await headsOf(tx, seen);
  const standings = await lockStandingsIn(tx, movedBySighting, heads);
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
  const known = new Set(seen);
  return { reappeared, heads: heads.filter((id) => !known.has(id)) };
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
