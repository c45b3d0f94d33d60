import type { ReadLimits, ReportSource } from '../../contracts/format.ts';
import { splitXml } from '../kit/split-xml.ts';
import { timeOf } from '../kit/time.ts';
import type { XmlElement } from '../kit/xml-element.ts';
import { childText, childrenOf } from '../kit/xml-element.ts';
import type { Alert, AlertReport } from './alert.ts';

const root = 'OWASPZAPReport';
const item = `${root}/site/alerts/alertitem`;
// Requests and answers of the “plus” report: large, and full of session keys.
const dropped = ['requestheader', 'requestbody', 'responseheader', 'responsebody'];

export async function readXml(source: ReportSource, limits: ReadLimits): Promise<AlertReport> {
  let facts: ReadonlyMap<string, string> = new Map();
  for await (const piece of splitXml(source, { root, wanted: [item], limits })) {
    if (piece.kind === 'begin' && piece.path === root) {
      facts = piece.attributes;
      break;
    }
  }
  return {
    version: facts.get('version') ?? null,
    startedAt: timeOf(facts.get('created')) ?? timeOf(facts.get('generated')),
    entries: entriesOf(source, limits),
  };
}

async function* entriesOf(source: ReportSource, limits: ReadLimits): AlertReport['entries'] {
  for await (const piece of splitXml(source, { root, wanted: [item], dropped, limits })) {
    if (piece.kind === 'begin' && piece.path === `${root}/site`) {
      yield { kind: 'site', name: piece.attributes.get('name') ?? '' };
    } else if (piece.kind === 'element') {
      yield { kind: 'alert', alert: alertOf(piece.element) };
    }
  }
}

function alertOf(element: XmlElement): Alert {
  const listed = childrenOf(element, 'instances').flatMap((one) => childrenOf(one, 'instance'));
  // Reports of old versions have one alert for each place.
  const places = listed.length > 0 ? listed : [element];
  return {
    ruleId: childText(element, 'alertRef') ?? childText(element, 'pluginid') ?? 'unnamed',
    name: childText(element, 'name') ?? childText(element, 'alert') ?? '',
    riskCode: childText(element, 'riskcode'),
    confidence: childText(element, 'confidence'),
    description: childText(element, 'desc'),
    solution: childText(element, 'solution'),
    reference: childText(element, 'reference'),
    otherInfo: childText(element, 'otherinfo'),
    cweId: childText(element, 'cweid'),
    wascId: childText(element, 'wascid'),
    instances: places.map((one) => ({
      uri: childText(one, 'uri') ?? '',
      method: childText(one, 'method'),
      parameter: childText(one, 'param'),
      evidence: childText(one, 'evidence'),
    })),
  };
}
