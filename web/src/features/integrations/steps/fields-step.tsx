import { Checkbox, NumberInput, Radio, Select, Stack, Text, TextInput } from '@mantine/core';
import { Failed, Loading } from '../../../kit/faces.tsx';
import { words } from '../../../words/words.ts';
import type { RemoteStates } from '../queries.ts';
import { useRemoteStates } from '../queries.ts';
import type { StepFacts } from '../wizard-page.tsx';
import { StepButtons } from './step-buttons.tsx';

const text = words.wizard.fields;
type Field = RemoteStates['requiredFields'][number];

/** What the target demands, asked for now and not when the first card fails; and when a card is made. */
export function FieldsStep({ connection, body, keep, next, back }: StepFacts) {
  const states = useRemoteStates(connection.id, body.target);
  if (states.isPending) {
    return <Loading />;
  }
  if (states.error !== null) {
    return <Failed error={states.error} retry={() => void states.refetch()} />;
  }
  const labels = new Map(states.data.items.map(({ value, label }) => [value, label]));
  // What is asked for on the way into a state matters only where a status is mapped to it.
  const mapped = new Set<unknown>(Object.values(body.statusMapping ?? {}));
  const perState = states.data.items.filter(({ value }) => mapped.has(value)).flatMap((state) => (state.requiredFields ?? []).map((field) => ({ ...field, onState: field.onState ?? state.value })));
  const demanded = states.data.requiredFields.filter(({ onState }) => onState === undefined || mapped.has(onState));
  const fields = [...new Map([...demanded, ...perState].map((field) => [field.name, field])).values()];
  const values = body.fieldDefaults ?? {};
  const needed = fields.filter((field) => field.onState === undefined);
  const missing = needed.some((field) => (values[field.name] ?? field.default ?? '') === '');
  const withDefaults = () => ({ ...Object.fromEntries(fields.flatMap((field) => (typeof field.default === 'string' ? [[field.name, field.default]] : []))), ...values });
  return (
    <Stack maw={620}>
      <Text>{fields.length === 0 ? text.none : text.lead}</Text>
      {fields.map((field) => (
        <RequiredField
          key={field.name}
          field={field}
          hint={field.onState === undefined ? undefined : text.onState(labels.get(field.onState) ?? field.onState)}
          value={values[field.name] ?? field.default ?? ''}
          onChange={(value) => keep({ fieldDefaults: { ...values, [field.name]: value } })}
        />
      ))}
      <Radio.Group label={text.createOn} value={body.createOn ?? 'identified'} onChange={(value) => keep({ createOn: value === 'assessment_completed' ? 'assessment_completed' : 'identified' })}>
        <Stack gap="xs" mt="xs">
          <Radio value="identified" label={text.identified} />
          <Radio value="assessment_completed" label={text.assessment} />
        </Stack>
      </Radio.Group>
      <Select
        label={text.minimum}
        allowDeselect={false}
        value={body.minimumSeverity ?? 'any'}
        onChange={(value) => keep({ minimumSeverity: value === 'any' || value === null ? null : (value as 'critical') })}
        data={[{ value: 'any', label: text.every }, ...['critical', 'high', 'medium', 'low'].map((severity) => ({ value: severity, label: words.severity[severity] ?? severity }))]}
      />
      <Radio.Group label={text.decisions} description={text.decisionsHint} value={body.boardDecisions ?? 'apply'} onChange={(value) => keep({ boardDecisions: value === 'ask' ? 'ask' : 'apply' })}>
        <Stack gap="xs" mt="xs">
          <Radio value="apply" label={text.apply} />
          <Radio value="ask" label={text.ask} />
        </Stack>
      </Radio.Group>
      <Checkbox label={text.dueDates} checked={body.dueDates ?? false} onChange={(event) => keep({ dueDates: event.currentTarget.checked })} />
      <StepButtons
        back={back}
        next={() => {
          keep({ fieldDefaults: withDefaults() });
          next();
        }}
        disabled={missing}
      />
    </Stack>
  );
}

interface Facts {
  readonly field: Field;
  readonly hint: string | undefined;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function RequiredField({ field, hint, value, onChange }: Facts) {
  const common = { label: field.label, description: hint, required: field.onState === undefined };
  if (field.choices !== undefined && field.choices.length > 0) {
    const data = [...new Map(field.choices.map((choice) => [choice.value, { value: choice.value, label: choice.label }])).values()];
    return <Select {...common} searchable data={data} value={value === '' ? null : String(value)} onChange={(next) => onChange(next ?? '')} />;
  }
  if (field.type === 'number') {
    return <NumberInput {...common} value={value === '' ? '' : Number(value)} onChange={onChange} />;
  }
  if (field.type === 'boolean') {
    return <Checkbox label={field.label} description={hint} checked={value === true || value === 'true'} onChange={(event) => onChange(event.currentTarget.checked)} />;
  }
  return <TextInput {...common} type={field.type === 'date' ? 'date' : 'text'} value={String(value)} onChange={(event) => onChange(event.currentTarget.value)} />;
}
