import { parseArgs } from 'node:util';
import type { Features } from '../../src/core/matching/features.ts';
import { featuresOf } from '../../src/core/matching/features.ts';
import type { Finding } from '../../src/core/matching/finding.ts';
import { match } from '../../src/core/matching/match.ts';
import { equalsOf, scansOf } from './scans.ts';

/**
 * What the matching alone costs: so many findings against as many known ones, all at once, without a database. Time for each
 * finding, beside that of the smallest size: it should stay flat. Processor time, so that a busy machine does not matter much.
 * `npm run bench:matching -- --sizes 10000,100000,1000000`; a million at once, which the product never does (it matches whole
 * places, 20,000 findings at a time), wants NODE_OPTIONS=--max-old-space-size=12000.
 */
const { values } = parseArgs({
  options: { sizes: { type: 'string', default: '10000,100000' }, rounds: { type: 'string', default: '3' } },
});

console.log('findings  cpu ms (best)  µs each  ratio  paired     new  missed  features ms');
let first = 0;
for (const size of values.sizes.split(',').map(Number)) {
  const [before, after] = scansOf(size);
  const rounds = size >= 500_000 ? 1 : Number(values.rounds);
  const told = measure(before, after, rounds);
  first ||= told.each;
  console.log(row(size, told, (told.each / first).toFixed(2)));
}
const equal = 20_000;
const [before, after] = equalsOf(equal);
console.log(`\nall in one file, of one rule and one text\n${row(equal, measure(before, after, 1), '')}`);

interface Measured {
  readonly ms: number;
  readonly each: number;
  readonly featuresMs: number;
  readonly paired: number;
  readonly fresh: number;
  readonly missed: number;
}

function measure(before: readonly Finding[], after: readonly Finding[], rounds: number): Measured {
  const known = before.map((finding, index) => ({ id: String(index + 1), features: featuresOf(finding), detected: true }));
  const began = cpuMs();
  const found: readonly Features[] = after.map(featuresOf);
  const featuresMs = cpuMs() - began;
  // The first round also warms up what the following ones run in.
  match(known.slice(0, 5_000), found.slice(0, 5_000));
  let ms = Number.POSITIVE_INFINITY;
  let matching = match([], []);
  for (let round = 0; round < rounds; round += 1) {
    const start = cpuMs();
    matching = match(known, found);
    ms = Math.min(ms, cpuMs() - start);
  }
  const { pairs, fresh, missed } = matching;
  return { ms, each: (ms * 1_000) / after.length, featuresMs, paired: pairs.length, fresh: fresh.length, missed: missed.length };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function row(size: number, told: Measured, ratio: string): string {
  const cells = [told.ms.toFixed(0).padStart(9), told.each.toFixed(1).padStart(8), ratio.padStart(6), String(told.paired).padStart(7)];
  return [String(size).padStart(9), '   ', ...cells, String(told.fresh).padStart(7), String(told.missed).padStart(7), told.featuresMs.toFixed(0).padStart(12)].join(' ');
}
