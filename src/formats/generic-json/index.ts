import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import { collectJson } from '../kit/collect-json.ts';
import { genericFindingOf } from '../kit/generic-finding.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import { elementOf, numberOf, textOf } from '../kit/loose.ts';
import { pointer, splitJson } from '../kit/split-json.ts';
import { timeOf } from '../kit/time.ts';

const around = ['patchboard', 'tool', 'toolVersion', 'category', 'startedAt', 'coverage'];

/** A list of findings that people and scripts write themselves; `findings.schema.json` beside this says what may stand in it. */
const genericJson: Format = {
  id: 'generic-json',
  title: 'Generic JSON',
  recognise: (head) => {
    if (!/^\s*\{/u.test(head)) {
      return 0;
    }
    if (/^\s*\{[^[\]]{0,4000}"patchboard"\s*:\s*\d/u.test(head)) {
      return 2;
    }
    // The generic report of DefectDojo has nothing but its list of findings to be known by.
    return /^\s*\{[^[\]{}]{0,2000}"findings"\s*:\s*\[\s*(?:\{|\])/u.test(head) ? 1 : 0;
  },
  read: keepWithinLimits(read),
};

export default genericJson;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const facts = await collectJson(source, around, options.limits);
  const first = (name: string) => facts.get(name)?.[0]?.value;
  const version = numberOf(first('patchboard')) ?? 1;
  if (version !== 1) {
    throw new ReportError(`Version ${version} of the generic format is not known.`, {
      where: '/patchboard',
      hint: 'Write 1.',
    });
  }
  const coverage = textOf(first('coverage')) ?? 'complete';
  if (coverage !== 'complete' && coverage !== 'partial') {
    throw new ReportError(`“${coverage.slice(0, 40)}” is no coverage.`, {
      where: '/coverage',
      hint: 'Write complete or partial.',
    });
  }
  const run = {
    tool: textOf(first('tool')) ?? 'Generic',
    toolVersion: textOf(first('toolVersion')) ?? null,
    category: textOf(first('category')) ?? null,
  };
  yield { kind: 'run', run };
  for await (const piece of splitJson(source, {
    wanted: ['findings/*'],
    lists: ['findings'],
    limits: options.limits,
  })) {
    if (piece.kind === 'value' && piece.pattern === 'findings/*') {
      yield { kind: 'finding', finding: genericFindingOf(elementOf(piece), pointer(piece.steps)) };
    }
  }
  const startedAt = timeOf(first('startedAt'));
  yield {
    kind: 'end',
    outcome: { outcome: 'succeeded', ...(coverage === 'partial' ? { partial: true } : {}), startedAt },
  };
}
