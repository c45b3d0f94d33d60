import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { collectJson } from '../kit/collect-json.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import type { Loose } from '../kit/loose.ts';
import { elementOf, loose } from '../kit/loose.ts';
import { splitJson } from '../kit/split-json.ts';
import { findingsOf } from './finding.ts';

/** OSV-Scanner: `osv-scanner --format json`. */
const osvScanner: Format = {
  id: 'osv-scanner',
  title: 'OSV-Scanner JSON',
  recognise: (head) => {
    const own = /^\s*\{\s*"results"\s*:\s*(?:\[|null)/u.test(head);
    const found =
      /^\s*\{\s*"results"\s*:\s*\[\s*\{\s*"(?:source|packages)"\s*:/u.test(head) &&
      /"packages"\s*:/u.test(head);
    return own &&
      (found || /"experimental_config"\s*:|^\s*\{\s*"results"\s*:\s*(?:\[\s*\]|null)\s*\}\s*$/u.test(head))
      ? 2
      : 0;
  },
  read: keepWithinLimits(read),
};

export default osvScanner;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const facts = await collectJson(source, ['results/*/source'], options.limits);
  const sources = new Map<number, Loose>();
  for (const { steps, value } of facts.get('results/*/source') ?? []) {
    sources.set(Number(steps[1]), loose(value));
  }
  yield { kind: 'run', run: { tool: 'OSV-Scanner', toolVersion: null, category: null } };
  for await (const piece of splitJson(source, {
    wanted: ['results/*/packages/*'],
    lists: ['results'],
    limits: options.limits,
  })) {
    if (piece.kind === 'value' && piece.pattern === 'results/*/packages/*') {
      for (const finding of findingsOf(elementOf(piece), sources.get(Number(piece.steps[1])) ?? {})) {
        yield { kind: 'finding', finding };
      }
    }
  }
  yield { kind: 'end', outcome: { outcome: 'succeeded' } };
}
