import type { Census, Sighted } from './sighting.ts';
import { weights } from './weights.ts';

/** What text, message and extent say for or against two findings of one group being the same vulnerability, in nats. Without a text the message and the extent have to do. */
export function content(a: Sighted, b: Sighted, census: Census): number {
  const sameColumn = a.features.column === b.features.column;
  const sameMessage = a.message === b.message;
  if (a.text === 0 || b.text === 0) {
    const message = sameMessage ? census.surprise('message', a) : weights.bareOtherMessage;
    const column = sameColumn ? census.surprise('column', a) : weights.bareOtherColumn;
    const width = a.features.width === b.features.width ? census.surprise('width', a) * weights.bareWidth : weights.bareOtherWidth;
    return message + column + width;
  }
  if (a.text === b.text) {
    return census.surprise('text', a) + (sameColumn ? weights.equalColumn : weights.otherColumn) + (sameMessage ? weights.equalMessage : weights.otherMessage);
  }
  const likeness = census.likeness(a.text, b.text);
  if (likeness < weights.likenessMin) {
    return weights.otherLine;
  }
  // Never more than the share of strangers that are as alike allows: lines of one rule often look like each other.
  const slope = (likeness - weights.likenessEven) * weights.likenessSlope;
  const alike = Math.min(slope, Math.log(weights.edited / census.asAlike(a.group, likeness)));
  const message = sameMessage ? Math.min(weights.editedMessageMost, census.surprise('message', a)) : weights.editedOtherMessage;
  return alike + (sameColumn ? weights.editedEqualColumn : weights.editedOtherColumn) + message;
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
        const worth = line === 0 ? weights.aroundBlank : Math.min(weights.aroundMost, census.lineSurprise(line) * weights.around) + weights.aroundMissed;
        value = Math.max(value, (best[(i - 1) * width + j - 1] as number) + worth * (i === j ? 1 : weights.aroundDisplaced));
      }
      best[i * width + j] = value;
    }
  }
  const worded = (lines: readonly number[]) => lines.filter((line) => line !== 0).length;
  return (best.at(-1) ?? 0) - weights.aroundMissed * Math.min(worded(a), worded(b));
}

/**
 * Enough alike in content to know a vulnerability again that was fixed: the same place alone never is. Without a text,
 * message and extent are the content.
 */
export function isAlike(a: Sighted, b: Sighted, census: Census): boolean {
  if (a.text === 0 && b.text === 0) {
    return a.message === b.message && a.features.column === b.features.column && a.features.width === b.features.width;
  }
  return a.flagged === b.flagged || census.likeness(a.text, b.text) >= weights.likenessAgain;
}
