import { setImmediate as breath } from 'node:timers/promises';
import { candidateKeys, keysAtPlace, keysElsewhere } from '../core/matching/candidate-keys.ts';
import type { Coverage } from '../core/matching/coverage.ts';
import { mayBeElsewhere } from '../core/matching/coverage.ts';
import type { Features } from '../core/matching/features.ts';
import { joinedBy } from '../core/matching/joined.ts';
import type { Matching, WiderGround } from '../core/matching/match.ts';
import { matchStepwise } from '../core/matching/match.ts';
import type { Connection, Transaction } from '../store/open.ts';
import type { CandidateRow } from '../store/scope-memory.ts';
import { candidates, featuresIn } from '../store/scope-memory.ts';
import type { Found, Looked } from './looked.ts';
import { looks, readAll, unread } from './looked.ts';
import { PlaceIndex, PlaceSet } from './place-batches.ts';
import type { Batch, Owners } from './record-batch.ts';
import { createFresh, prepareBatch, recordBatch, writeBatch } from './record-batch.ts';
import type { SeenIds } from './seen-ids.ts';
import type { Recorded } from './sightings.ts';
import { Sightings, added, nothingRecorded, tellGathered } from './sightings.ts';
import type { StagedFindings } from './staged-findings.ts';
import { settleUnchanged } from './unchanged.ts';
import { WriteBehind } from './write-behind.ts';

export interface ScopeScan {
  readonly scanId: string;
  readonly assetId: string;
  readonly scopeId: string;
  /** When the scope was scanned last before. */
  readonly lastScanAt: Date | null;
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
  /** Sees what was known before the transaction, while that is at work. */
  readonly beside: Connection;
  /** Nothing that is known was changed in the transaction before. */
  readonly mayBeBeside: boolean;
  /** All that was seen, by any run of the report. */
  readonly seen: SeenIds;
  readonly index: PlaceIndex;
  readonly manifests: PlaceSet;
  readonly isRehearsal: boolean;
}

/** As many findings are matched at once; what is known of their places comes on top. */
const batchMax = 5_000;
/** Of a longer report, place by place. */
const atPlaceMax = 2_000;
/** Of what was seen at its place. */
const toldAtOnce = 10_000;

/**
 * What a scope saw: matched with what is known, recorded, and told to the lifecycle. Absence is decided afterwards. Up to
 * `batchMax` findings are matched in one go. More are matched place by place first, and what is left over then, with what was
 * not found at its place, by text wherever it is.
 */
export async function recordScope(tx: Transaction, scan: ScopeScan, most = batchMax): Promise<Recorded> {
  let total = nothingRecorded;
  const add = (counts: Recorded) => {
    total = added(total, counts);
  };
  const isLong = scan.index.length > most;
  const files = isLong || !scan.whole ? scan.index.places() : new PlaceSet();
  const coverage = scan.whole ? null : { files, manifests: scan.manifests };
  if (isLong) {
    await WriteBehind.use((behind) => recordLong(tx, scan, { most, files, coverage, behind, add }));
    return total;
  }
  for await (const looked of looks(scan, scan.index.batches(most))) {
    add(await settle(tx, scan, looked, { ground: null, coverage }));
  }
  return total;
}

interface LongScan {
  readonly most: number;
  /** Places of all of its findings. */
  readonly files: PlaceSet;
  readonly coverage: Coverage | null;
  readonly behind: WriteBehind;
  readonly add: (counts: Recorded) => void;
}

async function recordLong(tx: Transaction, scan: ScopeScan, { most, files, coverage, behind, add }: LongScan): Promise<void> {
  const rest: Rest = { left: new PlaceIndex(), detected: new PlaceSet(), missed: new PlaceSet() };
  const changed = await settleUnchanged(tx, scan, behind, add);
  const sightings = new Sightings(scan);
  const batches = looks(scan, changed.batches(Math.min(most, atPlaceMax)));
  for await (const { looked, rows } of asked(tx, scan, batches, behind)) {
    const batch = await matchAtPlace(scan, looked, rows, { rest, coverage });
    const prepared = prepareBatch(scan, batch);
    sightings.add(prepared.sighted);
    // What other batches may know by a name has to be seen when they ask.
    const mayWait = prepared.joined.length === 0 && batch.found.every((one) => one.features.kind === 'file');
    const gathered = mayWait && sightings.waiting < toldAtOnce ? null : sightings.gathered();
    await behind.next(async () => add(await writeBatch(tx, scan, prepared, gathered)));
  }
  await behind.settled();
  add(await tellGathered(tx, scan, sightings.gathered()));
  const ground: WiderGround = (detected) => ({
    isGone: (place) => !files.has(place),
    isBorn: (place) => !(detected ? rest.detected : rest.missed).has(place),
  });
  for await (const looked of looks(scan, rest.left.batches(most))) {
    add(await settle(tx, scan, looked, { ground, coverage }));
  }
}

/** What the look at its own place leaves of a long report, files of one name together: a renamed folder keeps them. */
interface Rest {
  readonly left: PlaceIndex;
  /** Files of the report in which something was known: still detected, or not any more. */
  readonly detected: PlaceSet;
  readonly missed: PlaceSet;
}

type Known = Batch['known'];

/** What the scan as a whole says beyond the findings that are matched at once. */
interface View {
  readonly ground: WiderGround | null;
  /** Null: all of it was looked at. */
  readonly coverage: Coverage | null;
}

interface Matched {
  readonly known: Known;
  readonly matching: Matching;
  /** Known ones that a finding shows to be one. */
  readonly joined: readonly (readonly string[])[];
}

