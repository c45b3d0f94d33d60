import { Button, Group, NumberInput, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { settings } from '../../../../src/contracts/api/people.ts';
import { severities } from '../../../../src/core/vocabulary.ts';
import { api } from '../../api.ts';
import { Failed, Loading } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';

type Settings = z.infer<typeof settings>;

export function GeneralTab() {
  const current = useQuery({ queryKey: ['settings'], queryFn: () => api<Settings>('GET', '/settings'), refetchInterval: false });
  if (current.isPending) {
    return <Loading />;
  }
  return current.error === null ? <Form current={current.data} /> : <Failed error={current.error} />;
}

function Form({ current }: { readonly current: Settings }) {
  const queries = useQueryClient();
  const form = useForm({ initialValues: { titlePrefix: current.titlePrefix, days: severities.map((severity): number | string => current.dueDays[severity] ?? '') } });
  const save = useMutation({
    mutationFn: ({ titlePrefix, days }: typeof form.values) =>
      api('PATCH', '/settings', { titlePrefix, dueDays: Object.fromEntries(severities.map((severity, index) => [severity, days[index] === '' ? null : Number(days[index])])) }),
    onSuccess: () => {
      notifications.show({ message: words.saved, color: 'green' });
      form.resetDirty();
      return queries.invalidateQueries();
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack>
        <Panel title={words.settings.prefix}>
          <TextInput aria-label={words.settings.prefix} description={words.settings.prefixHint} maxLength={40} maw={320} {...form.getInputProps('titlePrefix')} />
        </Panel>
        <Panel title={words.settings.dueDates} lead={words.settings.dueDatesLead}>
          <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} maw={760}>
            {severities.map((severity, index) => (
              <NumberInput key={severity} label={words.severity[severity]} min={1} max={3650} suffix={` ${words.settings.days}`} {...form.getInputProps(`days.${index}`)} />
            ))}
          </SimpleGrid>
        </Panel>
        {save.error === null ? null : <Failed error={save.error} />}
        <Group>
          <Button type="submit" disabled={!form.isDirty()} loading={save.isPending}>
            {words.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
