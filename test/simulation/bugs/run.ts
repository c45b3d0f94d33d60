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

const seedsMax = 2_000;
const folder = join(import.meta.dirname, '..', '..', '..');
const wanted = process.argv.slice(2);

interface Caught {
  readonly bug: Bug;
  readonly seed: number | null;
  readonly invariant: string;
  readonly words: string;
}

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

function page(all: readonly Caught[]): string {
  const rows = all.map(({ bug, invariant, seed }) => `| ${bug.name} | ${bug.what} | ${invariant} | ${seed ?? 'escaped'} |`);
  const seeds = all.flatMap(({ seed }) => seed ?? []).toSorted((a, b) => a - b);
  const invariants = [...new Set(all.map((one) => one.invariant))].filter((name) => name !== '').toSorted();
  return `# Broken engines

Written by \`npm run sim:bugs\`; do not edit.

A simulation that finds nothing proves nothing, unless it would find something. So the sync engine is broken on purpose in
${all.length} ways, one at a time, and each has to be caught within ${seedsMax.toLocaleString('en')} seeds. Caught: ${seeds.length} of ${all.length}; the median is seed
${seeds[Math.floor(seeds.length / 2)] ?? '–'}, the last one seed ${seeds.at(-1) ?? '–'}. Between them they make ${invariants.length} checks fire: ${invariants.join(', ')}.

A bug is a textual patch of a module, applied while the module is loaded (\`test/simulation/bugs/\`): production code has no
flags for it, every line of the engine can be broken, and a patch that no longer fits stops the run. Files under
\`test/simulation/model-*\` stand for the SQL of \`src/store\`, to which \`test/simulation/model.test.ts\` compares them.

| bug | what is broken | caught by | first seed |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
