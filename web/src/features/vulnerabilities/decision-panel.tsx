import { Button, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { Failed } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';
import { Panel } from '../../kit/panel.tsx';
import { useDecide } from './queries.ts';

const choices = ['identified', 'in_progress', 'awaiting_validation', 'risk_accepted', 'false_positive'];

/** What a person may decide; the server says what the lifecycle refuses. */
export function DecisionPanel({ vulnerability }: { readonly vulnerability: Vulnerability }) {
  const decide = useDecide(vulnerability.id);
  const form = useForm({ initialValues: { status: '', reason: '', until: '' } });
  const { status } = form.values;
  const final = status === 'risk_accepted' || status === 'false_positive';
  const submit = form.onSubmit((values) =>
    decide.mutate(
      {
        status: values.status,
        ...(values.reason === '' ? {} : { reason: values.reason }),
        ...(values.until === '' || values.status !== 'risk_accepted' ? {} : { expiresAt: new Date(`${values.until}T23:59:59`).toISOString() }),
      },
      { onSuccess: () => form.reset() },
    ),
  );
  return (
    <Panel title={words.detail.change}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Select
            aria-label={words.detail.change}
            placeholder={words.status[vulnerability.status]}
            data={choices.filter((choice) => choice !== vulnerability.status).map((choice) => ({ value: choice, label: words.status[choice] ?? choice }))}
            {...form.getInputProps('status')}
          />
          {final ? <Textarea label={words.detail.reason} required autosize minRows={2} {...form.getInputProps('reason')} /> : null}
          {status === 'risk_accepted' ? <TextInput type="date" label={words.detail.until} {...form.getInputProps('until')} /> : null}
          {decide.error === null ? null : <Failed error={decide.error} />}
          <Group>
            <Button type="submit" size="xs" disabled={status === ''} loading={decide.isPending}>
              {words.save}
            </Button>
          </Group>
          <Text size="xs" c="dimmed">
            {words.detail.onlyScan}
          </Text>
        </Stack>
      </form>
    </Panel>
  );
}
