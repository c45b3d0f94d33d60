import { Checkbox, Fieldset, NumberInput, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { words } from '../../words/words.ts';

/** As far as the trackers' JSON Schemas go. */
export interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly examples?: readonly string[];
  readonly secret?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export type Values = Readonly<Record<string, unknown>>;

interface Facts {
  readonly schema: Schema;
  readonly values: Values;
  readonly onChange: (values: Values) => void;
  /** The server's words on a field, by its path behind the root. */
  readonly errors: Readonly<Record<string, string>>;
  /** Nothing is required: what stays blank is kept. */
  readonly keepsBlank?: boolean;
}

/** The fields of one tracker, drawn from its own schema: nothing here knows a tracker. */
export function SchemaFields({ schema, values, onChange, errors, keepsBlank }: Facts) {
  return (
    <Stack gap="sm">
      {Object.entries(schema.properties ?? {}).map(([name, field]) =>
        field.const === undefined ? (
          <Field
            key={name}
            name={name}
            schema={field}
            required={keepsBlank !== true && schema.required?.includes(name) === true}
            value={values[name]}
            error={errors[name]}
            onChange={(value) => onChange(withValue(values, name, value))}
          />
        ) : null,
      )}
    </Stack>
  );
}

function withValue(values: Values, name: string, value: unknown): Values {
  const { [name]: _before, ...rest } = values;
  return value === undefined || value === '' ? rest : { ...rest, [name]: value };
}

interface FieldFacts {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
  readonly value: unknown;
  readonly error: string | undefined;
  readonly onChange: (value: unknown) => void;
}

function Field({ name, schema, required, value, error, onChange }: FieldFacts) {
  const common = { label: schema.title ?? name, description: schema.description, error, required };
  const text = typeof value === 'string' ? value : '';
  if (schema.type === 'object') {
    return (
      <Fieldset legend={common.label}>
        <SchemaFields schema={schema} values={(value ?? {}) as Values} onChange={(next) => onChange(Object.keys(next).length === 0 ? undefined : next)} errors={{}} />
      </Fieldset>
    );
  }
  if (schema.type === 'boolean') {
    return <Checkbox {...common} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked ? true : undefined)} />;
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    return <NumberInput {...common} min={schema.minimum} max={schema.maximum} value={typeof value === 'number' ? value : ''} onChange={(next) => onChange(next === '' ? undefined : Number(next))} />;
  }
  if (schema.enum !== undefined) {
    return <Select {...common} clearable={!required} clearButtonProps={{ 'aria-label': words.remove }} data={[...schema.enum]} value={text === '' ? null : text} onChange={(next) => onChange(next ?? undefined)} />;
  }
  if (schema.secret === true) {
    return <PasswordInput {...common} autoComplete="off" value={text} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  return <TextInput {...common} placeholder={schema.examples?.[0]} autoComplete="off" value={text} onChange={(event) => onChange(event.currentTarget.value)} />;
}

/** Several ways to sign in are several shapes of credentials. */
export function CredentialFields({ way, onWay, ...facts }: Facts & { readonly way: number; readonly onWay: (way: number) => void }) {
  const ways = facts.schema.anyOf;
  if (ways === undefined) {
    return <SchemaFields {...facts} />;
  }
  const chosen = ways[way] ?? facts.schema;
  return (
    <Stack gap="sm">
      <Select
        label={words.wizard.connect.way}
        allowDeselect={false}
        data={ways.map((one, index) => ({ value: String(index), label: one.title ?? String(index + 1) }))}
        value={String(way)}
        onChange={(value) => onWay(Number(value))}
      />
      <SchemaFields {...facts} schema={chosen} />
    </Stack>
  );
}

/** What a shape says by itself, like “the app acts as itself”. */
export function constantsOf(schema: Schema, way: number): Values {
  const shape = schema.anyOf?.[way] ?? schema;
  return Object.fromEntries(Object.entries(shape.properties ?? {}).flatMap(([name, field]) => (field.const === undefined ? [] : [[name, field.const]])));
}

export function errorsBelow(root: string, errors: readonly { readonly path: string; readonly message: string }[]): Readonly<Record<string, string>> {
  return Object.fromEntries(errors.filter(({ path }) => path.startsWith(`${root}.`)).map(({ path, message }) => [path.slice(root.length + 1), message]));
}
