import { hash } from 'node:crypto';
import { candidateKeys, haveSameKeys } from '../core/matching/candidate-keys.ts';
import type { Features } from '../core/matching/features.ts';
import type { Finding } from '../core/matching/finding.ts';
import type { Refreshed } from '../store/findings.ts';
import { insertVulnerabilities } from '../store/ingest-rows.ts';
import { openLinks, wakeLinks } from '../store/links.ts';
import type { Transaction } from '../store/open.ts';
import type { CandidateRow, Memory, Remembering } from '../store/scope-memory.ts';
import { remember, remembering } from '../store/scope-memory.ts';
import { mergeShown } from './merge.ts';
import type { Found } from './looked.ts';
import type { ScopeScan } from './record-scope.ts';
import type { Gathered, Recorded, Seeing } from './sightings.ts';
import { Sightings, added, nothingRecorded, tellGathered } from './sightings.ts';
import { WriteBehind } from './write-behind.ts';

/** Index of a finding → whose it is. */
export type Owners = Map<number, { readonly id: string; readonly stage: string | null }>;

/** What is known, and how it is remembered. */
export interface Remembered {
  readonly row: CandidateRow;
  readonly features: Features;
}

export interface Batch {
  readonly found: readonly Found[];
  readonly owners: Owners;
  readonly known: ReadonlyMap<string, Remembered>;
  /** Known ones that a finding shows to be one. */
  readonly joined: readonly (readonly string[])[];
  /** Vulnerabilities made for this batch. */
  readonly made: readonly string[];
}

/** What nobody knew becomes a vulnerability, unless the scan may open none: then it is evidence alone. */
export async function createFresh(tx: Transaction, scan: ScopeScan, found: readonly Found[], fresh: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (!scan.defaultBranch || scan.late) {
    return new Map();
  }
  const news = fresh.toSorted((a, b) => a - b).map((index) => ({ index, columns: columnsOf((found[index] as Found).finding as Finding, scan.tool) }));
  const rows = news.map(({ index, columns }) => ({ index, ...columns }));
  const made = insertVulnerabilities(tx, rows, {
    assetId: scan.assetId,
    at: new Date(),
    startedAt: scan.startedAt,
    actor: { kind: 'scan', name: scan.tool },
    cause: { kind: 'scan', scanId: scan.scanId, tool: scan.tool },
    note: `${scan.tool} found it.`,
    isRehearsal: scan.isRehearsal,
  });
  // Whoever waits for it hears of a failure.
  made.catch(() => {});
  // While the database is at work.
  news.forEach(({ index, columns }) => faceOf(scan, found[index] as Found, columns));
  return made;
}

/** Everything that follows from whose the findings are. */
export async function recordBatch(tx: Transaction, scan: ScopeScan, batch: Batch): Promise<Recorded> {
  const { made } = batch;
  const prepared = await WriteBehind.use(async (behind) => {
    if (scan.defaultBranch && !scan.late && made.length > 0) {
      await behind.next(() => openLinks(tx, { assetId: scan.assetId, vulnerabilityIds: made, on: 'identified' }));
    }
    // While the links are opened.
    return prepareBatch(scan, batch);
  });
  const sightings = new Sightings(scan);
  sightings.add(prepared.sighted);
  return added({ ...nothingRecorded, created: made.length }, await writeBatch(tx, scan, prepared, sightings.gathered()));
}

/** What is to be written of a batch, without the batch. */
export interface PreparedBatch {
  readonly remembers: Remembering | null;
  readonly sighted: Seeing;
  readonly joined: Batch['joined'];
}

