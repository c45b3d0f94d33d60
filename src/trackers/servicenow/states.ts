import type { Choice, RemoteState } from '../../contracts/tracker.ts';
import type { Knowledge } from './knowledge.ts';
import { ifAllowed } from './faults.ts';
import { shippedStates } from './tables.ts';
import type { Row } from './wire.ts';
import { choicesOf, labelOf, valueOf } from './wire.ts';

export interface KnownStates {
  readonly states: readonly RemoteState[];
  /** How they were found out; `shipped` is what ServiceNow ships, and may be wrong here. */
  readonly source: 'meta' | 'choices' | 'records' | 'shipped';
}

/**
 * The states of a table, in four ways: the form's description, the choice list, the records that there are, and what
 * ServiceNow ships. Values are strings, whatever they look like.
 */
export async function statesOf(knowledge: Knowledge, table: string): Promise<KnownStates> {
  const live = choicesOf((await knowledge.columns(table))?.['state']);
  if (live.length > 0) {
    return { states: categorised(table, live), source: 'meta' };
  }
  const listed = await listedChoices(knowledge, table, 'state');
  if (listed.length > 0) {
    return { states: categorised(table, listed), source: 'choices' };
  }
  const seen = await statesOnRecords(knowledge, table);
  const shipped = Object.entries(shippedStates(table)).map(([value, [label]]) => ({ value, label }));
  if (seen.length > 0) {
    const others = shipped
      .filter(({ value }) => !seen.some((one) => one.value === value))
      .map((one) => ({ ...one, description: unproved }));
    return { states: categorised(table, [...seen, ...others]), source: 'records' };
  }
  return {
    states: categorised(
      table,
      shipped.map((one) => ({ ...one, description: unproved })),
    ),
    source: 'shipped',
  };
}

const unproved = 'As ServiceNow ships it; this instance does not let us read its own list.';

function categorised(table: string, choices: readonly Choice[]): readonly RemoteState[] {
  const shipped = shippedStates(table);
  return choices.map((choice) => {
    const category = shipped[choice.value]?.[1];
    return category === undefined ? choice : { ...choice, category };
  });
}

const choiceFields = 'name,element,label,value,sequence,inactive,language';
const choicesMax = 500;

/**
 * Readable for `personalize_choices` and administrators alone. A table with choices of its own hides its parents'; without, the
 * nearest parent's count. The list is in every language of the instance; English, if there is any of it.
 */
async function listedChoices(knowledge: Knowledge, table: string, element: string): Promise<readonly Choice[]> {
  const { api } = knowledge;
  const lineage = await lineageOf(knowledge, table);
  const query = `nameIN${lineage.join(',')}^element=${element}^inactive=false^ORDERBYsequence`;
  const page = await ifAllowed(() =>
    api.list('sys_choice', { sysparm_query: query, sysparm_fields: choiceFields, sysparm_limit: choicesMax }),
  );
  // A term that the instance dropped would let in other lists, other languages and inactive values.
  const fit = (page?.rows ?? []).filter(
    (row) =>
      valueOf(row, 'element') === element &&
      valueOf(row, 'inactive') !== 'true' &&
      (valueOf(row, 'value') ?? '') !== '',
  );
  const nearest = lineage.find((name) => fit.some((row) => valueOf(row, 'name') === name));
  const here = fit.filter((row) => valueOf(row, 'name') === nearest);
  const language = (row: Row) => valueOf(row, 'language') || 'en';
  const [any] = here;
  const spoken = here.some((row) => language(row) === 'en') || any === undefined ? 'en' : language(any);
  const used = here.filter((row) => language(row) === spoken);
  const bySequence = (a: Row, b: Row) => sequenceOf(a) - sequenceOf(b);
  const unique = new Map(
    [...used].sort(bySequence).map((row) => [valueOf(row, 'value') ?? '', labelOf(row, 'label')]),
  );
  return [...unique].map(([value, label]) => ({ value, label }));
}

const generationsMax = 6;

/** The table, its parent, and so on up to `task`; only the two ends where the parents may not be asked for. */
async function lineageOf({ api }: Knowledge, table: string): Promise<readonly string[]> {
  const lineage = [table];
  while (lineage.length < generationsMax && lineage.at(-1) !== 'task') {
    const name = lineage.at(-1) ?? '';
    const page = await ifAllowed(() =>
      api.list('sys_db_object', { sysparm_query: `name=${name}`, sysparm_fields: 'name,super_class.name', sysparm_limit: 2 }),
    );
    const parent = page?.rows.find((row) => valueOf(row, 'name') === name);
    const above = parent === undefined ? '' : (valueOf(parent, 'super_class.name') ?? '');
    if (above === '' || lineage.includes(above)) {
      break;
    }
    lineage.push(above);
  }
  return [...new Set([...lineage, 'task'])];
}

/** May be empty, and has gaps. */
function sequenceOf(row: Row): number {
  const sequence = valueOf(row, 'sequence') ?? '';
  return sequence === '' ? Number.MAX_SAFE_INTEGER : Number(sequence);
}

const recordsLookedAt = 1_000;

/** Needs no right but that to read records; misses states in which no record is. */
async function statesOnRecords({ api }: Knowledge, table: string): Promise<readonly Choice[]> {
  const page = await ifAllowed(() =>
    api.list(table, {
      sysparm_fields: 'state',
      sysparm_limit: recordsLookedAt,
      sysparm_query: 'ORDERBYDESCsys_updated_on',
    }),
  );
  const seen = new Map<string, string>();
  for (const row of page?.rows ?? []) {
    const value = valueOf(row, 'state') ?? '';
    if (value !== '' && !seen.has(value)) {
      seen.set(value, labelOf(row, 'state'));
    }
  }
  return [...seen]
    .map(([value, label]) => ({ value, label }))
    .sort((a, b) => Number(a.value) - Number(b.value) || a.value.localeCompare(b.value));
}
