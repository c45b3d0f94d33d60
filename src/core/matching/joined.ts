import type { Features } from './features.ts';
import type { Known, Pair } from './match.ts';
import { packageOf } from './named.ts';

/**
 * Known ones that a finding shows to be one: it is one of them and bears an advisory of the other for the same package, as a
 * tool does that knows a CVE by its GHSA too. Only what no finding of the scan is may turn out to be another’s name, and only
 * where a single finding says so: two findings of one package in two manifests say nothing about a third.
 */
export function joinedBy(known: readonly Known[], found: readonly Features[], pairs: readonly Pair[]): readonly (readonly string[])[] {
  const taken = new Set(pairs.map((pair) => pair.id));
  const named = new Map<string, string[]>();
  for (const one of known.filter(({ id, foreign }) => foreign === true && !taken.has(id))) {
    for (const key of namesOf(one.features)) {
      named.set(key, [...(named.get(key) ?? []), one.id]);
    }
  }
  if (named.size === 0) {
    return [];
  }
  const owners = new Map<string, Set<string>>();
  for (const { found: index, id } of pairs) {
    for (const other of namesOf(found[index] as Features).flatMap((key) => named.get(key) ?? [])) {
      owners.set(other, (owners.get(other) ?? new Set()).add(id));
    }
  }
  const groups = new Map<string, string[]>();
  for (const [other, ids] of owners) {
    for (const owner of ids.size === 1 ? ids : []) {
      groups.set(owner, [...(groups.get(owner) ?? [owner]), other]);
    }
  }
  return [...groups.values()].map((ids) => ids.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1)));
}

function namesOf(features: Features): readonly string[] {
  return features.kind === 'package' ? features.advisories.map((id) => `${id} ${packageOf(features)} ${features.extra}`) : [];
}