export function prepareBatch(scan: ScopeScan, { found, owners, known, joined }: Batch): PreparedBatch {
  const seen = seenOf(found, owners);
  // What is only suppressed stays as it is: nothing validated a fix, and nothing refuted one.
  const sighted = new Set([...owners].filter(([index]) => found[index]?.finding?.suppressed !== true).map(([, { id }]) => id));
  return {
    remembers: rememberLooks(scan, seen, known),
    sighted: {
      seen: seen.map(({ id, occurrences }) => ({ id, occurrences })),
      found: [...owners].map(([index, { id, stage }]) => ({ ordinal: (found[index] as Found).ordinal, vulnerability: id, stage })),
      again: seen.filter((one) => known.has(one.id) && sighted.has(one.id)).map((one) => one.id),
    },
    joined,
  };
}

/** With what was seen in it and in others before it, as far as it is told now. */
export async function writeBatch(tx: Transaction, scan: ScopeScan, { remembers, joined }: PreparedBatch, gathered: Gathered | null): Promise<Recorded> {
  await wakeLinks(tx, await remember(tx, remembers), 'A scan changed its title or severity.');
  const told = await tellGathered(tx, scan, gathered);
  if (scan.defaultBranch && joined.length > 0) {
    await mergeShown(tx, joined, scan.tool);
  }
  return told;
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

function rememberLooks(scan: ScopeScan, seen: readonly Seen[], known: Batch['known']): Remembering | null {
  const looks = seen.flatMap(({ id, first }) => lookOf(scan, id, first, known.get(id) ?? null));
  const changed = looks.filter((look) => !look.same || look.own?.row.features !== look.features || Number(look.own.row.look) !== look.look);
  const memories = changed.map(({ id, features, content, look, first, own }) => ({
    vulnerability: id,
    features,
    content,
    look,
    lookBefore: Number(own?.row.look ?? 0),
    digest: scan.staged.digestOf(first.ordinal),
    evidence: scan.staged.evidenceOf(first.ordinal),
    ...keysOf(first.features, own),
  }));
  const refreshed = scan.defaultBranch ? looks.filter((look) => look.again && !look.same).map((look) => refreshedOf(look.id, look.columns)) : [];
  return remembering(scan.scopeId, memories, { startedAt: scan.startedAt, rows: refreshed });
}

function refreshedOf(vulnerability: string, { title, description, severity, location, snippet }: Face['columns']): Refreshed {
  return { vulnerability, title, description, severity, location, snippet };
}

/** How one vulnerability looks in this scan, beside how it looked to the scope; nothing where a newer scan has spoken. */
function lookOf(scan: ScopeScan, id: string, first: Found, before: Remembered | null) {
  const own = before?.row.own === true ? before : null;
  if (own !== null && !own.row.newest) {
    return [];
  }
  if (first.finding === null) {
    // To the letter what it was: nothing to be remembered.
    return [];
  }
  const face = faceOf(scan, first);
  return [{ id, first, own, ...face, look: scan.index.lookOf(first.ordinal), again: before !== null, same: own !== null && own.row.content === face.content }];
}

/** By which it will be found, and was; none where they are the same. */
function keysOf(now: Features, own: Remembered | null): Pick<Memory, 'keys' | 'keysBefore'> {
  const before = own?.features ?? null;
  return before !== null && haveSameKeys(now, before) ? { keys: [], keysBefore: [] } : { keys: candidateKeys(now), keysBefore: before === null ? [] : candidateKeys(before) };
}

interface Face {
  readonly columns: ReturnType<typeof columnsOf>;
  readonly content: string;
  readonly features: string;
}

/** By finding: worked out once, as early as there is time for it. */
const faces = new WeakMap<Found, Face>();

/** What a scope remembers of a finding that was read; `told`: its columns, where they are known. */
function faceOf(scan: ScopeScan, found: Found, told: Face['columns'] | null = null): Face {
  const known = faces.get(found);
  if (known !== undefined) {
    return known;
  }
  const columns = told ?? columnsOf(found.finding as Finding, scan.tool);
  // Another branch shows nothing on the vulnerability: whoever comes to the default branch with it has to.
  const content = scan.defaultBranch ? digestOf(columns) : '';
  const face = { columns, content, features: JSON.stringify(found.features) };
  faces.set(found, face);
  return face;
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
