import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Kind, Mode } from './benchmark.ts';
import { kinds, projectsIn, Scans, stepsOf } from './benchmark.ts';
import { leaveOneOut } from './leave-one-out.ts';
import { predictReopen, predictStep } from './predict.ts';
import type { Rates } from './score.ts';
import { comparison, score } from './score.ts';

/**
 * Our matcher over real reports of successive versions of real projects, scored by the benchmark's own scorer:
 * `npm run bench:identity -- --bench DIR --out DIR`. Reports are read by the formats of the product; what the benchmark's
 * side files hold of the source stands for what the command line adds: the flagged line and three either side.
 * `--leave-one-out` varies the weights instead, see there (`--settings 24`; takes as many times as long).
 * Predictions are kept with --out, as OUT/(reports|source)/(consecutive|long|reopen)/PROJECT/OLD-NEW.json.
 */
const { values } = parseArgs({
  options: {
    bench: { type: 'string', default: '../shared/bench/identity' },
    out: { type: 'string' },
    mode: { type: 'string', default: 'reports,source' },
    kind: { type: 'string', default: 'consecutive,long,reopen' },
    project: { type: 'string' },
    'leave-one-out': { type: 'boolean', default: false },
    settings: { type: 'string', default: '24' },
  },
});
const bench = resolve(values.bench);
const out = values.out === undefined ? await mkdtemp(join(tmpdir(), 'bench-identity-')) : resolve(values.out);
const chosen = values.project?.split(',');
const projects = (await projectsIn(bench)).filter((name) => chosen === undefined || chosen.includes(name));
if (projects.length === 0) {
  console.error(`There is no project with scans in ${bench}. Name the benchmark's folder with --bench.`);
  process.exit(2);
}

try {
  for (const mode of values['leave-one-out'] ? (values.mode.split(',') as Mode[]) : []) {
    const table = await leaveOneOut(bench, projects, mode, Number(values.settings), join(out, 'settings', mode));
    console.log(`${titleOf(mode)}: F1, duplicate cards, wrong matches per 1,000\n${table}\n`);
  }
  const ours: Record<string, Readonly<Record<string, Rates>>> = {};
  for (const mode of values['leave-one-out'] ? [] : (values.mode.split(',') as Mode[])) {
    const started = performance.now();
    for (const project of projects) {
      console.log(`${mode}: ${project}, read by ${await predict(project, mode)}`);
    }
    console.log(`${mode}: read and matched in ${((performance.now() - started) / 1_000).toFixed(1)} s\n`);
    for (const kind of values.kind.split(',') as Kind[]) {
      const scored = await score(bench, kind, join(out, mode, kind));
      console.log(`${titleOf(mode)}, ${kind}\n${scored?.table ?? 'no truth to score with'}`);
      if (kind === 'consecutive' && scored !== null) {
        ours[mode] = scored.rates;
      }
    }
  }
  if (Object.keys(ours).length > 0) {
    console.log(await comparison(bench, ours));
  }
} finally {
  if (values.out === undefined) {
    await rm(out, { recursive: true, force: true });
  }
}

function titleOf(mode: Mode): string {
  return mode === 'source' ? 'source at hand' : 'reports alone';
}

async function predict(project: string, mode: Mode): Promise<string> {
  const scans = new Scans(bench, project, mode);
  for (const { kind } of kinds.filter((one) => values.kind.split(',').includes(one.kind))) {
    for (const { older, newer, middle } of await stepsOf(bench, project, kind)) {
      const first = await scans.read(older);
      const last = await scans.read(newer);
      const pairs =
        middle === undefined
          ? predictStep(first, last)
          : predictReopen(first, (await scans.read(middle.scan)).filter(({ index }) => !middle.dropped.has(index)), last);
      const file = join(out, mode, kind, project, `${older}-${newer}.json`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, JSON.stringify({ pairs }));
    }
  }
  return scans.how;
}
