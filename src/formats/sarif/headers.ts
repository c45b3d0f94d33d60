import type { ReadLimits, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import type { Spans } from '../kit/spans.ts';
import { pointer, splitJson } from '../kit/split-json.ts';
import type { RunHeader } from './wire.ts';
import { headerOf, runIndexOf } from './wire.ts';

const runsMax = 200;
const names = ['tool', 'automationDetails', 'invocations', 'originalUriBaseIds', 'taxonomies'] as const;

export interface RunFacts {
  readonly header: RunHeader;
  /** Where its results stand; null: they are null or absent, so the tool did not begin its analysis (3.14.23). */
  readonly results: Spans | null;
}

/** What stands around the results of each run, in a first reading that skips the results. */
export async function readHeaders(source: ReportSource, limits: ReadLimits): Promise<readonly RunFacts[]> {
  const runs: { values: Map<string, unknown>; artifacts: unknown[]; results: Spans | null }[] = [];
  const properties = names.map((name) => `runs/*/${name}`);
  const wanted = ['version', ...properties, 'runs/*/artifacts/*/location'];
  const located = ['runs/*/results/*'];
  for await (const piece of splitJson(source, { wanted, located, lists: ['runs'], limits })) {
    if (piece.kind === 'value' && piece.pattern === 'version') {
      refuseOther(piece.value);
    }
    const index = runIndexOf(piece.steps);
    if (index < 0) {
      continue;
    }
    if (index >= runsMax) {
      throw new ReportError(`The SARIF report has more than ${runsMax} runs.`, {
        where: `/runs/${index}`,
        hint: 'Upload them in several reports.',
      });
    }
    while (runs.length <= index) {
      runs.push({ values: new Map(), artifacts: [], results: null });
    }
    const run = runs[index];
    if (piece.kind === 'value' && piece.pattern === 'runs/*') {
      throw new ReportError('A run of the SARIF report is not an object.', { where: pointer(piece.steps) });
    }
    if (piece.kind === 'end' && piece.pattern === 'runs/*/results' && run !== undefined) {
      run.results = piece.spans;
    } else if (
      piece.kind === 'value' &&
      piece.pattern === 'runs/*/artifacts/*/location' &&
      run !== undefined
    ) {
      run.artifacts[Number(piece.steps[3])] = { location: piece.value };
    } else if (piece.kind === 'value') {
      run?.values.set(String(piece.steps[2]), piece.value);
    }
  }
  if (runs.length === 0) {
    throw new ReportError('The SARIF report has no run.', {
      where: '/runs',
      hint: 'A scanner writes at least one run, with its results.',
    });
  }
  return runs.map(({ values, artifacts, results }) => ({
    header: headerOf(values.set('artifacts', artifacts)),
    results,
  }));
}

function refuseOther(version: unknown): void {
  if (!/^2\./u.test(String(version))) {
    const hint = 'Let the tool write SARIF 2.1.0.';
    throw new ReportError(`SARIF version ${String(version).slice(0, 20)} is not read here.`, {
      where: '/version',
      hint,
    });
  }
}
