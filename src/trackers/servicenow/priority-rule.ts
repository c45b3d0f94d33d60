import type { Choice } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import type { Body } from './face.ts';
import { ifAllowed } from './faults.ts';
import { computesPriority, levelLabels, priorityLabels, shippedPriorities } from './tables.ts';
import type { Column, Row } from './wire.ts';
import { choicesOf, labelOf, valueOf } from './wire.ts';

/** How an instance makes a priority of impact and urgency. */
export interface PriorityRule {
  readonly applies: boolean;
  readonly priorities: Readonly<Record<string, string>>;
  /** Whose rule it is: read from the instance, or what ServiceNow ships. */
  readonly source: 'instance' | 'shipped';
}

/**
 * The instance's own Priority Lookup Rules (`dl_u_priority`) if the user may read them, for tables that have such a
 * lookup; what ServiceNow ships where they cannot be read.
 */
export async function readPriorityRule(api: Api, table: string): Promise<PriorityRule> {
  const applies = computesPriority(table);
  const page = applies ? await ifAllowed(() => api.list('dl_u_priority', lookupQuery)) : null;
  const own = Object.fromEntries(
    (page?.rows ?? []).flatMap((row) => {
      const [impact, urgency, priority] = [
        valueOf(row, 'impact'),
        valueOf(row, 'urgency'),
        valueOf(row, 'priority'),
      ];
      return impact && urgency && priority && valueOf(row, 'active') !== 'false'
        ? [[`${impact}/${urgency}`, priority]]
        : [];
    }),
  );
  return Object.keys(own).length > 0
    ? { applies, priorities: own, source: 'instance' }
    : { applies, priorities: shippedPriorities, source: 'shipped' };
}

const lookupQuery = { sysparm_fields: 'impact,urgency,priority,active', sysparm_limit: 200 };

/** Every pair of impact and urgency, most severe first. */
export function severityPairs(): readonly string[] {
  return Object.entries(shippedPriorities)
    .sort(([, a], [, b]) => Number(a) - Number(b))
    .map(([pair]) => pair);
}

/** What a severity may be mapped to, each with the priority that will come of it. */
export function severityChoices(
  rule: PriorityRule = { applies: true, priorities: shippedPriorities, source: 'shipped' },
  columns: Readonly<Record<string, Column>> = {},
): readonly Choice[] {
  const named = (column: string, value: string, usual: Readonly<Record<string, string>>) =>
    choicesOf(columns[column]).find((choice) => choice.value === value)?.label ?? usual[value] ?? value;
  return severityPairs().map((pair) => {
    const [impact = '', urgency = ''] = pair.split('/');
    const levels = `Impact ${named('impact', impact, levelLabels)}, urgency ${named('urgency', urgency, levelLabels)}`;
    const priority = rule.priorities[pair];
    const result =
      priority === undefined ? 'no priority' : `priority ${named('priority', priority, priorityLabels)}`;
    return { value: pair, label: `${levels} → ${result}`, description: howItComes(rule) };
  });
}

function howItComes({ applies, source }: PriorityRule): string {
  if (!applies) {
    return 'This table has no rule that computes a priority: Patchboard writes impact, urgency and priority.';
  }
  return source === 'instance'
    ? 'Computed by this instance’s Priority Lookup Rules.'
    : 'Computed by ServiceNow’s Priority Lookup Rules as shipped; this instance may have changed them.';
}

/** What a write came to, where the instance made another priority of it than its rule, or ours, says. Null: as expected. */
export async function priorityNotice(api: Api, table: string, sent: Body, row: Row): Promise<string | null> {
  const { impact, urgency } = sent;
  const got = valueOf(row, 'priority') ?? '';
  const pair = `${impact ?? ''}/${urgency ?? ''}`;
  const expected = sent['priority'] ?? shippedPriorities[pair];
  if (impact === undefined || urgency === undefined || got === '' || got === expected) {
    return null;
  }
  const shown = labelOf(row, 'priority') || got;
  if (!computesPriority(table)) {
    return `ServiceNow kept priority ${shown} where ${expected ?? 'none'} was written. A rule of the instance may set it on this table.`;
  }
  // Only now: the instance's own rule may say just that. The write stands, whatever becomes of this question.
  const rule = await readPriorityRule(api, table).catch((fault: unknown) => {
    if (fault instanceof TrackerFault) {
      return { priorities: shippedPriorities };
    }
    throw fault;
  });
  return rule.priorities[pair] === got
    ? null
    : `ServiceNow made priority ${shown} of impact ${impact} and urgency ${urgency}, where ${rule.priorities[pair] ?? 'none'} was expected: this instance has another rule. Compare the severity mapping with what it computes.`;
}
