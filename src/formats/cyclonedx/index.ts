import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import { collectJson } from '../kit/collect-json.ts';
import { imageRepository } from '../kit/image.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import { elementOf, listOf, loose, textOf } from '../kit/loose.ts';
import { splitJson } from '../kit/split-json.ts';
import { timeOf } from '../kit/time.ts';
import { readComponents } from './components.ts';
import { findingsOf } from './finding.ts';

/** CycloneDX JSON with vulnerabilities: what a scanner wrote beside a bill of materials, or a VEX, which says how it stands. */
const cyclonedx: Format = {
  id: 'cyclonedx',
  title: 'CycloneDX JSON (vulnerabilities, VEX)',
  recognise: (head) => (/^\s*\{/u.test(head) && /"bomFormat"\s*:\s*"CycloneDX"/u.test(head) ? 2 : 0),
  read: keepWithinLimits(read),
};

export default cyclonedx;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const wanted = ['bomFormat', 'metadata/timestamp', 'metadata/tools', 'metadata/component'];
  const facts = await collectJson(source, wanted, options.limits);
  const first = (name: string) => facts.get(name)?.[0]?.value;
  if (first('bomFormat') !== 'CycloneDX') {
    throw new ReportError('The report is not CycloneDX: it has another bomFormat or none.', {
      where: '/bomFormat',
    });
  }
  const components = await readComponents(source, options.limits);
  const { name, version } = toolOf(first('metadata/tools'));
  const subject = loose(first('metadata/component'));
  const about = textOf(subject['name']);
  const category =
    about === undefined ? null : subject['type'] === 'container' ? imageRepository(about) : about;
  yield { kind: 'run', run: { tool: name, toolVersion: version, category } };
  let listed = false;
  let vex = false;
  for await (const piece of splitJson(source, { wanted: ['vulnerabilities/*'], limits: options.limits })) {
    listed ||= piece.kind === 'begin' && piece.array && piece.pattern === 'vulnerabilities';
    if (piece.kind === 'value' && piece.pattern === 'vulnerabilities/*') {
      const element = elementOf(piece);
      vex ||= textOf(loose(element['analysis'])['state']) !== undefined;
      for (const finding of findingsOf(element, components)) {
        yield { kind: 'finding', finding };
      }
    }
  }
  if (!listed) {
    const message =
      'The bill of materials holds no list of vulnerabilities: it is no scan, and nothing is closed by it.';
    yield { kind: 'complaint', complaint: { message, where: '/vulnerabilities' } };
  }
  // A VEX tells of what it names and of nothing else.
  const partial = vex || !listed || components.size === 0;
  yield {
    kind: 'end',
    outcome: {
      outcome: 'succeeded',
      ...(partial ? { partial: true } : {}),
      startedAt: timeOf(first('metadata/timestamp')),
    },
  };
}

/** A list of tools up to version 1.4, an object with components and services since. */
function toolOf(tools: unknown): { name: string; version: string | null } {
  const listed = Array.isArray(tools)
    ? tools
    : [...listOf(loose(tools)['components']), ...listOf(loose(tools)['services'])];
  const tool = loose(listed[0]);
  return { name: textOf(tool['name']) ?? 'CycloneDX', version: textOf(tool['version']) ?? null };
}
