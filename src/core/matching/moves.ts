import type { Linked } from './align.ts';
import { align } from './align.ts';
import type { Candidate } from './assign.ts';
import { assign } from './assign.ts';
import { content, context } from './evidence.ts';
import type { Ground } from './renames.ts';
import { contentKey, likenessOf } from './renames.ts';
import type { Census, Sighted } from './sighting.ts';
import { weights } from './weights.ts';

/** Above this many findings of one content on either side, the content alone proposes no pair. */
const equalsMax = 60;
/** Above this product of what is left of one file's group, only equal contents propose pairs. */
const cellsMax = 10_000;

/**
 * What is left, one to one, so that the whole is worth most: blocks moved within a file, parts moved to another file,
 * edited on the way or not.
 */
export function movedFindings(olds: readonly Sighted[], news: readonly Sighted[], census: Census, ground: Ground): readonly Candidate[] {
  const candidates = new Map<number, Candidate>();
  const add = (old: number, fresh: number, company: number) => {
    const worth = worthOf(olds[old] as Sighted, news[fresh] as Sighted, census, ground) + company;
    const key = old * news.length + fresh;
    if (worth > 0) {
      candidates.set(key, { old, fresh, worth });
    }
  };
  const oldFiles = indexesByPlace(olds);
  const newFiles = indexesByPlace(news);
  const proposed = proposals(olds, news);
  for (const [old, fresh] of proposed.pairs) {
    add(old, fresh, 0);
  }
  // The same pair again, in company now: never worth less.
  for (const [from, to] of proposed.files) {
    const mine = oldFiles.get(from) as readonly number[];
    const theirs = newFiles.get(to) as readonly number[];
    const linked = align(mine.map((at) => olds[at] as Sighted), theirs.map((at) => news[at] as Sighted), census, true);
    linked.forEach((one, at) => add(mine[one.old] as number, theirs[one.fresh] as number, companyOf(linked, at)));
  }
  return assign([...candidates.values()]);
}

function worthOf(a: Sighted, b: Sighted, census: Census, ground: Ground): number {
  const [from, to] = [a.features.place, b.features.place];
  const said = content(a, b, census) + context(a, b, census);
  if (a.place === b.place) {
    return said - weights.movedInFile - weights.movedPerDoubling * Math.log2(1 + Math.abs(a.features.line - b.features.line));
  }
  const gone = ground.isGone(from) ? weights.movedFromGoneFile : 0;
  const born = ground.isBorn(to) ? weights.movedToBornFile : 0;
  return said - weights.movedToOtherFile + gone + born + weights.alikePath * likenessOf(from, to);
}

/** How many neighbours of the chain moved with it. */
function companyOf(linked: readonly Linked[], at: number): number {
  const one = linked[at] as Linked;
  const near = linked.slice(Math.max(0, at - 4), at + 5).filter((other) => other !== one);
  const company = near.map((other): number => (other.shift === one.shift ? 1 : Math.abs(other.shift - one.shift) <= 2 ? 0.5 : 0));
  return Math.min(weights.companyMost, weights.company * company.reduce((sum, value) => sum + value, 0));
}

interface Proposals {
  readonly pairs: readonly (readonly [number, number])[];
  /** Files between which at least one finding may have moved. */
  readonly files: readonly (readonly [string, string])[];
}

function proposals(olds: readonly Sighted[], news: readonly Sighted[]): Proposals {
  const pairs: [number, number][] = [];
  const byContent = indexesBy(news, contentKey);
  const contentsOfOlds = indexesBy(olds, contentKey);
  const files = new Map<string, readonly [string, string]>();
  for (const [key, some] of contentsOfOlds) {
    const others = byContent.get(key) ?? [];
    if (Math.max(some.length, others.length) <= equalsMax) {
      for (const old of some) {
        for (const fresh of others) {
          pairs.push([old, fresh]);
          const from = (olds[old] as Sighted).features.place;
          const to = (news[fresh] as Sighted).features.place;
          files.set(`${from}\u0001${to}`, [from, to]);
        }
      }
    }
  }
  const inFile = indexesBy(news, ({ place, group }) => `${place} ${group}`);
  for (const [key, some] of indexesBy(olds, ({ place, group }) => `${place} ${group}`)) {
    const others = inFile.get(key) ?? [];
    if (others.length > 0) {
      const { place } = (olds[some[0] as number] as Sighted).features;
      files.set(`${place}\u0001${place}`, [place, place]);
    }
    if (some.length * others.length <= cellsMax) {
      pairs.push(...some.flatMap((old) => others.map((fresh): [number, number] => [old, fresh])));
    }
  }
  return { pairs, files: [...files.values()] };
}

function indexesByPlace(all: readonly Sighted[]): ReadonlyMap<string, readonly number[]> {
  return indexesBy(all, ({ features }) => features.place);
}

function indexesBy(all: readonly Sighted[], keyOf: (one: Sighted) => string): ReadonlyMap<string, readonly number[]> {
  const lists = new Map<string, number[]>();
  all.forEach((one, index) => {
    const key = keyOf(one);
    const list = lists.get(key);
    if (list === undefined) {
      lists.set(key, [index]);
    } else {
      list.push(index);
    }
  });
  return lists;
}
