import type { Finding } from '../../core/matching/finding.ts';
import { cweNumbers, webAddresses } from '../kit/identifiers.ts';
import { given } from '../kit/loose.ts';
import { severityOfWord } from '../kit/severity.ts';
import { paragraphs, plainOfHtml, titleOf } from '../kit/text.ts';
import type { XmlElement } from '../kit/xml-element.ts';
import { childText } from '../kit/xml-element.ts';

/** The `type` is the same in every scan; the `serialNumber` is not. */
export function findingOf(issue: XmlElement): Finding {
  const name = childText(issue, 'name');
  const host = childText(issue, 'host') ?? '';
  const path = childText(issue, 'path') ?? '';
  const confidence = childText(issue, 'confidence')?.toLowerCase() ?? 'unknown';
  const background = plainOfHtml(childText(issue, 'issueBackground') ?? '');
  const classes = childText(issue, 'vulnerabilityClassifications') ?? '';
  const word = childText(issue, 'severity');
  return {
    kind: 'web',
    ruleId: childText(issue, 'type') ?? name ?? 'unnamed',
    title: titleOf(name),
    description: paragraphs(plainOfHtml(childText(issue, 'issueDetail') ?? ''), background),
    severity: word?.toLowerCase() === 'false positive' ? 'informational' : (severityOfWord(word) ?? 'medium'),
    cwe: cweNumbers(classes),
    cve: [],
    advisories: [],
    location: given({
      kind: 'url',
      url: `${host}${path}`,
      parameter: insertionPoint(childText(issue, 'location')),
    } as const),
    fingerprints: {},
    remediation:
      paragraphs(
        plainOfHtml(childText(issue, 'remediationDetail') ?? ''),
        plainOfHtml(childText(issue, 'remediationBackground') ?? ''),
      ) || undefined,
    references: webAddresses(...hrefsOf(`${childText(issue, 'references') ?? ''} ${classes}`)),
    attributes: { confidence },
    suppressed: word?.toLowerCase() === 'false positive' ? true : undefined,
  };
}

/** `/search [q parameter]`: what stands in brackets. */
function insertionPoint(location: string | undefined): string | undefined {
  return /\[([^[\]]{1,300})\]\s*$/u.exec(location ?? '')?.[1];
}

function hrefsOf(html: string): readonly string[] {
  return [...html.matchAll(/href\s*=\s*["']([^"'<>]{1,2000})["']/giu)].map((match) => match[1] as string);
}
