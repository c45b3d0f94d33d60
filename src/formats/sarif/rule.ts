import type { Loose } from '../kit/loose.ts';
import { listOf, loose, textOf, textsOf } from '../kit/loose.ts';
import type { RunHeader } from './wire.ts';
import { indexOf } from './wire.ts';

/** A result's rule: its name always, what the tool says about it where it does. */
export interface RuleOfResult {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly rule: Loose;
  readonly messages: Loose;
}

/**
 * SARIF 3.27.5 to 3.27.7 and 3.52: by index into the driver or an extension, by id, or by the parent of a hierarchical
 * id (`CA1000/1`). A result's own `ruleId` is its name even where the table writes it otherwise.
 */
export function ruleOf(result: Loose, run: RunHeader): RuleOfResult {
  const reference = loose(result['rule']);
  const named = textOf(result['ruleId']) ?? textOf(reference['id']);
  const component = componentOf(reference, run);
  const index = indexOf(reference['index']) ?? indexOf(result['ruleIndex']);
  const indexed = index === undefined ? undefined : component.rules[index];
  const found = indexed ?? (named === undefined ? undefined : lookedUp(named, component, run));
  const rule = found ?? {};
  return {
    id: (named ?? textOf(rule['id']) ?? textOf(rule['name']) ?? 'unnamed').trim(),
    aliases: textsOf(rule['deprecatedIds']).slice(0, 20),
    rule,
    messages: loose(rule['messageStrings']),
  };
}

function componentOf(reference: Loose, run: RunHeader) {
  const component = loose(reference['toolComponent']);
  const index = indexOf(component['index']);
  const name = textOf(component['name']);
  const byIndex = index === undefined ? undefined : run.extensions[index];
  return byIndex ?? run.extensions.find((one) => name !== undefined && one.name === name) ?? run.driver;
}

function lookedUp(id: string, component: RunHeader['driver'], run: RunHeader): Loose | undefined {
  const places = [component, run.driver, ...run.extensions];
  for (let name = id; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('/')))) {
    for (const place of places) {
      const rule = place.byId.get(name);
      if (rule !== undefined) {
        return rule;
      }
    }
  }
  return undefined;
}

/** The level that this run was told to give the rule, else the rule's own (3.20.5, 3.49.14). */
export function levelOf({ id, rule }: RuleOfResult, run: RunHeader): string {
  const overrides = run.invocations.flatMap((one) => listOf(one['ruleConfigurationOverrides'])).map(loose);
  const mine = overrides.find((one) => {
    const descriptor = loose(one['descriptor']);
    const index = indexOf(descriptor['index']);
    const named = textOf(descriptor['id']);
    return named === undefined ? index !== undefined && componentOf(descriptor, run).rules[index] === rule : named === id;
  });
  const configured = [mine?.['configuration'], rule['defaultConfiguration']];
  return configured.map((one) => textOf(loose(one)['level'])).find((level) => level !== undefined) ?? 'warning';
}

/** Names of weaknesses that a rule or a result is related to (taxa, relationships), as `CWE-79`. */
export function taxaOf(value: unknown, run: RunHeader): readonly string[] {
  return listOf(value).flatMap((one) => {
    const target = loose(loose(one)['target'] ?? one);
    const component = loose(target['toolComponent']);
    const id = textOf(target['id']) ?? '';
    const at = indexOf(component['index']);
    const taxonomy = textOf(component['name']) ?? (at === undefined ? undefined : run.taxonomies[at]) ?? '';
    return taxonomy.toUpperCase() === 'CWE' ? [`CWE-${id.replace(/^cwe-?/iu, '')}`] : [];
  });
}
