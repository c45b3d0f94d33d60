import type { Bug } from './bug.ts';

/** Each bug has to be caught within so many. */
export const seedsMax = 2_000;

/** What became of one broken engine. */
export interface Caught {
  readonly bug: Bug;
  readonly seed: number | null;
  readonly invariant: string;
  /** What the check said. */
  readonly words: string;
}

/** docs/reference/broken-engines.md */
export function page(all: readonly Omit<Caught, 'words'>[]): string {
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
