import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { collectJson } from '../kit/collect-json.ts';
import { imageRepository } from '../kit/image.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import { elementOf, loose, textOf } from '../kit/loose.ts';
import { splitJson } from '../kit/split-json.ts';
import { timeOf } from '../kit/time.ts';
import { findingOf } from './finding.ts';

const around = ['source', 'descriptor/name', 'descriptor/version', 'descriptor/timestamp'];

/** Grype: `grype -o json`, of images, folders and bills of materials. */
const grype: Format = {
  id: 'grype',
  title: 'Grype JSON',
  recognise: (head) => {
    const own =
      /^\s*\{\s*"(?:matches|ignoredMatches|source|distro|descriptor)"\s*:/u.test(head) &&
      /"matches"\s*:/u.test(head);
    return own && /"(?:matchDetails|descriptor|relatedVulnerabilities)"\s*:/u.test(head) ? 2 : 0;
  },
  read: keepWithinLimits(read),
};

export default grype;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const facts = await collectJson(source, around, options.limits);
  const first = (name: string) => facts.get(name)?.[0]?.value;
  const { type, target } = loose(first('source'));
  const image = textOf(loose(target)['userInput']) ?? '';
  const category = type === 'image' && image !== '' ? imageRepository(image) : null;
  yield {
    kind: 'run',
    run: { tool: 'Grype', toolVersion: textOf(first('descriptor/version')) ?? null, category },
  };
  for await (const piece of splitJson(source, {
    wanted: ['matches/*', 'ignoredMatches/*'],
    lists: ['matches'],
    limits: options.limits,
  })) {
    if (piece.kind === 'value' && piece.steps.length === 2) {
      yield { kind: 'finding', finding: findingOf(elementOf(piece), piece.steps[0] === 'ignoredMatches') };
    }
  }
  yield { kind: 'end', outcome: { outcome: 'succeeded', startedAt: timeOf(first('descriptor/timestamp')) } };
}
