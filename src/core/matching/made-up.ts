import type { Features } from './features.ts';
import { featureVersion } from './features.ts';
import type { Sighted } from './sighting.ts';
import { Census } from './sighting.ts';

/** For tests: features that nobody found, alike unless told otherwise. */
export function madeUp(wish: Partial<Features> = {}): Features {
  return {
    version: featureVersion,
    kind: 'file',
    rule: 'R1',
    aliases: [],
    place: 'src/a.c',
    line: 1,
    column: 1,
    width: 0,
    text: '',
    before: [],
    after: [],
    message: 'Do not do this.',
    symbol: '',
    extra: '',
    advisories: [],
    fingerprints: {},
    ...wish,
  };
}

/** Both sides of a match, counted together as the matching does. */
export function sightBoth(olds: readonly Partial<Features>[], news: readonly Partial<Features>[]): { readonly olds: readonly Sighted[]; readonly news: readonly Sighted[]; readonly census: Census } {
  const census = new Census();
  const all = [olds.map(madeUp), news.map(madeUp)] as const;
  census.renameRules(all[1]);
  return { olds: all[0].map((one) => census.add(one)), news: all[1].map((one) => census.add(one)), census };
}

/** A short random number for each turn, the same on every machine. */
export function dice(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}
