import type { Finding, Location } from '../../core/matching/finding.ts';
import type { Severity } from '../../core/vocabulary.ts';
import { cweNumbers, webAddresses } from '../kit/identifiers.ts';
import { given } from '../kit/loose.ts';
import { paragraphs, plainOfHtml, titleOf } from '../kit/text.ts';
import type { Alert, Instance } from './alert.ts';

const risks = new Map<string, Severity>([
  ['3', 'high'],
  ['2', 'medium'],
  ['1', 'low'],
  ['0', 'informational'],
]);
const confidences = new Map([
  ['0', 'false positive'],
  ['1', 'low'],
  ['2', 'medium'],
  ['3', 'high'],
  ['4', 'confirmed'],
]);

/** One finding for each page, method and parameter; the addresses that differ in their query alone are its further places. */
export function findingsOf(alert: Alert): readonly Finding[] {
  const places = new Map<string, Instance[]>();
  for (const instance of alert.instances) {
    const key = `${instance.method ?? ''} ${withoutQuery(instance.uri)} ${instance.parameter ?? ''}`;
    const known = places.get(key);
    if (known === undefined) {
      places.set(key, [instance]);
    } else {
      known.push(instance);
    }
  }
  return [...places.values()].map((instances) => findingOf(alert, instances));
}

function findingOf(alert: Alert, instances: readonly Instance[]): Finding {
  const [first, ...others] = instances.map(placeOf);
  const evidence = instances[0]?.evidence;
  return {
    kind: 'web',
    ruleId: alert.ruleId,
    title: titleOf(alert.name),
    description: paragraphs(plainOfHtml(alert.description ?? ''), plainOfHtml(alert.otherInfo ?? '')),
    severity: risks.get(alert.riskCode ?? '') ?? 'informational',
    cwe: cweNumbers(alert.cweId),
    cve: [],
    advisories: [],
    location: first ?? { kind: 'none' },
    furtherLocations: others.length === 0 ? undefined : others,
    fingerprints: {},
    remediation: plainOfHtml(alert.solution ?? '') || undefined,
    references: webAddresses(...plainOfHtml(alert.reference ?? '').split(/\s+/u)),
    attributes: given({
      confidence: confidences.get(alert.confidence ?? '') ?? 'unknown',
      ...(evidence === undefined ? {} : { evidence: evidence.slice(0, 500) }),
      ...(alert.wascId === undefined || Number(alert.wascId) <= 0 ? {} : { wasc: alert.wascId }),
    }),
    suppressed: alert.confidence === '0' ? true : undefined,
  };
}

function placeOf({ uri, method, parameter }: Instance): Location {
  return given({ kind: 'url', url: uri, method: method?.toUpperCase(), parameter } as const);
}

function withoutQuery(uri: string): string {
  return uri.replace(/[?#].*$/su, '');
}
