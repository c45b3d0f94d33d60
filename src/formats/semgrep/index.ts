import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { collectJson } from '../kit/collect-json.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import { elementOf, listOf, loose, textOf } from '../kit/loose.ts';
import { splitJson } from '../kit/split-json.ts';
import { findingOf } from './finding.ts';

const errorsToldMax = 20;

/** Semgrep: `semgrep --json`, code and supply chain. */
const semgrep: Format = {
  id: 'semgrep',
  title: 'Semgrep JSON',
  recognise: (head) => {
    const own =
      /^\s*\{/u.test(head) &&
      /"(?:check_id|skipped_rules|interfile_languages_used|engine_requested)"\s*:/u.test(head);
    return own &&
      (/"results"\s*:\s*\[/u.test(head) || /"errors"\s*:\s*\[/u.test(head)) &&
      !/"failed_checks"\s*:/u.test(head)
      ? 2
      : 0;
  },
  read: keepWithinLimits(read),
};

export default semgrep;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const around = await collectJson(source, ['errors', 'version', 'paths/skipped/*/reason'], options.limits);
  const version = textOf(around.get('version')?.[0]?.value) ?? null;
  yield { kind: 'run', run: { tool: 'Semgrep', toolVersion: version, category: null } };
  for await (const piece of splitJson(source, {
    wanted: ['results/*'],
    lists: ['results'],
    limits: options.limits,
  })) {
    if (piece.kind === 'value' && piece.pattern === 'results/*') {
      yield { kind: 'finding', finding: findingOf(elementOf(piece), options.digestKey) };
    }
  }
  const errors = listOf(around.get('errors')?.[0]?.value)
    .map(loose)
    .filter((error) => error['level'] !== 'warn' && error['level'] !== 'info');
  for (const error of errors.slice(0, errorsToldMax)) {
    const words =
      textOf(error['message']) ??
      textOf(error['long_msg']) ??
      textOf(error['short_msg']) ??
      'no reason given';
    const where = textOf(error['path']);
    yield {
      kind: 'complaint',
      complaint: {
        message: `Semgrep reported an error: ${words.slice(0, 300)}`,
        ...(where === undefined ? {} : { where }),
      },
    };
  }
  // Files left out by choice (ignored, not of a known language) are no gap; files that failed are.
  const failed = (around.get('paths/skipped/*/reason') ?? []).some(({ value }) =>
    /analysis_failed|exceeded_size_limit|irrelevant_rule_timeout|insufficient_permissions|too_big|minified/u.test(
      textOf(value) ?? '',
    ),
  );
  const partial = errors.length > 0 || failed;
  yield { kind: 'end', outcome: { outcome: 'succeeded', ...(partial ? { partial: true } : {}) } };
}
