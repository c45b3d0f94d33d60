import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Weights } from '../../src/core/matching/weights.ts';
import { weights } from '../../src/core/matching/weights.ts';
import type { Mode } from './benchmark.ts';
import { Scans, stepsOf } from './benchmark.ts';
import { predictStep } from './predict.ts';
import type { Rates } from './score.ts';
import { score } from './score.ts';

/** Every weight is moved at once, by a factor whose logarithm is normal with this deviation: most by up to a quarter either way. */
const deviation = 0.25;

/**
 * Whether the weights were fitted to these projects: of many settings about the one in use, the best on all projects but one is
 * tried on that one. Answers a table: what is in use, what the others would have chosen, and the range of all settings.
 */
export async function leaveOneOut(bench: string, projects: readonly string[], mode: Mode, settings: number, out: string): Promise<string> {
  const inUse = { ...weights };
  const results: Readonly<Record<string, Rates>>[] = [];
  const scans = projects.map((project) => ({ project, scans: new Scans(bench, project, mode, Number.POSITIVE_INFINITY) }));
  for (let setting = 0; setting <= settings; setting += 1) {
    Object.assign(weights, setting === 0 ? inUse : varied(inUse, setting));
    const folder = join(out, `setting-${setting}`);
    for (const one of scans) {
      await predictAll(bench, one.project, one.scans, folder);
    }
    const scored = await score(bench, 'consecutive', folder);
    if (scored === null) {
      return 'no truth to score with';
    }
    results.push(scored.rates);
    await rm(folder, { recursive: true });
  }
  Object.assign(weights, inUse);
  return [title(settings), ...projects.map((project) => rowOf(project, projects, results))].join('\n');
}

async function predictAll(bench: string, project: string, scans: Scans, folder: string): Promise<void> {
  for (const { older, newer } of await stepsOf(bench, project, 'consecutive')) {
    const file = join(folder, project, `${older}-${newer}.json`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify({ pairs: predictStep(await scans.read(older), await scans.read(newer)) }));
  }
}

/** Shares stay below one. The same setting for the same number, on every machine. */
function varied(inUse: Weights, setting: number): Weights {
  let state = setting * 2_654_435_761;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 4_294_967_297;
  };
  random();
  return Object.fromEntries(
    Object.entries(inUse).map(([name, value]) => {
      const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
      const factor = Math.exp(deviation * normal);
      return [name, value > 0 && value < 1 ? Math.min(value * factor, 1 - (1 - value) / 4) : value * factor];
    }),
  ) as Weights;
}

function rowOf(project: string, projects: readonly string[], results: readonly Readonly<Record<string, Rates>>[]): string {
  const others = projects.filter((one) => one !== project);
  const errors = (rates: Rates | undefined) => (rates === undefined ? 0 : rates.dupPer1000 + rates.wrongMatchPer1000);
  const ofOthers = results.map((rates) => others.reduce((sum, one) => sum + errors(rates[one]), 0));
  const chosen = ofOthers.indexOf(Math.min(...ofOthers));
  const mine = results.flatMap((rates) => rates[project] ?? []);
  const worst = mine.toSorted((a, b) => a.f1 - b.f1);
  const cells = [mine[0], mine[chosen], worst[0], worst[Math.floor(worst.length / 2)], worst.at(-1)];
  return `${project.padEnd(10)}${cells.map(cell).join('')}`;
}

function cell(rates: Rates | undefined): string {
  return rates === undefined ? '–'.padEnd(24) : `${rates.f1.toFixed(5)} ${rates.dupPer1000.toFixed(2).padStart(5)} ${rates.wrongMatchPer1000.toFixed(2).padStart(5)}`.padEnd(24);
}

function title(settings: number): string {
  return `${''.padEnd(10)}${['in use', 'chosen on the others', `worst of ${settings + 1}`, 'median', 'best'].map((head) => head.padEnd(24)).join('')}`;
}
