import { setImmediate as breath } from 'node:timers/promises';
import { isAmong } from '../lib/sorted.ts';
import { countsAtPlaces, detectedAtPlaces, detectedByLook, detectedIds, renewEvidence } from '../store/looks.ts';
import type { Connection, Transaction } from '../store/open.ts';
import type { PlaceRange } from './place-batches.ts';
import { PlaceIndex } from './place-batches.ts';
import type { ScopeScan } from './record-scope.ts';
import type { Recorded } from './sightings.ts';
import { Sightings, tellGathered } from './sightings.ts';
import type { WriteBehind } from './write-behind.ts';

/** As many findings are compared at once with what is known, by digests alone. */
const comparedAtOnce = 20_000;
/** So many are left for the matching in any case: what is rare among findings is learned from all kinds of files. */
const sampleLeast = 2_500;

/** The findings of one place, each with the vulnerability that it shows to the letter (0: none). */
interface Compared {
  readonly range: PlaceRange;
  readonly same: readonly number[];
}

/**
 * Files in which each finding is, to the letter, what the scope detects there, and nothing is missing: each goes on as the
 * one that it was. Most files of most scans are such; their texts are not read again. What is left is answered; in it too the
 * ones are marked that are what was known.
 */
export async function settleUnchanged(tx: Transaction, scan: ScopeScan, behind: WriteBehind, add: (counts: Recorded) => void): Promise<PlaceIndex> {
  const left = new PlaceIndex();
  const knownBy = await wayToKnow(tx, scan);
  const compare = async (some: readonly PlaceRange[]) => {
    const compared = await compareLooks(scan, some, knownBy);
    if (!scan.mayBeBeside) {
      await behind.settled();
    }
    const whole = await wholePlaces(scan.mayBeBeside ? scan.beside : tx, scan, compared);
    const sightings = new Sightings(scan);
    for (const one of compared) {
      if (left.length < sampleLeast || !whole.has(one)) {
        scan.index.copy(one.range, left, one.same);
      } else {
        const found = one.same.map((id, at) => ({ ordinal: scan.index.at(one.range.from + at).ordinal, vulnerability: String(id), stage: 'same file' }));
        sightings.add({ seen: found.map(({ vulnerability }) => ({ id: vulnerability, occurrences: 1 })), found, again: found.map((each) => each.vulnerability) });
      }
    }
    const gathered = sightings.gathered();
    await behind.next(async () => {
      await keepAnew(tx, scan, compared);
      add(await tellGathered(tx, scan, gathered));
    });
  };
  let some: PlaceRange[] = [];
  let count = 0;
  for (const range of scan.index.ranges()) {
    some.push(range);
    count += range.end - range.from;
    if (count >= comparedAtOnce) {
      await compare(some);
      some = [];
      count = 0;
    }
  }
  await compare(some);
  return left;
}

/** What says what was known, and bears something else beside (a rank, further places), was kept by this scan: from now on that is what is shown. */
async function keepAnew(tx: Transaction, scan: ScopeScan, compared: readonly Compared[]): Promise<void> {
  const anew = compared.flatMap(({ range, same }) =>
    same.flatMap((vulnerability, at) => {
      const { ordinal, look } = scan.index.at(range.from + at);
      const evidence = scan.staged.evidenceOf(ordinal);
      return vulnerability === 0 || evidence.scanId !== scan.scanId ? [] : [{ look, vulnerability, digest: scan.staged.digestOf(ordinal), evidence }];
    }),
  );
  await renewEvidence(tx, scan.scopeId, anew);
}

/** By look: what the scope detects that it saw last as that. */
type Known = Map<number, number[]>;
type WayToKnow = (looks: readonly number[]) => Promise<Known>;

/** All of the scope at once where that is not far more than the report; else look by look. */
async function wayToKnow(tx: Transaction, scan: ScopeScan): Promise<WayToKnow> {
  const all = await scan.staged.looksOf(scan, scan.lastScanAt);
  if (all !== null) {
    const detected = await detectedIds(tx, scan);
    return (looks) => Promise.resolve(new Map(looks.map((look) => [look, all.vulnerabilitiesOf(look, scan.defaultBranch).filter((id) => isAmong(detected, id))])));
  }
  return async (looks) => {
    const known: Known = new Map();
    // Beside the transaction: what it has written so far says nothing of other places.
    for (const { nth, vulnerability } of await detectedByLook(scan.beside, scan, looks)) {
      const look = looks[nth] as number;
      known.set(look, [...(known.get(look) ?? []), vulnerability]);
    }
    return known;
  };
}

/** One to one: where several look the same, in the order of the report and of their ids. */
async function compareLooks(scan: ScopeScan, ranges: readonly PlaceRange[], knownBy: WayToKnow): Promise<readonly Compared[]> {
  const looks = ranges.map(({ from, end }) => Array.from({ length: end - from }, (_none, at) => scan.index.at(from + at).look));
  await breath();
  const known = await knownBy([...new Set(looks.flat().filter((look) => look !== 0))]);
  for (const ids of known.values()) {
    ids.sort((a, b) => b - a);
  }
  return ranges.map((range, nth) => ({ range, same: (looks[nth] as readonly number[]).map((look) => known.get(look)?.pop() ?? 0) }));
}

/** Those of which each finding is known, and of which nothing that is known is missing. */
async function wholePlaces(tx: Connection, scan: ScopeScan, compared: readonly Compared[]): Promise<ReadonlySet<Compared>> {
  const full = compared.filter(({ same }) => !same.includes(0));
  // Most places never knew more than what stands there now; of the others it is asked what is still detected.
  const others = await uneven(full, (places) => countsAtPlaces(tx, scan.scopeId, places));
  const gaps = new Set(await uneven(others, (places) => detectedAtPlaces(tx, scan.scopeId, places)));
  return new Set(full.filter((one) => !gaps.has(one)));
}

/** Those of which another number is counted than is found. */
async function uneven(some: readonly Compared[], count: (places: readonly string[]) => Promise<readonly number[]>): Promise<readonly Compared[]> {
  const counts = await count(some.map(({ range }) => range.place));
  return some.filter((one, nth) => counts[nth] !== one.same.length);
}
