import type { Problem, RequiredField, Target } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { Extras } from './face.ts';
import { noExtras } from './face.ts';
import type { FieldOnBoard, Knowledge } from './knowledge.ts';
import type { WireField } from './wire.ts';

export type CustomValue = { readonly field_id: number } & Readonly<Record<string, unknown>>;

/** Labels of tags, separated by commas: the one name in `fieldDefaults` that is no custom field. */
export const tagsField = 'tags';

const types: Readonly<Record<string, RequiredField['type']>> = {
  single_line_text: 'text',
  multi_line_text: 'text',
  link: 'text',
  number: 'number',
  date: 'date',
  dropdown: 'choice',
  contributor: 'user',
};

/** Fields that each card of the board has and that may not be empty; those with a default fill themselves. */
export function requiredFieldsOf(fields: readonly FieldOnBoard[]): readonly RequiredField[] {
  return fields.filter(isDemanded).map(({ field, use }) => {
    const preset = field.allowed_values?.find((one) => one.is_default === 1)?.value;
    const given = (use.default_value ?? null) === null ? preset : String(use.default_value);
    return {
      name: field.name,
      label: field.name,
      type: types[field.type] ?? 'text',
      ...(field.allowed_values === null || field.allowed_values === undefined
        ? {}
        : { choices: field.allowed_values.map((one) => ({ value: one.value, label: one.value })) }),
      ...(given === undefined ? {} : { default: given }),
    };
  });
}

function isDemanded({ use }: FieldOnBoard): boolean {
  const least = Math.max(use.min_number_of_values ?? 0, use.min_number_of_contributors ?? 0);
  return use.is_always_present === 1 && (use.value_is_required === 1 || least > 0);
}

/** The configuration's values by name → what the service takes by id. */
export async function extrasOf(
  knowledge: Knowledge,
  target: Target,
  values: Readonly<Record<string, unknown>>,
): Promise<Extras> {
  const given = Object.entries(values).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  if (given.length === 0) {
    return noExtras;
  }
  const custom = given.filter(([name]) => name !== tagsField);
  const fields = custom.length === 0 ? [] : await knowledge.fields(target['board'] ?? '');
  return {
    custom: custom.map(([name, value]) => valueOf(fields, name, value)),
    tagIds: await tagIdsOf(knowledge, values[tagsField]),
  };
}

/** Tags that do not exist are left out: the configuration's check has warned of them, and a card without a tag is still a card. */
async function tagIdsOf(knowledge: Knowledge, value: unknown): Promise<readonly number[]> {
  const labels = tagLabels(value);
  if (labels.length === 0) {
    return [];
  }
  const known = await knowledge.tags();
  return labels.flatMap(
    (label) => known.find((tag) => tag.label.toLowerCase() === label.toLowerCase())?.tag_id ?? [],
  );
}

export function tagLabels(value: unknown): readonly string[] {
  const text = Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : '';
  return [...new Set(text.split(',').map((label) => label.trim()))].filter((label) => label !== '');
}

function valueOf(fields: readonly FieldOnBoard[], name: string, value: unknown): CustomValue {
  const field = fields.find((candidate) => candidate.field.name === name)?.field;
  if (field === undefined) {
    throw refused(name, `The board has no custom field “${name}”.`);
  }
  const wrong = wrongValue(field, value);
  if (wrong !== null) {
    throw refused(name, wrong);
  }
  switch (field.type) {
    case 'dropdown':
      return {
        field_id: field.field_id,
        selected_values_to_add_or_update: [{ value_id: choiceOf(field, value) }],
      };
    case 'contributor':
      return { field_id: field.field_id, contributor_ids_to_add: [Number(value)] };
    default:
      return { field_id: field.field_id, value: String(value) };
  }
}

function choiceOf(field: WireField, value: unknown): number | undefined {
  const text = String(value);
  return field.allowed_values?.find((one) => one.value === text || String(one.value_id) === text)?.value_id;
}

/** What is wrong with a value; null: nothing that we can see. */
function wrongValue(field: WireField, value: unknown): string | null {
  if (types[field.type] === undefined) {
    return `Custom fields of the type “${field.type}” cannot be filled by Patchboard.`;
  }
  if (field.type === 'dropdown' && choiceOf(field, value) === undefined) {
    const choices = (field.allowed_values ?? []).map((one) => one.value).join(', ');
    return `“${field.name}” has no value “${String(value)}”. There are: ${choices}.`;
  }
  if (field.type === 'number' && !Number.isFinite(Number(value))) {
    return `“${field.name}” takes a number.`;
  }
  return field.type === 'contributor' && !/^\d+$/u.test(String(value))
    ? `“${field.name}” takes the id of a user.`
    : null;
}

function refused(name: string, message: string): TrackerFault {
  const hint = 'Choose another value in the configuration.';
  return new TrackerFault('rejected', message, {
    hint,
    fields: [{ name: `fieldDefaults.${name}`, message }],
  });
}

/** Custom fields as a configuration fills them, against the board as it is. */
export function fieldProblems(
  fields: readonly FieldOnBoard[],
  values: Readonly<Record<string, unknown>>,
): readonly Problem[] {
  const isEmpty = (name: string) => (values[name] ?? '') === '';
  const missing = requiredFieldsOf(fields)
    .filter((field) => field.default === undefined && isEmpty(field.name))
    .map((field): Problem => {
      const fillable =
        types[fields.find((one) => one.field.name === field.name)?.field.type ?? ''] !== undefined;
      return {
        kind: 'blocking',
        path: `fieldDefaults.${field.name}`,
        message: `The board demands the custom field “${field.label}” on each card.`,
        hint: fillable
          ? 'Give it a value.'
          : 'Patchboard cannot fill this type. Make it optional on the board.',
      };
    });
  const wrong = Object.entries(values)
    .filter(([name]) => name !== tagsField && !isEmpty(name))
    .flatMap(([name, value]): readonly Problem[] => {
      const field = fields.find((candidate) => candidate.field.name === name)?.field;
      const message =
        field === undefined ? `The board has no custom field “${name}”.` : wrongValue(field, value);
      return message === null ? [] : [{ kind: 'blocking', path: `fieldDefaults.${name}`, message }];
    });
  return [...missing, ...wrong];
}
