import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import { elementOf } from '../kit/loose.ts';
import { lacking, splitJson } from '../kit/split-json.ts';
import { findingOf } from './finding.ts';

/** Gitleaks: `gitleaks … --report-format json`, a list of leaks; nothing found is `[]` or `null`. */
const gitleaks: Format = {
  id: 'gitleaks',
  title: 'Gitleaks JSON',
  recognise: (head) => {
    const own = /^\s*\[\s*\{/u.test(head) && /"RuleID"\s*:/u.test(head) && /"StartLine"\s*:/u.test(head);
    return own ? 2 : /^\s*(?:\[\s*\]|null)\s*$/u.test(head) ? 1 : 0;
  },
  read: keepWithinLimits(read),
};

export default gitleaks;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  let isList = false;
  yield { kind: 'run', run: { tool: 'Gitleaks', toolVersion: null, category: null } };
  for await (const piece of splitJson(source, { wanted: ['*'], limits: options.limits })) {
    if (piece.pattern === '') {
      isList ||= (piece.kind === 'begin' && piece.array) || (piece.kind === 'value' && piece.value === null);
    } else if (piece.kind === 'value' && isList) {
      yield { kind: 'finding', finding: findingOf(elementOf(piece), options.digestKey) };
    }
  }
  if (!isList) {
    throw lacking('');
  }
  yield { kind: 'end', outcome: { outcome: 'succeeded' } };
}
