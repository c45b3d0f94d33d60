import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import { splitXml } from '../kit/split-xml.ts';
import { findingOf } from './finding.ts';

// Requests and answers: large, and full of session keys.
const dropped = [
  'requestresponse',
  'collaboratorEvent',
  'infiltratorEvent',
  'dynamicAnalysis',
  'staticAnalysis',
];

/** Burp Suite: “Report selected issues” as XML. */
const burp: Format = {
  id: 'burp',
  title: 'Burp Suite XML',
  recognise: (head) => (/<issues[^<>]{0,300}\bburpVersion\s*=/u.test(head) ? 2 : 0),
  read: keepWithinLimits(read),
};

export default burp;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  // Burp writes a declaration of its elements into every report.
  const wish = {
    root: 'issues',
    wanted: ['issues/issue'],
    dropped,
    elementDeclarations: true,
    limits: options.limits,
  };
  for await (const piece of splitXml(source, wish)) {
    if (piece.kind === 'begin' && piece.path === 'issues') {
      const toolVersion = piece.attributes.get('burpVersion') ?? null;
      yield { kind: 'run', run: { tool: 'Burp Suite', toolVersion, category: null } };
    } else if (piece.kind === 'element') {
      yield { kind: 'finding', finding: findingOf(piece.element) };
    }
  }
  yield { kind: 'end', outcome: { outcome: 'succeeded' } };
}
