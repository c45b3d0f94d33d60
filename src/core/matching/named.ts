import type { Features } from './features.ts';
import type { Sighted } from './sighting.ts';

/**
 * What needs no lines is known by its names: a package by its advisories, an address or host by rule and place, a secret by its digest. Each rule
 * gives the keys by which two findings are the same; the first rule that pairs them does.
 */
export type Naming = (one: Sighted) => readonly string[];

export const namings: readonly Naming[] = [
  // An advisory of a package in a manifest; else anywhere in the asset (tools name the same file differently).
  ({ features }) => advisoryKeys(features, features.place),
  ({ features }) => advisoryKeys(features, packageOf(features)),
  ({ group, place, message, features }) => (features.kind === 'file' ? [] : [`${group} ${place} ${message}`]),
  ({ group, place, features }) => (features.kind === 'file' ? [] : [`${group} ${place}`]),
  // A secret, wherever it stands: one that leaked in two places is one leak.
  ({ group, features }) => (features.kind === 'secret' ? [`${group}`] : []),
];

/** All ways to pair by names, the surest first. */
export const pairings: readonly ((olds: readonly Sighted[], news: readonly Sighted[]) => readonly (readonly [number, number])[])[] = [
  ...namings.map((naming) => (olds: readonly Sighted[], news: readonly Sighted[]) => pairNamed(olds, news, naming)),
  pairHosts,
];

/** The place of a host without its domain; an address has none. */
export function withoutDomain(place: string): string {
  return place.replace(/^([^.:]*[a-z][^.:]*)\.[^:]*/iu, '$1');
}

/** A host with and without its domain: never two domains, and only where one host alone can be meant. */
function pairHosts(olds: readonly Sighted[], news: readonly Sighted[]): readonly (readonly [number, number])[] {
  const hosts = (all: readonly Sighted[]) =>
    Map.groupBy(all.flatMap(({ group, features }, index) => (features.kind === 'host' ? [{ group, index, place: features.place }] : [])), ({ group, place }) => `${group} ${withoutDomain(place)}`);
  const known = hosts(olds);
  return [...hosts(news)].flatMap(([key, [fresh, ...others]]) => {
    const [old, ...rivals] = known.get(key) ?? [];
    if (fresh === undefined || old === undefined || others.length > 0 || rivals.length > 0) {
      return [];
    }
    const isOneBare = [old, fresh].some(({ place }) => place === withoutDomain(place));
    return isOneBare ? [[old.index, fresh.index] as const] : [];
  });
}

function advisoryKeys(features: Features, place: string): readonly string[] {
  return features.kind === 'package' ? features.advisories.map((id) => `${id} ${place} ${features.extra}`) : [];
}

/** Ecosystem and name, without the manifest. */
export function packageOf(features: Features): string {
  return features.place.slice(0, features.place.indexOf('|'));
}

/** Pairs one to one what shares a key, in the order of both lists. [old, new] indexes. */
export function pairNamed(olds: readonly Sighted[], news: readonly Sighted[], naming: Naming): readonly (readonly [number, number])[] {
  const waiting = new Map<string, number[]>();
  olds.forEach((one, index) => {
    for (const key of naming(one)) {
      const list = waiting.get(key);
      if (list === undefined) {
        waiting.set(key, [index]);
      } else {
        list.push(index);
      }
    }
  });
  const taken = new Set<number>();
  return news.flatMap((one, index) => {
    const old = naming(one)
      .flatMap((key) => waiting.get(key) ?? [])
      .find((candidate) => !taken.has(candidate));
    if (old === undefined) {
      return [];
    }
    taken.add(old);
    return [[old, index] as const];
  });
}
