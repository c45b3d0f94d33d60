import type { Finding } from '../../core/matching/finding.ts';
import { cweNumbers, webAddresses } from '../kit/identifiers.ts';
import type { Loose } from '../kit/loose.ts';
import { countOf, given, listOf, loose, textOf } from '../kit/loose.ts';
import { normalPath } from '../kit/path.ts';
import { severityOfWord } from '../kit/severity.ts';
import { paragraphs, titleOf } from '../kit/text.ts';
import type { Target } from './target.ts';

/** A setting that is not as it should be; null: one that is (some modes list those too). */
export function misconfigurationOf(element: Loose, target: Target): Finding | null {
  const status = textOf(element['Status']);
  if (status !== undefined && status !== 'FAIL') {
    return null;
  }
  const cause = loose(element['CauseMetadata']);
  const resource = textOf(cause['Resource']);
  const id = textOf(element['AVDID']) ?? textOf(element['ID']) ?? 'unnamed';
  const other = textOf(element['ID']);
  return {
    kind: 'configuration',
    ruleId: id,
    ruleAliases: other === undefined || other === id ? undefined : [other],
    title: titleOf(textOf(element['Title']), id),
    description: paragraphs(textOf(element['Message']), textOf(element['Description'])),
    severity: severityOfWord(element['Severity']) ?? 'medium',
    cwe: cweNumbers(element['CweIDs']),
    cve: [],
    advisories: [],
    location: given({
      kind: 'file',
      path: normalPath(target.name),
      startLine: countOf(cause['StartLine']),
      endLine: countOf(cause['EndLine']),
      symbol: resource,
    } as const),
    snippet: causeLines(cause),
    fingerprints: {},
    discriminators: resource === undefined ? undefined : [resource],
    remediation: textOf(element['Resolution']),
    references: webAddresses(element['PrimaryURL'], element['References']),
    attributes: given({
      type: textOf(element['Type']) ?? 'unknown',
      provider: textOf(cause['Provider']) ?? 'unknown',
    }),
  };
}

function causeLines(cause: Loose): string | undefined {
  const lines = listOf(loose(cause['Code'])['Lines']).map(loose);
  const flagged = lines
    .filter((line) => line['IsCause'] === true)
    .map((line) => (typeof line['Content'] === 'string' ? line['Content'] : ''));
  return flagged.length === 0 ? undefined : flagged.join('\n');
}
