import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { headOf } from '../kit/open-report.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import { findingsOf } from './finding.ts';
import { readJson } from './read-json.ts';
import { readXml } from './read-xml.ts';

/** OWASP ZAP: the traditional JSON report and the traditional XML report, also the “plus” forms. */
const zap: Format = {
  id: 'zap',
  title: 'OWASP ZAP JSON or XML',
  recognise: (head) => {
    const json =
      /^\s*\{/u.test(head) &&
      (/"@programName"\s*:\s*"(?:OWASP )?ZAP"/u.test(head) ||
        (/"@generated"\s*:/u.test(head) && /"site"\s*:/u.test(head)));
    return json || /^\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}-->\s*)?<OWASPZAPReport[\s>]/u.test(head)
      ? 2
      : 0;
  },
  read: keepWithinLimits(read),
};

export default zap;

/** One run for each site: a scan of one site tells nothing of another. */
async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const xml = (await headOf(source)).trimStart().startsWith('<');
  const report = await (xml ? readXml : readJson)(source, options.limits);
  const run = (site: string | null): ReportEvent => ({
    kind: 'run',
    run: { tool: 'ZAP', toolVersion: report.version, category: site },
  });
  const end: ReportEvent = { kind: 'end', outcome: { outcome: 'succeeded', startedAt: report.startedAt } };
  let runs = 0;
  for await (const entry of report.entries) {
    if (entry.kind === 'site') {
      yield* runs === 0 ? [] : [end];
      yield run(entry.name);
      runs += 1;
    } else {
      for (const finding of findingsOf(entry.alert)) {
        yield { kind: 'finding', finding };
      }
    }
  }
  yield* runs === 0 ? [run(null), end] : [end];
}
