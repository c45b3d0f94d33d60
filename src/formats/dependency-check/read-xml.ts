import type { ReadLimits, ReportSource } from '../../contracts/format.ts';
import { splitXml } from '../kit/split-xml.ts';
import { timeOf } from '../kit/time.ts';
import type { XmlElement } from '../kit/xml-element.ts';
import { childText, childTexts, childrenOf } from '../kit/xml-element.ts';
import type { Dependency, DependencyReport, Vulnerability } from './dependency.ts';

const root = 'analysis';
const dropped = ['evidenceCollected', 'vulnerableSoftware', 'license'];

export async function readXml(source: ReportSource, limits: ReadLimits): Promise<DependencyReport> {
  let toolVersion: string | null = null;
  let category: string | null = null;
  let startedAt: string | undefined;
  for await (const piece of splitXml(source, {
    root,
    wanted: ['analysis/scanInfo', 'analysis/projectInfo'],
    limits,
  })) {
    if (piece.kind === 'element' && piece.path === 'analysis/scanInfo') {
      toolVersion = childText(piece.element, 'engineVersion') ?? null;
    } else if (piece.kind === 'element') {
      category = childText(piece.element, 'name') ?? null;
      startedAt = timeOf(childText(piece.element, 'reportDate'));
    }
  }
  return {
    run: { tool: 'Dependency-Check', toolVersion, category },
    startedAt,
    dependencies: dependenciesOf(source, limits),
  };
}

async function* dependenciesOf(source: ReportSource, limits: ReadLimits): AsyncIterable<Dependency> {
  const wanted = ['analysis/dependencies/dependency'];
  for await (const piece of splitXml(source, { root, wanted, dropped, limits })) {
    if (piece.kind === 'element') {
      const { element } = piece;
      const identifiers = childrenOf(element, 'identifiers').flatMap((one) => childrenOf(one, 'package'));
      const all = childrenOf(element, 'vulnerabilities');
      yield {
        fileName: childText(element, 'fileName') ?? '',
        filePath: childText(element, 'filePath'),
        purls: identifiers.flatMap((one) => childText(one, 'id') ?? []),
        vulnerabilities: [
          ...all.flatMap((one) => childrenOf(one, 'vulnerability')).map((one) => vulnerabilityOf(one, false)),
          ...all
            .flatMap((one) => childrenOf(one, 'suppressedVulnerability'))
            .map((one) => vulnerabilityOf(one, true)),
        ],
      };
    }
  }
}

function vulnerabilityOf(element: XmlElement, suppressed: boolean): Vulnerability {
  const within = (name: string, field: string) =>
    childrenOf(element, name).flatMap((one) => childText(one, field) ?? [])[0];
  return {
    name: childText(element, 'name') ?? '',
    source: element.attributes.get('source'),
    severity: childText(element, 'severity'),
    scores: [within('cvssV4', 'baseScore'), within('cvssV3', 'baseScore'), within('cvssV2', 'score')],
    cwes: [
      ...childrenOf(element, 'cwes').flatMap((one) => childTexts(one, 'cwe')),
      ...childTexts(element, 'cwe'),
    ],
    description: childText(element, 'description'),
    references: childrenOf(element, 'references').flatMap((one) =>
      childrenOf(one, 'reference').flatMap((each) => childText(each, 'url') ?? []),
    ),
    suppressed,
  };
}
