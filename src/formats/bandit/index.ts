import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import { elementOf, listOf, loose, textOf } from '../kit/loose.ts';
import { collectJson } from '../kit/collect-json.ts';
import { splitJson } from '../kit/split-json.ts';
import { timeOf } from '../kit/time.ts';
import { findingOf } from './finding.ts';

const errorsToldMax = 20;

/** Bandit, a scanner of Python code: `bandit -f json`. */
const bandit: Format = {
  id: 'bandit',
  title: 'Bandit JSON',
  // A report begins with its errors, its time and a table of metrics in which each file has these names.
  recognise: (head) => {
    const own = /^\s*\{\s*"errors"\s*:\s*\[/u.test(head) && /"generated_at"\s*:/u.test(head);
    return own && /"SEVERITY\.(?:HIGH|LOW)"|"test_id"\s*:/u.test(head) ? 2 : 0;
  },
  read: keepWithinLimits(read),
};

export default bandit;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const around = await collectJson(source, ['errors', 'generated_at'], options.limits);
  const errors = listOf(around.get('errors')?.[0]?.value).map(loose);
  yield { kind: 'run', run: { tool: 'Bandit', toolVersion: null, category: null } };
  for await (const piece of splitJson(source, {
    wanted: ['results/*'],
    lists: ['results'],
    limits: options.limits,
  })) {
    if (piece.kind === 'value' && piece.pattern === 'results/*') {
      yield { kind: 'finding', finding: findingOf(elementOf(piece)) };
    }
  }
  for (const error of errors.slice(0, errorsToldMax)) {
    const message = `Bandit could not scan ${textOf(error['filename']) ?? 'a file'}: ${textOf(error['reason']) ?? 'no reason given'}`;
    yield { kind: 'complaint', complaint: { message } };
  }
  const startedAt = timeOf(around.get('generated_at')?.[0]?.value);
  yield {
    kind: 'end',
    outcome: { outcome: 'succeeded', ...(errors.length > 0 ? { partial: true } : {}), startedAt },
  };
}
