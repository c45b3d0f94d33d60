import type { Features } from '../../src/core/matching/features.ts';
import { featuresOf } from '../../src/core/matching/features.ts';
import type { Known, Matching } from '../../src/core/matching/match.ts';
import { match } from '../../src/core/matching/match.ts';
import type { Numbered } from './read-report.ts';

export type PredictedPair = readonly [number, number];

/** A vulnerability as the product would keep it: the finding that it was last seen as, and the numbers of all that are it. */
interface Kept extends Known {
  readonly indexes: readonly number[];
}

/** What a first scan leaves: a vulnerability for each finding, results that are repeated word for word as one. */
function keptOf(scan: readonly Numbered[]): readonly Kept[] {
  const features = scan.map((one) => featuresOf(one.finding));
  const { fresh, echoes } = match([], features);
  return fresh.map((at) => ({
    id: String(at + 1),
    features: features[at] as Features,
    detected: true,
    indexes: [at, ...echoes.filter(([, first]) => first === at).map(([echo]) => echo)].map((one) => (scan[one] as Numbered).index),
  }));
}

/** Which finding of the newer scan is which of the older one. */
export function predictStep(older: readonly Numbered[], newer: readonly Numbered[]): readonly PredictedPair[] {
  const kept = keptOf(older);
  return pairsOf(kept, match(kept, newer.map((one) => featuresOf(one.finding))), newer);
}

/** As `predictStep`, after a scan between the two that did not see everything. */
export function predictReopen(
  first: readonly Numbered[],
  middle: readonly Numbered[],
  last: readonly Numbered[],
): readonly PredictedPair[] {
  const kept = keptOf(first);
  const between = middle.map((one) => featuresOf(one.finding));
  const matching = match(kept, between);
  const seen = new Map(matching.pairs.filter((pair) => pair.stage !== 'repeated').map((pair) => [pair.id, between[pair.found] as Features]));
  const known: readonly Kept[] = [
    ...kept.map((one) => ({ ...one, features: seen.get(one.id) ?? one.features, detected: seen.has(one.id) })),
    ...matching.fresh.map((at) => ({ id: `middle ${at}`, features: between[at] as Features, detected: true, indexes: [] })),
  ];
  return pairsOf(known, match(known, last.map((one) => featuresOf(one.finding))), last);
}

function pairsOf(kept: readonly Kept[], matching: Matching, newer: readonly Numbered[]): readonly PredictedPair[] {
  const found = new Map<string, number[]>();
  for (const pair of matching.pairs.toSorted((a, b) => Number(a.stage === 'repeated') - Number(b.stage === 'repeated') || a.found - b.found)) {
    found.set(pair.id, [...(found.get(pair.id) ?? []), (newer[pair.found] as Numbered).index]);
  }
  return kept.flatMap(({ id, indexes }) => {
    const news = found.get(id) ?? [];
    return indexes.slice(0, news.length).map((old, at): PredictedPair => [old, news[at] as number]);
  });
}
