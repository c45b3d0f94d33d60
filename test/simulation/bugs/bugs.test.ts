import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { patched } from './bug.ts';
import { bugs } from './catalogue.ts';
import { page } from './page.ts';

const root = join(import.meta.dirname, '..', '..', '..');

test('there are at least forty deliberately broken engines, each with a name of its own', () => {
  expect(bugs.length).toBeGreaterThanOrEqual(40);
  expect(new Set(bugs.map((bug) => bug.name)).size).toBe(bugs.length);
});

test.each(bugs.map((bug) => [bug.name, bug] as const))('the patch of %s still fits', (_name, bug) => {
  for (const { file } of bug.patches) {
    const text = readFileSync(join(root, file), 'utf8');

    expect(patched(bug, file, text)).not.toBe(text);
  }
});

test('the page that tells of them is of these bugs, and all were caught', () => {
  const caught = JSON.parse(readFileSync(join(import.meta.dirname, 'caught.json'), 'utf8')) as Readonly<Record<string, { seed: number | null; invariant: string }>>;
  const results = bugs.map((bug) => ({ bug, seed: caught[bug.name]?.seed ?? null, invariant: caught[bug.name]?.invariant ?? '' }));

  expect(results.filter(({ seed }) => seed === null).map(({ bug }) => bug.name)).toEqual([]);
  expect(readFileSync(join(root, 'docs', 'reference', 'broken-engines.md'), 'utf8'), 'Run `npm run sim:bugs`.').toBe(page(results));
});

test('some of them, the rare ones left to `npm run sim:bugs`, are caught here and now', async () => {
  const common = ['no-look-before-create', 'intent-not-written', 'retry-inside-the-send', 'unconditional-write', 'answered-before-stored', 'wake-not-counted', 'closed-means-fixed', 'copied-database-writes'];

  const { code, words } = await run(common);

  expect(words).toContain(`${common.length} of ${common.length} caught`);
  expect(code).toBe(0);
}, 600_000);

function run(names: readonly string[]): Promise<{ readonly code: number | null; readonly words: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run.ts'), ...names], { stdio: ['ignore', 'pipe', 'inherit'] });
  let words = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (words += chunk));
  return new Promise((resolve) => child.once('exit', (code) => resolve({ code, words })));
}
