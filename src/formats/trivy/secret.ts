import type { Finding } from '../../core/matching/finding.ts';
import type { Loose } from '../kit/loose.ts';
import { countOf, given, textOf } from '../kit/loose.ts';
import { normalPath } from '../kit/path.ts';
import { severityOfWord } from '../kit/severity.ts';
import { titleOf } from '../kit/text.ts';
import type { Target } from './target.ts';

/** A leaked secret. Trivy blanks it itself, so that only the text around it is left to know it by. */
export function secretOf(element: Loose, target: Target): Finding {
  const title = textOf(element['Title']);
  const category = textOf(element['Category']);
  return {
    kind: 'secret',
    ruleId: textOf(element['RuleID']) ?? 'unnamed',
    title: titleOf(title),
    description: `${title ?? 'A secret'} stands in ${target.name}.`,
    severity: severityOfWord(element['Severity']) ?? 'high',
    cwe: [798],
    cve: [],
    advisories: [],
    location: given({
      kind: 'file',
      path: normalPath(target.name),
      startLine: countOf(element['StartLine']),
      endLine: countOf(element['EndLine']),
    } as const),
    snippet: textOf(element['Match']),
    fingerprints: {},
    remediation: 'Revoke the secret, then remove it from the code and its history.',
    attributes: category === undefined ? undefined : { category },
  };
}
