import { Select, Stack, Textarea, TextInput } from '@mantine/core';
import { words } from '../../words/words.ts';
import type { Decision } from './queries.ts';

export interface DecisionValues {
  readonly status: string;
  readonly reason: string;
  readonly until: string;
}

export const noDecision: DecisionValues = { status: '', reason: '', until: '' };
const choices = ['identified', 'in_progress', 'awaiting_validation', 'risk_accepted', 'false_positive'];

export function isFinal(status: string): boolean {
  return status === 'risk_accepted' || status === 'false_positive';
}

export function isComplete({ status, reason }: DecisionValues): boolean {
  return status !== '' && (!isFinal(status) || reason.trim() !== '');
}

export function decisionOf({ status, reason, until }: DecisionValues): Decision {
  return {
    status,
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    ...(until === '' || status !== 'risk_accepted' ? {} : { expiresAt: new Date(`${until}T23:59:59`).toISOString() }),
  };
}

/** A status; with a final decision its reason, and with an accepted risk its end. Fixed is not among them. */
export function DecisionFields({ values, onChange, current }: { readonly values: DecisionValues; readonly onChange: (values: DecisionValues) => void; readonly current?: string }) {
  return (
    <Stack gap="sm">
      <Select
        aria-label={words.detail.change}
        placeholder={current === undefined ? words.detail.change : words.status[current]}
        data={choices.filter((choice) => choice !== current).map((choice) => ({ value: choice, label: words.status[choice] ?? choice }))}
        value={values.status === '' ? null : values.status}
        onChange={(status) => onChange({ ...values, status: status ?? '' })}
      />
      {isFinal(values.status) ? <Textarea label={words.detail.reason} required autosize minRows={2} value={values.reason} onChange={(event) => onChange({ ...values, reason: event.currentTarget.value })} /> : null}
      {values.status === 'risk_accepted' ? <TextInput type="date" label={words.detail.until} value={values.until} onChange={(event) => onChange({ ...values, until: event.currentTarget.value })} /> : null}
    </Stack>
  );
}
