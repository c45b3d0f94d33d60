/**
 * Each deliberately broken engine has to be caught within 2,000 seeds:
 *
 *     npm run sim:bugs                 all of them; writes docs/reference/broken-engines.md
 *     npm run sim:bugs -- NAME …       these alone; writes nothing
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runAll, seedsBetween } from '../campaign.ts';
import { invariantOf } from '../minimise.ts';
import type { Bug } from './bug.ts';
import { bugs } from './catalogue.ts';
import { loadEngine } from './load.ts';
import type { Caught } from './page.ts';
import { page, seedsMax } from './page.ts';

const folder = join(import.meta.dirname, '..', '..', '..');
const wanted = process.argv.slice(2);

const results: Caught[] = [];
for (const bug of bugs.filter((one) => wanted.length === 0 || wanted.includes(one.name))) {
  const caught = await hunt(bug);
  results.push(caught);
  process.stdout.write(`${caught.seed === null ? 'ESCAPED' : 'caught '}  ${bug.name.padEnd(32)} ${caught.seed === null ? '' : `seed ${caught.seed}: ${caught.words}`}\n`);
}
const escaped = results.filter((one) => one.seed === null);
process.stdout.write(`\n${results.length - escaped.length} of ${results.length} caught within ${seedsMax} seeds.\n`);
if (wanted.length === 0) {
  writeFileSync(join(folder, 'docs', 'reference', 'broken-engines.md'), page(results));
  const seeds = results.map(({ bug, seed, invariant }) => [bug.name, { seed, invariant }] as const);
  writeFileSync(join(import.meta.dirname, 'caught.json'), `${JSON.stringify(Object.fromEntries(seeds), null, 2)}\n`);
}
process.exitCode = escaped.length === 0 ? 0 : 1;

async function hunt(bug: Bug): Promise<Caught> {
  const engine = await loadEngine(bug);
  const { failed } = await runAll(engine, seedsBetween(1, seedsMax), { failuresMax: 1 });
  const [first] = failed;
  return first === undefined
    ? { bug, seed: null, invariant: '', words: '' }
    : { bug, seed: first.plan.seed, invariant: invariantOf(first.violation), words: first.violation.message.slice(0, 150) };
}
