import type { ReadLimits, ReportSource } from '../../contracts/format.ts';
import { collectJson } from '../kit/collect-json.ts';
import type { Loose } from '../kit/loose.ts';
import { elementOf, listOf, loose, textOf } from '../kit/loose.ts';
import { lacking, splitJson } from '../kit/split-json.ts';
import { timeOf } from '../kit/time.ts';
import type { Alert, AlertReport } from './alert.ts';

export async function readJson(source: ReportSource, limits: ReadLimits): Promise<AlertReport> {
  const facts = await collectJson(
    source,
    ['@version', '@generated', 'created', 'site/*/@name', 'site/@name'],
    limits,
  );
  const first = (name: string) => facts.get(name)?.[0]?.value;
  const names = new Map(
    (facts.get('site/*/@name') ?? []).map(({ steps, value }): [number, string] => [
      Number(steps[1]),
      textOf(value) ?? '',
    ]),
  );
  const only = textOf(first('site/@name'));
  return {
    version: textOf(first('@version')) ?? null,
    startedAt: timeOf(first('created')) ?? timeOf(first('@generated')),
    entries: entriesOf({
      source,
      limits,
      name: (index) => (index === null ? (only ?? '') : (names.get(index) ?? '')),
    }),
  };
}

interface Sites {
  readonly source: ReportSource;
  readonly limits: ReadLimits;
  /** Null: the only site, which some templates write without a list. */
  readonly name: (index: number | null) => string;
}

async function* entriesOf({ source, limits, name }: Sites): AlertReport['entries'] {
  let sites = false;
  const wanted = ['site/*/alerts/*', 'site/alerts/*'];
  for await (const piece of splitJson(source, { wanted, limits })) {
    if (piece.kind === 'begin' && piece.pattern === 'site') {
      sites = true;
      if (!piece.array) {
        yield { kind: 'site', name: name(null) };
      }
    } else if (piece.kind === 'begin' && piece.pattern === 'site/*' && typeof piece.steps[1] === 'number') {
      yield { kind: 'site', name: name(piece.steps[1]) };
    } else if (piece.kind === 'value' && piece.steps.at(-2) === 'alerts') {
      yield { kind: 'alert', alert: alertOf(elementOf(piece)) };
    }
  }
  if (!sites) {
    throw lacking('site');
  }
}

function alertOf(element: Loose): Alert {
  return {
    ruleId: textOf(element['alertRef']) ?? textOf(element['pluginid']) ?? 'unnamed',
    name: textOf(element['name']) ?? textOf(element['alert']) ?? '',
    riskCode: textOf(element['riskcode']),
    confidence: textOf(element['confidence']),
    description: textOf(element['desc']),
    solution: textOf(element['solution']),
    reference: textOf(element['reference']),
    otherInfo: textOf(element['otherinfo']),
    cweId: textOf(element['cweid']),
    wascId: textOf(element['wascid']),
    instances: listOf(element['instances']).map((one) => ({
      uri: textOf(loose(one)['uri']) ?? '',
      method: textOf(loose(one)['method']),
      parameter: textOf(loose(one)['param']),
      evidence: textOf(loose(one)['evidence']),
    })),
  };
}
