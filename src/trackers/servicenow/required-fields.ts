import type { ConfigurationFacts, Problem, RemoteState, RequiredField } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { configured } from './face.ts';
import type { Knowledge } from './knowledge.ts';
import { tableOf } from './knowledge.ts';
import { statesOf } from './states.ts';
import { firstTables, stateModel, transitionFields } from './tables.ts';
import { neededColumns } from './target-tables.ts';
import type { Column, Columns } from './wire.ts';
import { choicesOf, isTrue } from './wire.ts';

const filledByUs = new Set([
  'short_description',
  'description',
  'state',
  'impact',
  'urgency',
  'priority',
  'correlation_id',
  'correlation_display',
]);
const filledByServiceNow =
  /^(?:sys_.*|number|opened_at|opened_by|active|made_sla|approval|knowledge|escalation|upon_.*)$/u;

/** What the table demands always, and what it demands on the way into a state. */
export async function requiredFields(knowledge: Knowledge, table: string): Promise<readonly RequiredField[]> {
  const columns = await knowledge.columns(table);
  return [...mandatoryColumns(columns), ...transitionDemands(table, columns)];
}

export async function remoteStates(knowledge: Knowledge, table: string): Promise<readonly RemoteState[]> {
  const { states } = await statesOf(knowledge, table);
  const demands = transitionDemands(table, await knowledge.columns(table));
  return states.map((state) => {
    const fields = demands.filter((field) => field.onState === state.value);
    return fields.length === 0 ? state : { ...state, requiredFields: fields };
  });
}

function mandatoryColumns(columns: Columns | null): readonly RequiredField[] {
  return Object.entries(columns ?? {})
    .filter(
      ([name, column]) =>
        isTrue(column.mandatory) &&
        !isTrue(column.read_only) &&
        !filledByUs.has(name) &&
        !filledByServiceNow.test(name),
    )
    .filter(([, column]) => (column.default ?? '') === '')
    .map(([name, column]) => fieldOf(name, column));
}

function transitionDemands(table: string, columns: Columns | null): readonly RequiredField[] {
  return transitionFields(table)
    .filter(({ name }) => columns === null || columns[name] !== undefined)
    .flatMap(({ name, label, type, states, prefers, default: usual }) => {
      const column = columns?.[name];
      const choices = choicesOf(column);
      const preferred = prefers?.find((one) => choices.some(({ value }) => value === one));
      return states.map((onState) => ({
        name,
        label: column?.label ?? label,
        type,
        ...(choices.length === 0 ? {} : { choices }),
        default: usual ?? preferred ?? null,
        onState,
      }));
    });
}

function fieldOf(name: string, column: Column): RequiredField {
  const choices = choicesOf(column);
  return {
    name,
    label: column.label ?? name,
    type: typeOf(column, choices.length > 0),
    ...(choices.length === 0 ? {} : { choices }),
  };
}

function typeOf(column: Column, listed: boolean): RequiredField['type'] {
  const kind = column.internal_type ?? column.type ?? '';
  if (listed) {
    return 'choice';
  }
  if (kind === 'reference') {
    return 'user';
  }
  if (kind === 'boolean') {
    return 'boolean';
  }
  if (/^(?:integer|decimal|float)$/u.test(kind)) {
    return 'number';
  }
  return /date/u.test(kind) ? 'date' : 'text';
}

/** What is wrong with a configuration as the instance is today. */
export async function validate(
  knowledge: Knowledge,
  configuration: ConfigurationFacts,
): Promise<readonly Problem[]> {
  const table = tableOf(configuration.target);
  const columns = await knowledge.columns(table);
  if (columns === null && !(await exists(knowledge, table))) {
    const message = `ServiceNow has no table “${table}”.`;
    return [{ kind: 'blocking', path: 'target.table', message, hint: 'A table is named by its technical name, like u_security_task: look under System Definition > Tables.' }];
  }
  const { states, source } = await statesOf(knowledge, table);
  return [
    ...columnProblems(table, columns),
    ...configuration.remoteStates.flatMap((mapped) => stateProblems(mapped, states, source)),
    ...modelProblems(table, configuration),
    ...fieldProblems(table, columns, configuration),
    ...severityProblems(configuration),
  ];
}

/** A table that is not there is refused whatever we may read; any other answer is one of a table. */
async function exists({ api }: Knowledge, table: string): Promise<boolean> {
  try {
    await api.list(table, { sysparm_limit: 1, sysparm_fields: 'sys_id' });
    return true;
  } catch (fault) {
    if (fault instanceof TrackerFault && ['forbidden', 'gone'].includes(fault.kind)) {
      return fault.kind === 'forbidden';
    }
    throw fault;
  }
}

function columnProblems(table: string, columns: Columns | null): readonly Problem[] {
  if (columns === null) {
    const known = firstTables.some((one) => one.value === table);
    const message = `ServiceNow does not describe the table “${table}” to us: its states and fields could not be checked.`;
    return known
      ? []
      : [
          {
            kind: 'warning',
            path: 'target.table',
            message,
            hint: 'Check the name, and that the integration user may read it.',
          },
        ];
  }
  return neededColumns
    .filter((name) => columns[name] === undefined || isTrue(columns[name].read_only))
    .map((name) => ({
      kind: 'blocking' as const,
      path: 'target.table',
      message: `The table “${table}” has no field ${name} that we may write.`,
      hint: 'Choose a table that extends Task, or let the integration user write the field.',
    }));
}

