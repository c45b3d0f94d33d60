import type { Finding, Location } from '../../core/matching/finding.ts';
import { cveIds, cweNumbers, webAddresses } from '../kit/identifiers.ts';
import type { Loose } from '../kit/loose.ts';
import { countOf, given, loose, textOf, textsOf } from '../kit/loose.ts';
import { severityOfScore, severityOfWord } from '../kit/severity.ts';
import { titleOf } from '../kit/text.ts';

/** Template, matcher and place; what was extracted, the time and the command vary from scan to scan. */
export function findingOf(result: Loose): Finding {
  const detail = loose(result['info']);
  const classes = loose(detail['classification']);
  const id = textOf(result['template-id']) ?? textOf(result['templateID']) ?? 'unnamed';
  const matcher = textOf(result['matcher-name']) ?? textOf(result['matcher_name']);
  const extractor = textOf(result['extractor-name']) ?? textOf(result['extractor_name']);
  const named = [matcher, extractor].filter((name) => name !== undefined);
  const location = placeOf(result);
  return {
    kind: location.kind === 'host' ? 'host' : 'web',
    ruleId: id,
    title: titleOf(textOf(detail['name']), id),
    description: textOf(detail['description'])?.trim() ?? textOf(detail['name']) ?? '',
    severity: severityOfWord(detail['severity']) ?? severityOfScore(classes['cvss-score']) ?? 'informational',
    cwe: cweNumbers(classes['cwe-id']),
    cve: cveIds(classes['cve-id'], id),
    advisories: [],
    location,
    fingerprints: {},
    discriminators: named.length === 0 ? undefined : named,
    impact: textOf(detail['impact']),
    remediation: textOf(detail['remediation']),
    references: webAddresses(detail['reference']),
    attributes: given({
      type: textOf(result['type']) ?? 'unknown',
      ...(textsOf(detail['tags']).length === 0
        ? {}
        : { tags: textsOf(detail['tags']).slice(0, 20).join(', ') }),
    }),
  };
}

/** A web address, or host and port for templates of the network, DNS and TLS. */
function placeOf(result: Loose): Location {
  const matched = textOf(result['matched-at']) ?? textOf(result['matched']) ?? textOf(result['host']) ?? '';
  const parameter = textOf(result['fuzzing_parameter']);
  const method = textOf(result['fuzzing_method'])?.toUpperCase();
  if (/^https?:\/\//iu.test(matched)) {
    return given({ kind: 'url', url: matched, method, parameter } as const);
  }
  const bare = matched.replace(/^[a-z][a-z0-9+.-]*:\/\//iu, '');
  const split = /^(.*?):(\d{1,5})(?:\/.*)?$/u.exec(bare);
  const host = (split?.[1] ?? bare.split('/')[0] ?? '').toLowerCase();
  const port = countOf(split?.[2]) ?? countOf(result['port']);
  return given({ kind: 'host', host, port, protocol: textOf(result['type'])?.toLowerCase() } as const);
}
