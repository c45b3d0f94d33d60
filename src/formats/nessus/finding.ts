import type { Finding } from '../../core/matching/finding.ts';
import type { Severity } from '../../core/vocabulary.ts';
import { cveIds, cweNumbers, webAddresses } from '../kit/identifiers.ts';
import { countOf, given } from '../kit/loose.ts';
import { severityOfScore } from '../kit/severity.ts';
import { paragraphs, titleOf } from '../kit/text.ts';
import type { XmlElement } from '../kit/xml-element.ts';
import { childText, childTexts } from '../kit/xml-element.ts';
import type { Host } from './host.ts';

const severities: readonly Severity[] = ['informational', 'low', 'medium', 'high', 'critical'];

/** One plugin at one port of one host; a plugin that speaks of many CVEs is one finding. */
export function findingOf(report: XmlElement, host: Host): Finding {
  const attribute = (name: string) => report.attributes.get(name);
  const plugin = attribute('pluginID') ?? 'unnamed';
  const output = childText(report, 'plugin_output');
  const port = countOf(attribute('port'));
  const service = attribute('svc_name');
  return {
    kind: 'host',
    ruleId: plugin,
    title: titleOf(attribute('pluginName'), childText(report, 'plugin_name'), childText(report, 'synopsis')),
    description: paragraphs(childText(report, 'synopsis'), childText(report, 'description')),
    severity: severityOf(report),
    cwe: cweNumbers(...childTexts(report, 'cwe')),
    cve: cveIds(...childTexts(report, 'cve')),
    advisories: [],
    // Port 0 is the machine as a whole.
    location: given({
      kind: 'host',
      host: host.name,
      port,
      protocol: attribute('protocol')?.toLowerCase(),
    } as const),
    fingerprints: {},
    remediation: solutionOf(childText(report, 'solution')),
    references: webAddresses(...childTexts(report, 'see_also').flatMap((text) => text.split(/\s+/u))),
    attributes: given({
      family: attribute('pluginFamily') ?? 'unknown',
      ...(service === undefined ? {} : { service }),
      ...(host.address === undefined ? {} : { address: host.address }),
      ...(output === undefined ? {} : { output: output.slice(0, 4_000) }),
    }),
  };
}

function severityOf(report: XmlElement): Severity {
  const told = severities[Number(report.attributes.get('severity') ?? Number.NaN)];
  const scored =
    severityOfScore(childText(report, 'cvss3_base_score')) ??
    severityOfScore(childText(report, 'cvss_base_score'));
  return told ?? scored ?? 'informational';
}

function solutionOf(text: string | undefined): string | undefined {
  return text === 'n/a' ? undefined : text;
}