function stateProblems(
  mapped: ConfigurationFacts['remoteStates'][number],
  states: readonly RemoteState[],
  source: string,
): readonly Problem[] {
  if (states.some((state) => state.value === mapped.value)) {
    return [];
  }
  const name = mapped.label === null ? mapped.value : `${mapped.label} (${mapped.value})`;
  const live = source === 'meta' || source === 'choices';
  const message = `The state ${name} is ${live ? 'no longer' : 'not'} among the states of this table${live ? '' : ' that we can see'}.`;
  return [
    {
      kind: live ? 'blocking' : 'warning',
      path: `statusMapping.${mapped.status}`,
      message,
      hint: 'Choose another state.',
    },
  ];
}

/** Where a state model refuses what the mapping asks for, the record can only be kept in step by work notes. */
function modelProblems(table: string, configuration: ConfigurationFacts): readonly Problem[] {
  const model = stateModel(table);
  return model === null
    ? []
    : configuration.remoteStates
        .filter(({ value }) => !model.free.includes(value))
        .map(({ value, label, status }) => ({
          kind: 'warning' as const,
          path: `statusMapping.${status}`,
          message: `${model.words} ServiceNow will probably refuse to move a record to ${label ?? value} from outside.`,
          hint: 'Moves made by people are still read. Patchboard tries, and where it is refused a work note says which status was meant; leave the status unmapped to have work notes alone.',
        }));
}

function fieldProblems(
  table: string,
  columns: Columns | null,
  configuration: ConfigurationFacts,
): readonly Problem[] {
  const { fieldDefaults, remoteStates: mapped } = configuration;
  const model = stateModel(table);
  const missing = transitionDemands(table, columns)
    .filter(
      (field) =>
        mapped.some(({ value }) => value === field.onState) &&
        (model === null || model.free.includes(field.onState ?? '')),
    )
    .filter((field) => configured(fieldDefaults, table, field.onState)[field.name] === undefined)
    .map((field) => ({
      kind: 'warning' as const,
      path: `fieldDefaults.${field.name}`,
      message: `ServiceNow asks for ${field.label} on the way into state ${field.onState}. Without it the move is refused.`,
      ...(field.default ? { hint: `“${field.default}” is a usual choice.` } : {}),
    }));
  const always = mandatoryColumns(columns)
    .filter((field) => configured(fieldDefaults, table, undefined)[field.name] === undefined)
    .map((field) => ({
      kind: 'blocking' as const,
      path: `fieldDefaults.${field.name}`,
      message: `The table demands ${field.label} on every record.`,
      hint: 'Give a value that every record gets.',
    }));
  return [
    ...unique(missing),
    ...always,
    ...unknownFields(table, columns, fieldDefaults),
    ...choiceProblems(columns, fieldDefaults),
  ];
}

/** ServiceNow ignores names that it does not know. */
function unknownFields(
  table: string,
  columns: Columns | null,
  fields: Readonly<Record<string, unknown>>,
): readonly Problem[] {
  return Object.keys(fields)
    .filter((name) => columns !== null && columns[name.split('@')[0] ?? ''] === undefined)
    .map((name) => ({
      kind: 'blocking' as const,
      path: `fieldDefaults.${name}`,
      message: `The table “${table}” has no field ${name}: ServiceNow ignores it without a word.`,
      hint: 'Remove it, or use the technical name of the field.',
    }));
}

/** A value that is not in the list is dropped without a word, and the field then counts as empty. */
function choiceProblems(
  columns: Columns | null,
  fields: Readonly<Record<string, unknown>>,
): readonly Problem[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const choices = choicesOf(columns?.[name.split('@')[0] ?? '']);
    const fits =
      choices.length === 0 || value === null || choices.some((choice) => choice.value === String(value));
    const message = `“${String(value)}” is not in the choice list of ${name}: ServiceNow drops such a value without a word.`;
    const hint = `Choose one of: ${choices.map((choice) => choice.value).join(', ')}.`;
    return fits ? [] : [{ kind: 'blocking' as const, path: `fieldDefaults.${name}`, message, hint }];
  });
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [problem.path, problem])).values()];
}

const order = ['critical', 'high', 'medium', 'low', 'informational'] as const;

/** A mapping upside down (critical → low impact) is a known slip of other products. */
function severityProblems({ severityMapping }: ConfigurationFacts): readonly Problem[] {
  const weight = (pair: string | null) =>
    pair === null ? null : pair.split('/').reduce((sum, part) => sum + Number(part), 0);
  return order.slice(1).flatMap((severity, at) => {
    const [above, here] = [
      weight(severityMapping[order[at] ?? 'critical']),
      weight(severityMapping[severity]),
    ];
    const upsideDown = above !== null && here !== null && here < above;
    const message = `${severity} is mapped to something more pressing than ${order[at]}. In ServiceNow 1 is high and 3 is low.`;
    return upsideDown ? [{ kind: 'warning' as const, path: `severityMapping.${severity}`, message }] : [];
  });
}
