import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Numbered } from './read-report.ts';
import { readReport, withSource } from './read-report.ts';

/** Which of a benchmark's folders holds the truth of which kind of step. */
export const kinds = [
  { kind: 'consecutive', folder: 'truth' },
  { kind: 'long', folder: 'truth-long' },
  { kind: 'reopen', folder: 'truth-reopen' },
] as const;

export type Kind = (typeof kinds)[number]['kind'];
export type Mode = 'reports' | 'source';

export interface Step {
  readonly older: string;
  readonly newer: string;
  /** For a reopening: the scan between, and what is missing in it. */
  readonly middle?: { readonly scan: string; readonly dropped: ReadonlySet<number> };
}

/** Every folder with scans in it is a project. */
export async function projectsIn(bench: string): Promise<readonly string[]> {
  const entries = await readdir(bench, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('truth')).map((entry) => entry.name);
  const counted = await Promise.all(names.map(async (name) => ({ name, scans: await scansOf(bench, name) })));
  return counted.filter(({ scans }) => scans.size > 1).map(({ name }) => name).toSorted();
}

async function scansOf(bench: string, project: string): Promise<ReadonlyMap<string, string>> {
  const files = await readdir(join(bench, project));
  const scans = files.flatMap((file) => {
    const version = /^(\d+)\.(?!ctx)[\w.]+$/u.exec(file)?.[1];
    return version === undefined ? [] : [[version, join(bench, project, file)] as const];
  });
  return new Map(scans.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The steps that the truth names; where a benchmark comes without its truth, each scan and the next. */
export async function stepsOf(bench: string, project: string, kind: Kind): Promise<readonly Step[]> {
  const folder = join(bench, kinds.find((one) => one.kind === kind)?.folder ?? '', project);
  if (!existsSync(folder)) {
    const scans = [...(await scansOf(bench, project)).keys()];
    return kind === 'consecutive' ? scans.slice(1).map((newer, at) => ({ older: scans[at] as string, newer })) : [];
  }
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const [older = '', newer = ''] = file.replace('.json', '').split('-');
      if (kind !== 'reopen') {
        return { older, newer };
      }
      const told = JSON.parse(await readFile(join(folder, file), 'utf8')) as { midVersion: number; droppedMid: number[] };
      const scan = String(told.midVersion).padStart(older.length, '0');
      return { older, newer, middle: { scan, dropped: new Set(told.droppedMid) } };
    }),
  );
}

/** Reads a project's scans, the last of them kept. */
export class Scans {
  readonly #bench: string;
  readonly #project: string;
  readonly #mode: Mode;
  readonly #kept = new Map<string, Promise<readonly Numbered[]>>();
  how = '';

  readonly #keptMax: number;

  constructor(bench: string, project: string, mode: Mode, keptMax = 4) {
    this.#keptMax = keptMax;
    this.#bench = bench;
    this.#project = project;
    this.#mode = mode;
  }

  async read(version: string): Promise<readonly Numbered[]> {
    const known = this.#kept.get(version) ?? this.#load(version);
    this.#kept.set(version, known);
    for (const old of [...this.#kept.keys()].slice(0, -this.#keptMax)) {
      this.#kept.delete(old);
    }
    return known;
  }

  async #load(version: string): Promise<readonly Numbered[]> {
    const file = (await scansOf(this.#bench, this.#project)).get(version);
    if (file === undefined) {
      throw new Error(`${this.#project} has no scan ${version}.`);
    }
    const { findings, how } = await readReport(file);
    this.how = how;
    const side = join(this.#bench, this.#project, `${version}.ctx.jsonl.gz`);
    return this.#mode === 'source' && existsSync(side) ? withSource(findings, side) : findings;
  }
}
