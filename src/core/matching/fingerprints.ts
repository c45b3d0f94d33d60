import type { Census, Sighted } from './sighting.ts';
import { weights } from './weights.ts';

/** Pairs that the tool itself calls the same, by a fingerprint that proves to be one. [old, new] indexes. */
export function pairByFingerprint(olds: readonly Sighted[], news: readonly Sighted[], all: { readonly known: readonly Sighted[]; readonly found: readonly Sighted[] }, census: Census): readonly (readonly [number, number])[] {
  const names = new Set(news.flatMap(({ features }) => Object.keys(features.fingerprints)));
  const pairs: (readonly [number, number])[] = [];
  const usedOlds = new Set<number>();
  const usedNews = new Set<number>();
  for (const name of [...names].toSorted()) {
    if (!isTelling(all.known, name) || !isTelling(all.found, name)) {
      continue;
    }
    const mine = uniqueValues(olds, name);
    for (const [value, fresh] of uniqueValues(news, name)) {
      const old = mine.get(value) ?? -1;
      if (old >= 0 && fresh >= 0 && !usedOlds.has(old) && !usedNews.has(fresh) && agree(olds[old] as Sighted, news[fresh] as Sighted, census)) {
        usedOlds.add(old);
        usedNews.add(fresh);
        pairs.push([old, fresh]);
      }
    }
  }
  return pairs;
}

function agree(a: Sighted, b: Sighted, census: Census): boolean {
  return a.group === b.group && (a.text === 0 || b.text === 0 || census.likeness(a.text, b.text) >= weights.fingerprintLikeness);
}

function isTelling(all: readonly Sighted[], name: string): boolean {
  const values = all.flatMap(({ features }) => features.fingerprints[name] ?? []);
  return new Set(values).size >= values.length * weights.fingerprintUnique;
}

/** Index by value; -1: several have it. */
function uniqueValues(all: readonly Sighted[], name: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  all.forEach(({ features }, index) => {
    const value = features.fingerprints[name];
    if (value !== undefined) {
      found.set(value, found.has(value) ? -1 : index);
    }
  });
  return found;
}