function askFor(tx: Connection, scan: ScopeScan, keys: readonly string[], exceptSeen = false): Promise<readonly CandidateRow[]> {
  const different = [...new Set(keys)];
  return different.length === 0 ? Promise.resolve([]) : candidates(tx, { ...scan, exceptOfScan: exceptSeen ? scan.scanId : null }, different);
}

/** What was remembered, by vulnerability. */
function featuresOfRows(rows: readonly CandidateRow[]): ReadonlyMap<string, Features> {
  return new Map(rows.map((row) => [row.id, featuresIn(row)]));
}

async function matchWith(rows: readonly CandidateRow[], features: ReadonlyMap<string, Features>, found: readonly Found[], { ground, coverage }: View): Promise<Matched> {
  const all = rows.map((row) => ({ id: row.id, features: features.get(row.id) as Features, detected: row.state === 'detected', foreign: !row.own }));
  const news = found.map((one) => one.features);
  const known = coverage === null ? all : all.filter((one) => mayBeElsewhere(one, coverage));
  const steps = matchStepwise(known, news, ground ?? undefined);
  let step = steps.next();
  while (step.done !== true) {
    // A long statement or answer passes through the socket a part a turn.
    await breath();
    step = steps.next();
  }
  const matching = step.value;
  return { matching, joined: joinedBy(known, news, matching.pairs), known: new Map(rows.map((row) => [row.id, { row, features: features.get(row.id) as Features }])) };
}

/** Everything is decided: what nobody knew becomes a vulnerability. */
async function settle(tx: Transaction, scan: ScopeScan, looked: readonly Looked[], view: View): Promise<Recorded> {
  const second = view.ground !== null;
  const found = await readAll(scan, looked);
  // Known ones which the first look gave to a finding of this scan are left out of the second.
  const rows = await askFor(tx, scan, found.flatMap((one) => (second ? keysElsewhere : candidateKeys)(one.features)), second);
  const { known, matching, joined } = await matchWith(rows, featuresOfRows(rows), found, view);
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

interface Asked {
  readonly looked: readonly Looked[];
  readonly rows: readonly CandidateRow[];
}

/** So many batches are asked for ahead, if they are short: the database is at work on one while another is taken over. */
const askedAhead = 2;
const askedBytesMax = 2 * 1024 * 1024;

/**
 * Batches with what is known of their places. Of files alone, nothing that this scan writes before says anything more: then it is asked
 * for beside the transaction, while that is at work.
 */
async function* asked(tx: Transaction, scan: ScopeScan, batches: AsyncIterable<readonly Looked[]>, behind: WriteBehind): AsyncIterable<Asked> {
  const ready: Promise<Asked>[] = [];
  for await (const looked of batches) {
    const isBeside = scan.mayBeBeside && looked.every((one) => one.features === null || one.features.kind === 'file');
    const most = scan.staged.lengthOf(looked.length) > askedBytesMax ? 1 : askedAhead;
    const ask = async (from: Connection) => ({ looked, rows: await askFor(from, scan, looked.flatMap((one) => (one.features === null ? [one.place] : keysAtPlace(one.features)))) });
    if (isBeside) {
      const next = ask(scan.beside);
      // Whoever waits for it hears of a failure.
      next.catch(() => {});
      ready.push(next);
    }
    while (ready.length > (isBeside ? most : 0)) {
      yield (await ready.shift()) as Asked;
    }
    if (!isBeside) {
      // What other batches told by a name is seen.
      await behind.settled();
      yield await ask(tx);
    }
  }
  for (const next of ready) {
    yield await next;
  }
}

interface AtPlace {
  readonly rest: Rest;
  readonly coverage: Coverage | null;
}

/** What its place knows, all of which stands in one batch, is settled; the rest is left for the second look, at which all that may have moved is in view. */
async function matchAtPlace(scan: ScopeScan, looked: readonly Looked[], rows: readonly CandidateRow[], { rest, coverage }: AtPlace): Promise<Batch> {
  const remembered = featuresOfRows(rows);
  await breath();
  const found = await readAll(scan, looked, remembered);
  await breath();
  const { known, matching, joined } = await matchWith(rows, remembered, found, { ground: null, coverage });
  for (const { row, features } of known.values()) {
    (row.state === 'detected' ? rest.detected : rest.missed).add(features.place);
  }
  const stays = (index: number, id: string) => {
    const features = found[index]?.features;
    return features !== undefined && (features.kind !== 'file' || features.place === known.get(id)?.features.place);
  };
  const owners = ownersOf(matching.pairs.filter((pair) => stays(pair.found, pair.id)), found, known);
  found.forEach(({ ordinal, features }, index) => {
    if (!owners.has(index)) {
      rest.left.add(ordinal, features.place.slice(features.place.lastIndexOf('/') + 1));
    }
  });
  const read = await readAll(scan, found.map((one, index) => (one.same === null || owners.get(index)?.id === one.same || !owners.has(index) ? one : unread(one))));
  return { found: read, owners, known, joined, made: [] };
}

/** What was suppressed at the source is no sighting, but what this scope detects is not gone by being suppressed. */
function ownersOf(pairs: Matching['pairs'], found: readonly Found[], known: Known): Owners {
  const isKept = (id: string) => known.get(id)?.row.own === true && known.get(id)?.row.state === 'detected';
  const counting = pairs.filter((pair) => !isSuppressed(found[pair.found]) || isKept(pair.id));
  return new Map(counting.map((pair) => [pair.found, { id: pair.id, stage: pair.stage }]));
}

function isSuppressed(found: Found | undefined): boolean {
  return found?.finding?.suppressed === true;
}
