import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import { collectJson } from '../kit/collect-json.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import { elementOf, listOf, loose, textOf } from '../kit/loose.ts';
import { splitJson } from '../kit/split-json.ts';
import { adviceOf, findingsOf } from './finding.ts';

/** npm: `npm audit --json`, as npm 7 and later write it, and as npm 6 did. */
const npmAudit: Format = {
  id: 'npm-audit',
  title: 'npm audit JSON',
  recognise: (head) => {
    const newer = /^\s*\{/u.test(head) && /"auditReportVersion"\s*:\s*\d/u.test(head);
    const older =
      /^\s*\{/u.test(head) &&
      /"advisories"\s*:\s*\{/u.test(head) &&
      /"(?:actions|runId|muted)"\s*:/u.test(head);
    const failed = /^\s*\{/u.test(head) && /"uri"\s*:\s*"[^"]*\/-\/npm\/v1\/security\//u.test(head);
    return newer || older || failed ? 2 : 0;
  },
  read: keepWithinLimits(read),
};

export default npmAudit;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const facts = await collectJson(source, ['auditReportVersion', 'message', 'error'], options.limits);
  refuseFailure(facts.get('error')?.[0]?.value, facts.get('message')?.[0]?.value);
  yield { kind: 'run', run: { tool: 'npm audit', toolVersion: null, category: null } };
  let isAudit = false;
  for await (const piece of splitJson(source, {
    wanted: ['vulnerabilities/*', 'advisories/*'],
    limits: options.limits,
  })) {
    if (piece.kind === 'begin' && piece.steps.length === 1) {
      isAudit = true;
    } else if (piece.kind === 'value' && piece.pattern === 'vulnerabilities/*') {
      for (const finding of findingsOf(elementOf(piece))) {
        yield { kind: 'finding', finding };
      }
    } else if (piece.kind === 'value' && piece.pattern === 'advisories/*') {
      yield { kind: 'finding', finding: adviceOf(elementOf(piece)) };
    }
  }
  if (!isAudit) {
    throw new ReportError(
      'The report has neither vulnerabilities nor advisories: the audit did not take place.',
      {
        where: 'the root',
        hint: 'Look at what npm says, and whether its registry answers audits.',
      },
    );
  }
  yield { kind: 'end', outcome: { outcome: 'succeeded' } };
}

/** An audit that failed is written as JSON too, and must not pass as one that found nothing. */
function refuseFailure(error: unknown, message: unknown): void {
  const told = [message, ...listOf(error).flatMap((one) => [loose(one)['summary'], loose(one)['code']])];
  const words = told.flatMap((one) => textOf(one) ?? [])[0];
  if (error !== undefined || words !== undefined) {
    throw new ReportError(`The audit failed: ${(words ?? 'no reason given').slice(0, 300)}`, {
      where: '/error',
      hint: 'Run npm audit again where its registry answers audits.',
    });
  }
}
