import { PasswordInput, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { words } from '../../words/words.ts';
import { useCommands } from './queries.ts';
import type { Filled, Kind } from './starts.ts';
import { shapes } from './starts.ts';

interface Facts {
  readonly kind: Kind;
  readonly filled: Filled;
  readonly onChange: (filled: Filled) => void;
  readonly token: string;
  readonly onToken: (token: string) => void;
  readonly hasToken: boolean;
  /** The server's words on a field, by its name. */
  readonly errors: Readonly<Record<string, string>>;
}

const text = words.schedules.form;

/** What one way to start asks for. */
export function StartsFields({ kind, filled, onChange, token, onToken, hasToken, errors }: Facts) {
  const shape = shapes[kind];
  const change = (name: string, value: string) => onChange({ ...filled, fields: { ...filled.fields, [name]: value } });
  if (kind === 'command') {
    return <CommandField value={filled.fields['command'] ?? ''} error={errors['command']} onChange={(value) => change('command', value)} />;
  }
  const needsToken = kind !== 'webhook' && !hasToken;
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {Object.entries(shape.fields).map(([name, first]) => (
          <TextInput
            key={name}
            label={text.fields[name] ?? name}
            description={text.hints[name]}
            required={shape.optional?.includes(name) !== true}
            type={name === 'url' ? 'url' : 'text'}
            inputMode={name === 'pipeline' ? 'numeric' : undefined}
            value={filled.fields[name] ?? first}
            error={errors[name]}
            onChange={(event) => change(name, event.currentTarget.value)}
          />
        ))}
      </SimpleGrid>
      <PasswordInput label={text.token} description={hasToken ? text.tokenKept : text.tokenHint[kind]} required={needsToken} autoComplete="off" value={token} onChange={(event) => onToken(event.currentTarget.value)} />
      {shape.variables === undefined ? null : <Textarea label={text.variables} description={text.variablesHint} autosize minRows={2} maxRows={8} value={filled.variables} onChange={(event) => onChange({ ...filled, variables: event.currentTarget.value })} />}
    </Stack>
  );
}

function CommandField({ value, error, onChange }: { readonly value: string; readonly error: string | undefined; readonly onChange: (value: string) => void }) {
  const commands = useCommands(true);
  const items = commands.data?.items ?? [];
  const trouble = error ?? commands.error?.message;
  return (
    <Select
      label={text.fields['command']}
      description={text.hints['command']}
      required
      placeholder={commands.isSuccess && items.length === 0 ? text.noCommands : undefined}
      value={value === '' ? null : value}
      error={trouble}
      onChange={(chosen) => onChange(chosen ?? '')}
      data={items.map(({ name, description }) => ({ value: name, label: description === null ? name : `${name}: ${description}` }))}
    />
  );
}
