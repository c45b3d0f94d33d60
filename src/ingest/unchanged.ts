import type { Transaction } from '../store/open.ts';
import type { KnownLook } from '../store/looks.ts';
import { knownLooks } from '../store/looks.ts';
import type { PlaceRange } from './place-batches.ts';
import { PlaceIndex } from './place-batches.ts';
import type { Recorded } from './record-batch.ts';
import { recordUnchanged } from './record-batch.ts';
import type { ScopeScan } from './record-scope.ts';

/** As many findings are compared at once with what is known of their files, by digests alone. */
const comparedAtOnce = 20_000;
/** So many are left for the matching in any case: what is rare among findings is learned from all kinds of files. */
const sampleLeast = 2_500;

/**
 * Files in which each finding is, to the letter, what the scope detects there, and nothing is missing: each goes on as the
 * one that it was. Most files of most scans are such; their texts are not read again. What is left is answered.
 */
export async function settleUnchanged(tx: Transaction, scan: ScopeScan, add: (counts: Recorded) => void): Promise<PlaceIndex> {
  const left = new PlaceIndex();
  const leave = ({ from, end }: PlaceRange) => scan.index.copy(from, end, left);
  let some: PlaceRange[] = [];
  let count = 0;
  const compare = async () => {
    const known = Map.groupBy(await knownLooks(tx, scan, some.map((range) => range.place)), (one) => one.nth);
    const pairs: { readonly ordinal: number; readonly vulnerability: string }[] = [];
    some.forEach((range, nth) => {
      const same = left.length < sampleLeast ? null : pairsOf(scan.index, range, known.get(nth) ?? []);
      if (same === null) {
        leave(range);
      } else {
        pairs.push(...same);
      }
    });
    some = [];
    count = 0;
    add(await recordUnchanged(tx, scan, pairs));
  };
  for (const range of scan.index.ranges()) {
    if (range.comparable) {
      some.push(range);
      count += range.end - range.from;
    } else {
      leave(range);
    }
    if (count >= comparedAtOnce) {
      await compare();
    }
  }
  await compare();
  return left;
}

/** One to one by what they look like; null: something is different, or more or fewer of it. */
function pairsOf(index: PlaceIndex, { from, end }: PlaceRange, known: readonly KnownLook[]) {
  if (known.length !== end - from) {
    return null;
  }
  const found = Array.from({ length: end - from }, (_none, at) => index.at(from + at)).toSorted((a, b) => a.look - b.look || a.ordinal - b.ordinal);
  const sorted = known.toSorted((a, b) => a.look - b.look || Number(a.vulnerability) - Number(b.vulnerability));
  return found.every(({ look }, at) => look !== 0 && look === sorted[at]?.look)
    ? found.map(({ ordinal }, at) => ({ ordinal, vulnerability: (sorted[at] as KnownLook).vulnerability }))
    : null;
}
