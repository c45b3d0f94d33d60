import type { Finding } from '../../core/matching/finding.ts';
import type { Severity } from '../../core/vocabulary.ts';
import { cveIds, cweNumbers } from '../kit/identifiers.ts';
import type { Loose } from '../kit/loose.ts';
import { countOf, given, listOf, loose, numberOf, textOf, textsOf } from '../kit/loose.ts';
import { normalPath } from '../kit/path.ts';
import { titleOf } from '../kit/text.ts';

interface Known {
  readonly hotspot: boolean;
  readonly rules: ReadonlyMap<string, Loose>;
}

/** An issue that speaks of security, or a hotspot; null: one of maintainability or reliability, or a closed one. */
export function findingOf(issue: Loose, { hotspot, rules }: Known): Finding | null {
  if (!hotspot && !isSecurity(issue)) {
    return null;
  }
  const status = `${textOf(issue['status']) ?? ''} ${textOf(issue['resolution']) ?? ''}`;
  if (/\bCLOSED\b|\bFIXED\b|\bREMOVED\b/u.test(status)) {
    return null;
  }
  const ruleId = textOf(issue['rule']) ?? textOf(issue['ruleKey']) ?? 'unnamed';
  const message = textOf(issue['message']) ?? '';
  const rule = rules.get(ruleId);
  const key = textOf(issue['key']);
  const range = loose(issue['textRange']);
  const tags = [...textsOf(issue['tags']), ...textsOf(rule?.['sysTags'])];
  return {
    kind: 'code',
    ruleId,
    title: titleOf(message, textOf(rule?.['name'])),
    description: message,
    severity: severityOf(issue, hotspot),
    cwe: cweNumbers(
      tags.filter((tag) => /^cwe/iu.test(tag)),
      listOf(issue['securityStandards']).filter((one) => /^cwe/iu.test(String(one))),
    ),
    cve: cveIds(ruleId),
    advisories: [],
    location: given({
      kind: 'file',
      path: pathOf(issue),
      startLine: countOf(range['startLine']) ?? countOf(issue['line']),
      endLine: countOf(range['endLine']),
      startColumn: columnOf(range['startOffset']),
      endColumn: columnOf(range['endOffset']),
    } as const),
    furtherLocations: undefined,
    // The key survives moves; `hash` is of the line's text.
    fingerprints: given({ ...(key === undefined ? {} : { sonarKey: key }), ...hashOf(issue) }),
    attributes: given({
      type: hotspot ? 'hotspot' : (textOf(issue['type'])?.toLowerCase() ?? 'vulnerability'),
      ...(textOf(issue['securityCategory']) === undefined
        ? {}
        : { category: textOf(issue['securityCategory']) ?? '' }),
    }),
    suppressed: /FALSE-POSITIVE|FALSE_POSITIVE|WONTFIX|ACCEPTED|SAFE|ACKNOWLEDGED|REVIEWED/u.test(status)
      ? true
      : undefined,
  };
}

/** By the old type, or by the software quality that newer servers say it harms. */
function isSecurity(issue: Loose): boolean {
  const qualities = listOf(issue['impacts']).map((one) => textOf(loose(one)['softwareQuality']));
  const type = textOf(issue['type']);
  return (
    qualities.includes('SECURITY') ||
    type === 'VULNERABILITY' ||
    type === 'SECURITY_HOTSPOT' ||
    (type === undefined && qualities.length === 0)
  );
}

const severities = new Map<string, Severity>([
  ['BLOCKER', 'critical'],
  ['CRITICAL', 'high'],
  ['MAJOR', 'medium'],
  ['MINOR', 'low'],
  ['INFO', 'informational'],
  ['HIGH', 'high'],
  ['MEDIUM', 'medium'],
  ['LOW', 'low'],
]);

function severityOf(issue: Loose, hotspot: boolean): Severity {
  if (hotspot) {
    return severities.get(textOf(issue['vulnerabilityProbability']) ?? '') ?? 'medium';
  }
  const impact = listOf(issue['impacts'])
    .map(loose)
    .find((one) => one['softwareQuality'] === 'SECURITY');
  return severities.get(textOf(issue['severity']) ?? textOf(impact?.['severity']) ?? '') ?? 'medium';
}

/** `project:path/in/it`; a project's own key may hold colons. */
function pathOf(issue: Loose): string {
  const component = textOf(issue['component']) ?? '';
  const project = textOf(issue['project']) ?? '';
  const own = project !== '' && component.startsWith(`${project}:`);
  return normalPath(
    own ? component.slice(project.length + 1) : component.slice(component.lastIndexOf(':') + 1),
  );
}

/** Counted from zero. */
function columnOf(offset: unknown): number | undefined {
  const number = numberOf(offset);
  return number === undefined ? undefined : countOf(number + 1);
}

function hashOf(issue: Loose): Readonly<Record<string, string>> {
  const hash = textOf(issue['hash']);
  return hash === undefined ? {} : { lineHash: hash };
}
