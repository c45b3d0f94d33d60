import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { headOf } from '../kit/open-report.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import { findingsOf } from './finding.ts';
import { readJson } from './read-json.ts';
import { readXml } from './read-xml.ts';

/** OWASP Dependency-Check: `--format JSON` or `--format XML`. */
const dependencyCheck: Format = {
  id: 'dependency-check',
  title: 'OWASP Dependency-Check JSON or XML',
  recognise: (head) => {
    const json = /^\s*\{/u.test(head) && /"reportSchema"\s*:/u.test(head) && /"scanInfo"\s*:/u.test(head);
    return json || /<analysis[^<>]{0,500}dependency-check/iu.test(head) ? 2 : 0;
  },
  read: keepWithinLimits(read),
};

export default dependencyCheck;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const xml = (await headOf(source)).trimStart().startsWith('<');
  const { run, startedAt, dependencies } = await (xml ? readXml : readJson)(source, options.limits);
  yield { kind: 'run', run };
  for await (const dependency of dependencies) {
    for (const finding of findingsOf(dependency)) {
      yield { kind: 'finding', finding };
    }
  }
  yield { kind: 'end', outcome: { outcome: 'succeeded', startedAt } };
}
