import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import { collectJson } from '../kit/collect-json.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import type { Loose } from '../kit/loose.ts';
import { elementOf, listOf, loose, numberOf, textOf } from '../kit/loose.ts';
import { splitJson } from '../kit/split-json.ts';
import { findingOf } from './finding.ts';

/** SonarQube: the answer of `api/issues/search`, of `api/hotspots/search`, or pages of them joined into one. */
const sonarqube: Format = {
  id: 'sonarqube',
  title: 'SonarQube issues export',
  recognise: (head) => {
    const own = /^\s*\{/u.test(head) && /"(?:issues|hotspots)"\s*:\s*\[/u.test(head);
    return own &&
      /"(?:effortTotal|paging|securityCategory|vulnerabilityProbability|cleanCodeAttribute|debt)"\s*:/u.test(
        head,
      )
      ? 2
      : 0;
  },
  read: keepWithinLimits(read),
};

export default sonarqube;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const around = await collectJson(source, ['paging', 'total', 'rules', 'errors'], options.limits);
  const first = (name: string) => around.get(name)?.[0]?.value;
  const rules = new Map(
    listOf(first('rules')).map((rule): [string, Loose] => [textOf(loose(rule)['key']) ?? '', loose(rule)]),
  );
  yield { kind: 'run', run: { tool: 'SonarQube', toolVersion: null, category: null } };
  const lists = new Set<string>();
  let entries = 0;
  for await (const piece of splitJson(source, {
    wanted: ['issues/*', 'hotspots/*'],
    limits: options.limits,
  })) {
    if (piece.kind === 'begin' && piece.array) {
      lists.add(piece.pattern);
    } else if (piece.kind === 'value' && piece.steps.length === 2) {
      entries += 1;
      const finding = findingOf(elementOf(piece), { hotspot: piece.steps[0] === 'hotspots', rules });
      if (finding !== null) {
        yield { kind: 'finding', finding };
      }
    }
  }
  if (lists.size === 0) {
    const hint = 'Look whether the server refused: its answer would then hold errors.';
    throw new ReportError('The report has neither issues nor hotspots.', { where: 'the root', hint });
  }
  const total = numberOf(loose(first('paging'))['total']) ?? numberOf(first('total')) ?? entries;
  if (total > entries) {
    const message = `The export holds ${entries} of ${total} entries: it is one page of several, so that nothing is closed by it.`;
    yield { kind: 'complaint', complaint: { message, where: '/paging' } };
  }
  yield { kind: 'end', outcome: { outcome: 'succeeded', ...(total > entries ? { partial: true } : {}) } };
}
