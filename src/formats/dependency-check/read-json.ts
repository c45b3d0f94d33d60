import type { ReadLimits, ReportSource } from '../../contracts/format.ts';
import { collectJson } from '../kit/collect-json.ts';
import type { Loose } from '../kit/loose.ts';
import { elementOf, listOf, loose, textOf } from '../kit/loose.ts';
import { splitJson } from '../kit/split-json.ts';
import { timeOf } from '../kit/time.ts';
import type { Dependency, DependencyReport, Vulnerability } from './dependency.ts';

export async function readJson(source: ReportSource, limits: ReadLimits): Promise<DependencyReport> {
  const facts = await collectJson(source, ['scanInfo/engineVersion', 'projectInfo'], limits);
  const project = loose(facts.get('projectInfo')?.[0]?.value);
  const toolVersion = textOf(facts.get('scanInfo/engineVersion')?.[0]?.value) ?? null;
  return {
    run: { tool: 'Dependency-Check', toolVersion, category: textOf(project['name']) ?? null },
    startedAt: timeOf(project['reportDate']),
    dependencies: dependenciesOf(source, limits),
  };
}

async function* dependenciesOf(source: ReportSource, limits: ReadLimits): AsyncIterable<Dependency> {
  for await (const piece of splitJson(source, {
    wanted: ['dependencies/*'],
    lists: ['dependencies'],
    limits,
  })) {
    if (piece.kind === 'value' && piece.pattern === 'dependencies/*') {
      const element = elementOf(piece);
      const open = listOf(element['vulnerabilities']).map((one) => vulnerabilityOf(loose(one), false));
      const suppressed = listOf(element['suppressedVulnerabilities']).map((one) =>
        vulnerabilityOf(loose(one), true),
      );
      yield {
        fileName: textOf(element['fileName']) ?? '',
        filePath: textOf(element['filePath']),
        purls: listOf(element['packages']).flatMap((one) => textOf(loose(one)['id']) ?? []),
        vulnerabilities: [...open, ...suppressed],
      };
    }
  }
}

function vulnerabilityOf(element: Loose, suppressed: boolean): Vulnerability {
  const score = (name: string, field: string) => loose(element[name])[field];
  return {
    name: textOf(element['name']) ?? '',
    source: textOf(element['source']),
    severity: textOf(element['severity']),
    scores: [score('cvssv4', 'baseScore'), score('cvssv3', 'baseScore'), score('cvssv2', 'score')],
    cwes: listOf(element['cwes']),
    description: textOf(element['description']),
    references: listOf(element['references']),
    suppressed,
  };
}
