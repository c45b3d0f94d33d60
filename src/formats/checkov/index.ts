import type { Format, ReadOptions, ReportEvent, ReportSource, Run } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import { collectJson } from '../kit/collect-json.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import { elementOf, listOf, textOf } from '../kit/loose.ts';
import type { Steps } from '../kit/split-json.ts';
import { lacking, splitJson } from '../kit/split-json.ts';
import { findingOf } from './finding.ts';

const checks = ['results/failed_checks/*', 'results/skipped_checks/*'];
const wanted = [...checks, ...checks.map((pattern) => `*/${pattern}`), 'passed'];
const facts = ['check_type', 'summary/checkov_version', 'results/parsing_errors'];
const around = [...facts, ...facts.map((pattern) => `*/${pattern}`), 'passed'];

/** Checkov: `checkov -o json`: one object, or a list of them, one for each framework. */
const checkov: Format = {
  id: 'checkov',
  title: 'Checkov JSON',
  recognise: (head) => {
    const own =
      /^\s*(?:\[\s*)?\{\s*"check_type"\s*:/u.test(head) &&
      /"(?:failed_checks|passed_checks|results)"\s*:/u.test(head);
    const nothing =
      /^\s*\{\s*"passed"\s*:\s*\d+\s*,\s*"failed"\s*:\s*\d+/u.test(head) &&
      /"checkov_version"\s*:/u.test(head);
    return own || nothing ? 2 : 0;
  },
  read: keepWithinLimits(read),
};

export default checkov;

/** What is told of one framework. */
interface Framework {
  readonly run: Run;
  readonly errors: readonly string[];
}

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const frameworks = await readFrameworks(source, options);
  let current = -1;
  let lists = 0;
  for await (const piece of splitJson(source, { wanted, limits: options.limits })) {
    const at = indexOf(piece.steps);
    lists += piece.kind === 'begin' && piece.array && piece.pattern.endsWith('results/failed_checks') ? 1 : 0;
    if (piece.kind === 'value' && piece.steps.at(-2)?.toString().endsWith('_checks') === true) {
      for (; current < at; current += 1) {
        yield* current < 0 ? [] : endOf(frameworks[current]);
        yield { kind: 'run', run: runOf(frameworks[current + 1]) };
      }
      yield {
        kind: 'finding',
        finding: findingOf(elementOf(piece), piece.steps.at(-2) === 'skipped_checks'),
      };
    }
  }
  if (lists < frameworks.filter(({ run }) => run.category !== null).length) {
    throw lacking('results/failed_checks');
  }
  for (; current < frameworks.length - 1; current += 1) {
    yield* current < 0 ? [] : endOf(frameworks[current]);
    yield { kind: 'run', run: runOf(frameworks[current + 1]) };
  }
  yield* endOf(frameworks[current]);
}

async function readFrameworks(source: ReportSource, options: ReadOptions): Promise<readonly Framework[]> {
  const found = await collectJson(source, around, options.limits);
  const frameworks: { type: string | null; version: string | null; errors: readonly string[] }[] = [];
  // Where no file is of a kind that it checks, Checkov writes the bare counts.
  const nothing = found.get('passed')?.length === 1 && !found.has('check_type');
  for (const { steps, value } of [...(found.get('check_type') ?? []), ...(found.get('*/check_type') ?? [])]) {
    frameworks[indexOf(steps)] = { type: textOf(value) ?? null, version: null, errors: [] };
  }
  for (const [pattern, entries] of found) {
    for (const { steps, value } of entries) {
      const framework = frameworks[indexOf(steps)];
      if (framework !== undefined && pattern.endsWith('checkov_version')) {
        framework.version = textOf(value) ?? null;
      } else if (framework !== undefined && pattern.endsWith('parsing_errors')) {
        framework.errors = listOf(value).flatMap((one) => textOf(one) ?? []);
      }
    }
  }
  if (frameworks.length === 0 && !nothing) {
    const hint = 'Look whether the scanner failed, and whether this is the file that it wrote.';
    throw new ReportError('The report names no check_type: it is no report of Checkov.', {
      where: 'the root',
      hint,
    });
  }
  if (nothing) {
    return [{ run: runOf(undefined), errors: [] }];
  }
  return [...frameworks].map((one) => ({
    run: { tool: 'Checkov', toolVersion: one?.version ?? null, category: one?.type ?? null },
    errors: one?.errors ?? [],
  }));
}

/** Which framework of a list, or the only one. */
function indexOf(steps: Steps): number {
  return typeof steps[0] === 'number' ? steps[0] : 0;
}

function runOf(framework: Framework | undefined): Run {
  return framework?.run ?? { tool: 'Checkov', toolVersion: null, category: null };
}

function* endOf(framework: Framework | undefined): Iterable<ReportEvent> {
  const errors = framework?.errors ?? [];
  for (const file of errors.slice(0, 20)) {
    yield { kind: 'complaint', complaint: { message: `Checkov could not read ${file}` } };
  }
  yield { kind: 'end', outcome: { outcome: 'succeeded', ...(errors.length > 0 ? { partial: true } : {}) } };
}
