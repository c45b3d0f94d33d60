import type { Finding } from '../../core/matching/finding.ts';
import { cweNumbers, webAddresses } from '../kit/identifiers.ts';
import type { Loose } from '../kit/loose.ts';
import { countOf, given, listOf, loose, textOf } from '../kit/loose.ts';
import { normalPath } from '../kit/path.ts';
import { withoutSecrets } from '../kit/secrets.ts';
import { severityOfWord } from '../kit/severity.ts';
import { titleOf } from '../kit/text.ts';

/** The checks whose message quotes the password that they found. */
const passwordChecks = new Set(['B105', 'B106', 'B107']);

export function findingOf(result: Loose): Finding {
  const text = textOf(result['issue_text']) ?? '';
  const line = countOf(result['line_number']);
  const lines = listOf(result['line_range']).flatMap((one) => countOf(one) ?? []);
  const code = flagged(textOf(result['code']) ?? '', line);
  const ruleId = textOf(result['test_id']) ?? textOf(result['test_name']) ?? 'unnamed';
  const finding: Finding = given({
    kind: 'code',
    ruleId,
    title: titleOf(text, textOf(result['test_name'])),
    description: text,
    severity: severityOfWord(result['issue_severity']) ?? 'medium',
    cwe: cweNumbers(loose(result['issue_cwe'])['id']),
    cve: [],
    advisories: [],
    location: given({
      kind: 'file',
      path: normalPath(textOf(result['filename']) ?? ''),
      startLine: line,
      // Unsorted where an expression spans several lines.
      endLine: lines.length === 0 ? undefined : Math.max(...lines.slice(0, 1_000), line ?? 1),
      startColumn: columnOf(result['col_offset']),
    } as const),
    snippet: code.flagged,
    context: code.context,
    fingerprints: {},
    references: webAddresses(result['more_info'], loose(result['issue_cwe'])['link']),
    attributes: given({
      check: textOf(result['test_name']) ?? '',
      confidence: textOf(result['issue_confidence'])?.toLowerCase() ?? 'undefined',
    }),
  });
  const quoted = passwordChecks.has(ruleId) ? /'(.*)'\s*$/su.exec(text)?.[1] : undefined;
  return withoutSecrets(finding, [quoted]);
}

/** Counted from zero. */
function columnOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? countOf(value + 1) : undefined;
}

/** `code` holds the flagged lines and some around them, each with its number before it. */
function flagged(code: string, line: number | undefined) {
  const lines = code.split('\n').flatMap((row) => {
    const match = /^(\d{1,9})[ \t]?(.*)$/u.exec(row);
    return match === null
      ? []
      : [{ number: Number(match[1]), text: (match[2] as string).replace(/\r$/u, '') }];
  });
  const at = lines.findIndex((one) => one.number === line);
  if (at < 0) {
    return { flagged: undefined, context: undefined };
  }
  const texts = lines.map((one) => one.text);
  return {
    flagged: texts[at],
    context: { before: texts.slice(Math.max(0, at - 3), at), after: texts.slice(at + 1, at + 4) },
  };
}
