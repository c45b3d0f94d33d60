import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import type { Collected } from '../kit/collect-json.ts';
import { collectJson } from '../kit/collect-json.ts';
import { imageRepository } from '../kit/image.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import { elementOf, loose, textOf } from '../kit/loose.ts';
import { splitJson } from '../kit/split-json.ts';
import { timeOf } from '../kit/time.ts';
import { misconfigurationOf } from './misconfiguration.ts';
import { secretOf } from './secret.ts';
import type { Target } from './target.ts';
import { vulnerabilityOf } from './vulnerability.ts';

const around = [
  'SchemaVersion',
  'CreatedAt',
  'ArtifactName',
  'ArtifactType',
  'Trivy',
  'Results/*/Target',
  'Results/*/Class',
  'Results/*/Type',
];
const wanted = ['Results/*/Vulnerabilities/*', 'Results/*/Misconfigurations/*', 'Results/*/Secrets/*'];

/** Trivy: `trivy --format json`, of images, file systems, repositories and configurations. */
const trivy: Format = {
  id: 'trivy',
  title: 'Trivy JSON',
  recognise: (head) =>
    /^\s*\{/u.test(head) &&
    /"SchemaVersion"\s*:\s*2\b/u.test(head) &&
    /"Artifact(?:Name|Type)"\s*:/u.test(head)
      ? 2
      : 0,
  read: keepWithinLimits(read),
};

export default trivy;

async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  const facts = await collectJson(source, around, options.limits);
  const first = (name: string) => facts.get(name)?.[0]?.value;
  if (first('ArtifactName') === undefined && first('SchemaVersion') === undefined) {
    throw new ReportError(
      'The report has neither SchemaVersion nor ArtifactName: it is no report of Trivy.',
      { where: 'the root' },
    );
  }
  const name = textOf(first('ArtifactName')) ?? '';
  const image = textOf(first('ArtifactType')) === 'container_image';
  const targets = targetsOf(facts, image);
  const category = image && name !== '' ? imageRepository(name) : null;
  yield {
    kind: 'run',
    run: { tool: 'Trivy', toolVersion: textOf(loose(first('Trivy'))['Version']) ?? null, category },
  };
  for await (const piece of splitJson(source, { wanted, limits: options.limits })) {
    if (piece.kind !== 'value' || piece.steps.length !== 4) {
      continue;
    }
    const element = elementOf(piece);
    const target = targets.get(Number(piece.steps[1])) ?? { name: '', kind: '', type: undefined, image };
    const finding =
      piece.steps[2] === 'Vulnerabilities'
        ? vulnerabilityOf(element, target)
        : piece.steps[2] === 'Secrets'
          ? secretOf(element, target)
          : misconfigurationOf(element, target);
    if (finding !== null) {
      yield { kind: 'finding', finding };
    }
  }
  yield { kind: 'end', outcome: { outcome: 'succeeded', startedAt: timeOf(first('CreatedAt')) } };
}

function targetsOf(
  facts: ReadonlyMap<string, readonly Collected[]>,
  image: boolean,
): ReadonlyMap<number, Target> {
  const targets = new Map<number, Target>();
  for (const field of ['Target', 'Class', 'Type'] as const) {
    for (const { steps, value } of facts.get(`Results/*/${field}`) ?? []) {
      const at = Number(steps[1]);
      const before = targets.get(at) ?? { name: '', kind: '', type: undefined, image };
      const text = textOf(value) ?? '';
      targets.set(
        at,
        field === 'Target'
          ? { ...before, name: text }
          : field === 'Class'
            ? { ...before, kind: text }
            : { ...before, type: text },
      );
    }
  }
  return targets;
}
