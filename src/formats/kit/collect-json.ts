import type { ReadLimits, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import type { Steps } from './split-json.ts';
import { pointer, splitJson } from './split-json.ts';

/** More small values than this around the results, and they are not small values. */
const collectedMax = 200_000;

export interface Collected {
  readonly steps: Steps;
  readonly value: unknown;
}

/**
 * The small values that stand around the results, wherever they stand: a first reading of its own, so that the order
 * of keys does not matter. `wanted` as in `splitJson`.
 */
export async function collectJson(
  source: ReportSource,
  wanted: readonly string[],
  limits: ReadLimits,
): Promise<ReadonlyMap<string, readonly Collected[]>> {
  const found = new Map<string, Collected[]>();
  let count = 0;
  for await (const piece of splitJson(source, { wanted, limits })) {
    if (piece.kind !== 'value') {
      continue;
    }
    count += 1;
    if (count > collectedMax) {
      const where = pointer(piece.steps);
      throw new ReportError(`The report has more than ${collectedMax} entries beside its findings.`, {
        where,
      });
    }
    const entry = { steps: piece.steps, value: piece.value };
    const list = found.get(piece.pattern);
    if (list === undefined) {
      found.set(piece.pattern, [entry]);
    } else {
      list.push(entry);
    }
  }
  return found;
}
