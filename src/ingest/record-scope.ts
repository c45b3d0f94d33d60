import { candidateKeys, keysAtPlace, keysElsewhere } from '../core/matching/candidate-keys.ts';
import type { Coverage } from '../core/matching/coverage.ts';
import { mayBeElsewhere } from '../core/matching/coverage.ts';
import type { Features } from '../core/matching/features.ts';
import { featuresOf } from '../core/matching/features.ts';
import type { Finding } from '../core/matching/finding.ts';
import { joinedBy } from '../core/matching/joined.ts';
import type { Matching, WiderGround } from '../core/matching/match.ts';
import { match } from '../core/matching/match.ts';
import type { Transaction } from '../store/open.ts';
import type { CandidateRow } from '../store/scope-memory.ts';
import { candidates, featuresIn } from '../store/scope-memory.ts';
import { PlaceIndex, PlaceSet } from './place-batches.ts';
import type { Owners, Recorded } from './record-batch.ts';
import { createFresh, recordBatch } from './record-batch.ts';
import type { StagedFindings } from './staged-findings.ts';
import { settleUnchanged } from './unchanged.ts';
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
  /** It looked at all of the scope: what it does not show is not there. */
  readonly whole: boolean;
  readonly staged: StagedFindings;
  readonly index: PlaceIndex;
  readonly manifests: PlaceSet;
}

export type ScopeCounts = Recorded;

/** A finding that takes part in the matching. */
export interface Found {
  readonly ordinal: number;
  readonly finding: Finding;
  readonly features: Features;
}

/** As many findings are matched at once; what is known of their places comes on top. */
const batchMax = 5_000;
/** Of a longer report, place by place. */
const atPlaceMax = 2_000;

/**
 * What a scope saw: matched with what is known, recorded, and told to the lifecycle. Absence is decided afterwards. Up to
 * `batchMax` findings are matched in one go. More are matched place by place first, and what is left over then, with what was
 * not found at its place, by text wherever it is.
 */
export async function recordScope(tx: Transaction, scan: ScopeScan, most = batchMax): Promise<Recorded> {
  await upgradeFeatures(tx, scan.assetId);
  const total = { created: 0, matched: 0, reappeared: 0, unchanged: 0, heads: [] as string[] };
  const add = (counts: Recorded) => {
    total.created += counts.created;
    total.matched += counts.matched;
    total.reappeared += counts.reappeared;
    total.unchanged += counts.unchanged;
    total.heads.push(...counts.heads);
  };
  const isLong = scan.index.length > most;
  const files = isLong || !scan.whole ? scan.index.places() : new PlaceSet();
  const coverage = scan.whole ? null : { files, manifests: scan.manifests };
  if (!isLong) {
    for await (const found of looks(scan, scan.index.batches(most))) {
      add(await settle(tx, scan, found, { ground: null, coverage }));
    }
    return total;
  }
  const rest: Rest = { left: new PlaceIndex(), detected: new PlaceSet(), missed: new PlaceSet() };
  const changed = await settleUnchanged(tx, scan, add);
  for await (const found of looks(scan, changed.batches(Math.min(most, atPlaceMax)))) {
    add(await settleAtPlace(tx, scan, found, rest, coverage));
  }
  const ground: WiderGround = (detected) => ({
    isGone: (place) => !files.has(place),
    isBorn: (place) => !(detected ? rest.detected : rest.missed).has(place),
  });
  for await (const found of looks(scan, rest.left.batches(most))) {
    add(await settle(tx, scan, found, { ground, coverage }));
  }
  return total;
}

/** What the look at its own place leaves of a long report, files of one name together: a renamed folder keeps them. */
interface Rest {
  readonly left: PlaceIndex;
  /** Files of the report in which something was known: still detected, or not any more. */
  readonly detected: PlaceSet;
  readonly missed: PlaceSet;
}

/** Of batches that are longer, no two are in memory together. */
const aheadBytesMax = 8 * 1024 * 1024;

/** One batch after the other; while one of them is recorded, the next is made ready. */
async function* looks(scan: ScopeScan, batches: Iterable<readonly number[]>): AsyncIterable<readonly Found[]> {
  let ready: Promise<readonly Found[]> | null = null;
  for (const ordinals of batches) {
    if (ready !== null && scan.staged.lengthOf(ordinals.length) > aheadBytesMax) {
      yield await ready;
      ready = null;
    }
    const next = look(scan, ordinals);
    // Whoever waits for it hears of a failure.
    next.catch(() => {});
    if (ready !== null) {
      yield await ready;
    }
    ready = next;
  }
  if (ready !== null) {
    yield await ready;
  }
}

