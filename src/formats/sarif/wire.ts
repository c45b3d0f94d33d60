import type { Steps } from '../kit/split-json.ts';
import type { Loose } from '../kit/loose.ts';
import { listOf, loose, numberOf, textOf } from '../kit/loose.ts';

/** What stands around the results of one run (SARIF 2.1.0, 3.14). Everything within is hostile until looked at. */
export interface RunHeader {
  readonly driver: Component;
  readonly extensions: readonly Component[];
  readonly automationId: string | null;
  readonly invocations: readonly Loose[];
  readonly bases: ReadonlyMap<
    string,
    { readonly uri: string | undefined; readonly base: string | undefined }
  >;
  /** Addresses of `file:` bases, longest first. */
  readonly roots: readonly string[];
  readonly artifacts: readonly Loose[];
  readonly taxonomies: readonly string[];
}

/** A tool component: the driver or an extension, with its rules by position and by name. */
export interface Component {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly rules: readonly Loose[];
  readonly byId: ReadonlyMap<string, Loose>;
  readonly messages: Loose;
}

/** The header of one run from its small values, by the name of the run's property. */
export function headerOf(values: ReadonlyMap<string, unknown>): RunHeader {
  const tool = loose(values.get('tool'));
  const bases = basesOf(values.get('originalUriBaseIds'));
  return {
    driver: componentOf(tool['driver']),
    extensions: listOf(tool['extensions']).map(componentOf),
    automationId: textOf(loose(values.get('automationDetails'))['id']) ?? null,
    invocations: listOf(values.get('invocations')).map(loose),
    bases,
    roots: rootsOf(bases),
    artifacts: listOf(values.get('artifacts')).map(loose),
    taxonomies: listOf(values.get('taxonomies')).map((taxonomy) => textOf(loose(taxonomy)['name']) ?? ''),
  };
}

function componentOf(value: unknown): Component {
  const component = loose(value);
  const rules = listOf(component['rules']).map(loose);
  const named = rules.flatMap((rule): [string, Loose][] => {
    const id = textOf(rule['id']);
    return id === undefined ? [] : [[id, rule]];
  });
  return {
    name: textOf(component['name'])?.trim(),
    version: textOf(component['semanticVersion']) ?? textOf(component['version']),
    rules,
    // The first of several rules of one name counts.
    byId: new Map(named.reverse()),
    messages: loose(component['globalMessageStrings']),
  };
}

function basesOf(value: unknown): RunHeader['bases'] {
  const entries = Object.entries(loose(value)).slice(0, 1_000);
  return new Map(
    entries.map(([name, entry]) => [
      name,
      { uri: textOf(loose(entry)['uri']), base: textOf(loose(entry)['uriBaseId']) },
    ]),
  );
}

function rootsOf(bases: RunHeader['bases']): readonly string[] {
  const absolute = [...bases.values()].flatMap((base) =>
    base.uri !== undefined && /^file:/iu.test(base.uri) ? [base.uri] : [],
  );
  return absolute.map((uri) => uri.replace(/\/?$/u, '/')).sort((one, other) => other.length - one.length);
}

/** The index of the run in which a piece stands. */
export function runIndexOf(steps: Steps): number {
  return steps[0] === 'runs' && typeof steps[1] === 'number' ? steps[1] : -1;
}

/** An index into another list; -1 and nonsense are none. */
export function indexOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && Number.isInteger(number) && number >= 0 ? number : undefined;
}
