import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Kind } from './benchmark.ts';

const run = promisify(execFile);

export interface Rates {
  readonly f1: number;
  readonly dupPer1000: number;
  readonly wrongMatchPer1000: number;
  readonly hardRecall: number;
}

/** The benchmark's own scorer, as it stands: its table, and for whole steps its figures by project. */
export async function score(
  bench: string,
  kind: Kind,
  predictions: string,
): Promise<{ readonly table: string; readonly rates: Readonly<Record<string, Rates>> } | null> {
  if (kind === 'reopen') {
    return existsSync(join(bench, 'truth-reopen')) ? { table: await scoreReopen(bench, predictions), rates: {} } : null;
  }
  const truth = join(bench, kind === 'long' ? 'truth-long' : 'truth');
  if (!existsSync(truth)) {
    return null;
  }
  const words = [join(bench, 'score.mjs'), predictions, '--truth', truth];
  const { stdout: table } = await run(process.execPath, words);
  const { stdout: json } = await run(process.execPath, [...words, '--json'], { maxBuffer: 64 * 1024 ** 2 });
  const told = JSON.parse(json) as { projects: Record<string, Rates>; all: Rates };
  return { table, rates: { ...told.projects, ALL: told.all } };
}

/** That scorer reads a list of splits beside itself, which a benchmark may come without: then it is run from a folder that has one. */
async function scoreReopen(bench: string, predictions: string): Promise<string> {
  const folder = `${predictions}.scorer`;
  await mkdir(folder, { recursive: true });
  await copyFile(join(bench, 'score-reopen.mjs'), join(folder, 'score-reopen.mjs'));
  const splits = join(bench, 'splits.json');
  await writeFile(join(folder, 'splits.json'), existsSync(splits) ? await readFile(splits) : '{}');
  if (!existsSync(join(folder, 'truth-reopen'))) {
    await symlink(join(bench, 'truth-reopen'), join(folder, 'truth-reopen'), 'dir');
  }
  return (await run(process.execPath, [join(folder, 'score-reopen.mjs'), predictions])).stdout;
}

/** The published methods, as the benchmark's makers measured them. */
export const baselines: Readonly<Record<string, string>> = {
  github: 'GitHub primaryLocationLineHash',
  sonar: 'SonarQube cascade',
  'semgrep-syntactic': 'Semgrep syntactic id',
  multitool: 'SARIF Multitool match-results-forward',
  'multitool-fp': 'SARIF Multitool, with snippets',
  'dd-noline': 'DefectDojo, title + CWE + file',
  'dd-fingerprint': 'DefectDojo SARIF',
  'proto-nosrc': 'prototype, reports alone',
  'proto-m2': 'prototype, three lines either side',
  'proto-src': 'prototype, all of the source',
};

/** Ours beside the baselines, by project, consecutive scans. */
export async function comparison(bench: string, ours: Readonly<Record<string, Readonly<Record<string, Rates>>>>): Promise<string> {
  const file = join(bench, 'baseline-scores.json');
  const told = existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Record<string, { projects: Record<string, Rates>; open?: Rates }>) : {};
  const rows = [
    ...Object.entries(baselines).flatMap(([name, title]) => {
      const entry = told[name];
      return entry === undefined ? [] : [{ title, rates: { ...entry.projects, ...(entry.open === undefined ? {} : { ALL: entry.open }) } as Record<string, Rates> }];
    }),
    ...Object.entries(ours).map(([mode, rates]) => ({ title: `ours, ${mode === 'source' ? 'source at hand' : 'reports alone'}`, rates })),
  ];
  const names = [...new Set(Object.values(ours).flatMap((rates) => Object.keys(rates)))];
  const cell = (rates: Rates | undefined) =>
    rates === undefined ? '–'.padEnd(26) : `${rates.f1.toFixed(5)} ${rates.dupPer1000.toFixed(2).padStart(7)} ${rates.wrongMatchPer1000.toFixed(2).padStart(7)}`.padEnd(26);
  const head = `${'F1, duplicate cards, wrong matches per 1,000'.padEnd(46)}${names.map((name) => name.padEnd(26)).join('')}`;
  return [head, ...rows.map(({ title, rates }) => `${title.padEnd(46)}${names.map((name) => cell(rates[name])).join('')}`)].join('\n');
}
