import type { ReadLimits, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import type { Loose } from '../kit/loose.ts';
import { listOf, loose, textOf } from '../kit/loose.ts';
import { pointer, splitJson } from '../kit/split-json.ts';

const componentsMax = 500_000;
const nestingMax = 20;

export interface Component {
  readonly name: string;
  readonly version: string | undefined;
  readonly purl: string | undefined;
}

/** The components by the reference under which vulnerabilities name them; nested ones too. */
export async function readComponents(
  source: ReportSource,
  limits: ReadLimits,
): Promise<ReadonlyMap<string, Component>> {
  const components = new Map<string, Component>();
  for await (const piece of splitJson(source, { wanted: ['components/*', 'metadata/component'], limits })) {
    if (piece.kind === 'value') {
      add(loose(piece.value), components, 0);
    }
    if (components.size > componentsMax) {
      throw new ReportError(`The bill of materials has more than ${componentsMax} components.`, {
        where: pointer(piece.steps),
      });
    }
  }
  return components;
}

function add(component: Loose, components: Map<string, Component>, depth: number): void {
  const purl = textOf(component['purl']);
  const entry = { name: nameOf(component), version: textOf(component['version']), purl };
  for (const ref of [textOf(component['bom-ref']), purl]) {
    if (ref !== undefined && !components.has(ref)) {
      components.set(ref, entry);
    }
  }
  if (depth < nestingMax) {
    for (const inner of listOf(component['components'])) {
      add(loose(inner), components, depth + 1);
    }
  }
}

function nameOf(component: Loose): string {
  const group = textOf(component['group']);
  const name = textOf(component['name']) ?? '';
  return group === undefined ? name : `${group}/${name}`;
}