async function look(scan: ScopeScan, ordinals: readonly number[]): Promise<readonly Found[]> {
  const findings = await scan.staged.load(ordinals);
  return findings.map((finding, index) => ({ ordinal: ordinals[index] as number, finding, features: featuresOf(finding) }));
}

type Known = ReadonlyMap<string, CandidateRow & { readonly place: string }>;

/** What the scan as a whole says beyond the findings that are matched at once. */
interface View {
  readonly ground: WiderGround | null;
  /** Null: all of it was looked at. */
  readonly coverage: Coverage | null;
}

interface MatchWish extends View {
  readonly keysOf: (features: Features) => readonly string[];
  /** Known ones which this scan was seen to have already are left out. */
  readonly exceptSeen: boolean;
}

interface Matched {
  readonly known: Known;
  readonly matching: Matching;
  /** Known ones that a finding shows to be one. */
  readonly joined: readonly (readonly string[])[];
}

async function matchWith(tx: Transaction, scan: ScopeScan, found: readonly Found[], wish: MatchWish): Promise<Matched> {
  const keys = [...new Set(found.flatMap((one) => wish.keysOf(one.features)))];
  const rows = keys.length === 0 ? [] : await candidates(tx, { ...scan, exceptOfScan: wish.exceptSeen ? scan.scanId : null }, keys);
  const { coverage } = wish;
  const all = rows.map((row) => ({ id: row.id, features: featuresIn(row), detected: row.state === 'detected', foreign: !row.own }));
  const news = found.map((one) => one.features);
  const known = coverage === null ? all : all.filter((one) => mayBeElsewhere(one, coverage));
  const matching = match(known, news, wish.ground ?? undefined);
  return { matching, joined: joinedBy(known, news, matching.pairs), known: new Map(rows.map((row, index) => [row.id, { ...row, place: all[index]?.features.place ?? '' }])) };
}

/** Everything is decided: what nobody knew becomes a vulnerability. */
async function settle(tx: Transaction, scan: ScopeScan, found: readonly Found[], view: View): Promise<Recorded> {
  const second = view.ground !== null;
  const { known, matching, joined } = await matchWith(tx, scan, found, { keysOf: second ? keysElsewhere : candidateKeys, exceptSeen: second, ...view });
  const owners = ownersOf(matching.pairs, found, known);
  const made = await createFresh(tx, scan, found, matching.fresh.filter((index) => !isSuppressed(found[index])));
  for (const [index, id] of made) {
    owners.set(index, { id, stage: null });
  }
  for (const [echo, first] of matching.echoes) {
    const owner = owners.get(first);
    if (owner !== undefined && !isSuppressed(found[echo])) {
      owners.set(echo, { id: owner.id, stage: 'repeated' });
    }
  }
  return recordBatch(tx, scan, { found, owners, known, joined, made: [...made.values()] });
}

/** What its place knows, all of which stands in one batch, is settled; the rest is left for the second look, at which all that may have moved is in view. */
async function settleAtPlace(tx: Transaction, scan: ScopeScan, found: readonly Found[], rest: Rest, coverage: Coverage | null): Promise<Recorded> {
  const { known, matching, joined } = await matchWith(tx, scan, found, { keysOf: keysAtPlace, exceptSeen: false, ground: null, coverage });
  for (const { place, state } of known.values()) {
    (state === 'detected' ? rest.detected : rest.missed).add(place);
  }
  const stays = (index: number, id: string) => {
    const features = found[index]?.features;
    return features !== undefined && (features.kind !== 'file' || features.place === known.get(id)?.place);
  };
  const owners = ownersOf(matching.pairs.filter((pair) => stays(pair.found, pair.id)), found, known);
  found.forEach(({ ordinal, features }, index) => {
    if (!owners.has(index)) {
      rest.left.add(ordinal, features.place.slice(features.place.lastIndexOf('/') + 1));
    }
  });
  return recordBatch(tx, scan, { found, owners, known, joined, made: [] });
}

/** What was suppressed at the source is no sighting, but what this scope detects is not gone by being suppressed. */
function ownersOf(pairs: Matching['pairs'], found: readonly Found[], known: Known): Owners {
  const isKept = (id: string) => known.get(id)?.own === true && known.get(id)?.state === 'detected';
  const counting = pairs.filter((pair) => !isSuppressed(found[pair.found]) || isKept(pair.id));
  return new Map(counting.map((pair) => [pair.found, { id: pair.id, stage: pair.stage }]));
}

function isSuppressed(found: Found | undefined): boolean {
  return found?.finding.suppressed === true;
}
