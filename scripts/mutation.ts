/**
 * `npm run mutation`: every line of the core is broken in small ways, one at a time, and a test has to notice. Fails below
 * 95 %, and if a single change goes unnoticed where the engine decides: the merge, the reverse mapping, the answers to faults.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const scoreMin = 95;
const spotless = ['src/core/sync/reconcile.ts', 'src/core/sync/fields.ts', 'src/core/sync/pending.ts', 'src/core/sync/faults.ts', 'src/core/mapping/status-mapping.ts'];

interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly status: 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'RuntimeError' | 'CompileError' | 'Ignored';
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

const stryker = join(root, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
const ended = spawnSync(process.execPath, [stryker, 'run', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
if (ended.status !== 0) {
  process.exit(ended.status ?? 1);
}

const report = JSON.parse(readFileSync(join(root, '.cache', 'mutation', 'report.json'), 'utf8')) as Report;
const say = (line: string) => process.stdout.write(`${line}\n`);
let all = 0;
let noticed = 0;
let blots = 0;
for (const [file, { mutants }] of Object.entries(report.files).toSorted()) {
  const counted = mutants.filter(({ status }) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status));
  const left = counted.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  all += counted.length;
  noticed += counted.length - left.length;
  blots += spotless.includes(file) ? left.length : 0;
  say(`${file.padEnd(44)} ${counted.length - left.length} of ${counted.length}`);
  for (const { location, mutatorName, replacement } of left) {
    say(`    ${location.start.line}:${location.start.column}  ${mutatorName}  ${(replacement ?? '').slice(0, 90).replaceAll('\n', ' ')}`);
  }
}
const score = (100 * noticed) / all;
say(`\n${noticed} of ${all} changes were noticed: ${score.toFixed(2)} %. Where the engine decides, ${blots} were not.`);
process.exit(score >= scoreMin && blots === 0 ? 0 : 1);
