import type { Census, Sighted } from './sighting.ts';

/** What speaks for and against two findings of one group being the same vulnerability, in nats (weight of evidence). */
const weights = {
  /** A line that was edited stays at least this alike, or it is another line. */
  likenessMin: 0.5,
  likenessEven: 0.65,
  likenessAgain: 0.75,
  likenessSlope: 14,
  edited: 0.05,
  line: 0.4,
  lineMost: 2,
  lineMissed: 0.6,
  lineBlank: 0.1,
  lineDisplaced: 0.6,
} as const;

/** What text, message and extent say. Without a text the message and the extent have to do. */
export function content(a: Sighted, b: Sighted, census: Census): number {
  const sameColumn = a.features.column === b.features.column;
  const sameMessage = a.message === b.message;
  if (a.text === 0 || b.text === 0) {
    const message = sameMessage ? census.surprise('message', a) : -2;
    const column = sameColumn ? census.surprise('column', a) : -1;
    const width = a.features.width === b.features.width ? census.surprise('width', a) : -1;
    return message + column + width * 1.2;
  }
  if (a.text === b.text) {
    return census.surprise('text', a) + (sameColumn ? 0.5 : -0.5) + (sameMessage ? 0.2 : -0.5);
  }
  const likeness = census.likeness(a.text, b.text);
  if (likeness < weights.likenessMin) {
    return -6;
  }
  // Never more than the share of strangers that are as alike allows: lines of one rule often look like each other.
  const slope = (likeness - weights.likenessEven) * weights.likenessSlope;
  const alike = Math.min(slope, Math.log(weights.edited / census.asAlike(a.group, likeness)));
  return alike + (sameColumn ? 0.3 : -0.2) + (sameMessage ? Math.min(1, census.surprise('message', a)) : -0.5);
}

/** What the lines around say; 0 where either side has none. */
export function context(a: Sighted, b: Sighted, census: Census): number {
  return side(a.before, b.before, census) + side(a.after, b.after, census);
}

/** The worthiest common lines in order: an inserted line displaces the others and no more. */
function side(a: readonly number[], b: readonly number[], census: Census): number {
  if (a.length === 0 || b.length === 0) {
    return 0;
  }
  const width = b.length + 1;
  const best = new Float64Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const line = a[i - 1] as number;
      let value = Math.max(best[(i - 1) * width + j] as number, best[i * width + j - 1] as number);
      if (line === b[j - 1]) {
        const worth = line === 0 ? weights.lineBlank : Math.min(weights.lineMost, census.lineSurprise(line) * weights.line) + weights.lineMissed;
        value = Math.max(value, (best[(i - 1) * width + j - 1] as number) + worth * (i === j ? 1 : weights.lineDisplaced));
      }
      best[i * width + j] = value;
    }
  }
  const worded = (lines: readonly number[]) => lines.filter((line) => line !== 0).length;
  return (best.at(-1) ?? 0) - weights.lineMissed * Math.min(worded(a), worded(b));
}

/**
 * Enough alike in content to know a vulnerability again that was fixed: the same place alone never is. Without a text,
 * message and extent are the content.
 */
export function isAlike(a: Sighted, b: Sighted, census: Census): boolean {
  if (a.text !== 0 && b.text !== 0) {
    return a.flagged === b.flagged || census.likeness(a.text, b.text) >= weights.likenessAgain;
  }
  const isSameExtent = a.features.column === b.features.column && a.features.width === b.features.width;
  return a.text === b.text && a.message === b.message && isSameExtent;
}
