import type { Features } from '../core/matching/features.ts';
import { featuresOf } from '../core/matching/features.ts';
import type { Finding } from '../core/matching/finding.ts';
import type { Placed } from './place-batches.ts';
import type { StagedFindings } from './staged-findings.ts';

/** A finding that takes part in the matching. */
export interface Found {
  readonly ordinal: number;
  /** Key of its place. */
  readonly place: string;
  readonly features: Features;
  /** Null: not read, since it is to the letter what `same` was seen as. */
  readonly finding: Finding | null;
  /** The vulnerability that it shows to the letter, as far as the digests tell; the matching has the last word. */
  readonly same: string | null;
}

/** One of a batch, before it is known what is remembered of it. */
export type Looked = Found | (Omit<Found, 'features'> & { readonly features: null });

interface Read {
  readonly staged: StagedFindings;
}

/** Of batches that are longer, no two are in memory together. */
const aheadBytesMax = 8 * 1024 * 1024;

/** One batch after the other; while one of them is recorded, the next is made ready. */
export async function* looks(scan: Read, batches: Iterable<readonly Placed[]>): AsyncIterable<readonly Looked[]> {
  let ready: Promise<readonly Looked[]> | null = null;
  for (const batch of batches) {
    if (ready !== null && scan.staged.lengthOf(batch.length) > aheadBytesMax) {
      yield await ready;
      ready = null;
    }
    const next = look(scan, batch);
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

function look(scan: Read, batch: readonly Placed[]): Promise<readonly Looked[]> {
  return load(scan, batch.map(({ ordinal, place, same }) => ({ ordinal, place, same: same === 0 ? null : String(same), features: null, finding: null })), (one) => one.same === null);
}

/** All of them with features: as they are remembered where they show that to the letter, else read. */
export async function readAll(scan: Read, looked: readonly Looked[], remembered: ReadonlyMap<string, Features> = new Map()): Promise<readonly Found[]> {
  const known = looked.map((one) => {
    const features = one.features ?? (one.same === null ? undefined : remembered.get(one.same)) ?? null;
    return features === null ? unread(one) : { ...one, features };
  });
  return (await load(scan, known, (one) => one.features === null)) as readonly Found[];
}

/** One whose text is needed after all. */
export function unread(one: Looked): Looked {
  return { ...one, features: null, finding: null };
}

async function load(scan: Read, all: readonly Looked[], isWanted: (one: Looked) => boolean): Promise<readonly Looked[]> {
  const wanted = all.filter(isWanted);
  const findings = wanted.length === 0 ? [] : await scan.staged.load(wanted.map((one) => one.ordinal));
  const read = new Map(wanted.map((one, index) => [one, findings[index] as Finding]));
  return all.map((one) => {
    const finding = read.get(one);
    return finding === undefined ? one : { ...one, finding, features: featuresOf(finding) };
  });
}
