import { Button, Group, NumberInput, SimpleGrid, Stack } from '@mantine/core';
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
import type { CardWish } from './card-panel.tsx';
import { CardPanel } from './card-panel.tsx';

type Settings = z.infer<typeof settings>;
const text = words.settings;
/** How long is kept what, with the least that the server takes; all but activity may be kept for ever. */
const kept = [
  { name: 'activityDays', min: 7, forEver: false },
  { name: 'evidenceDays', min: 30, forEver: true },
  { name: 'auditDays', min: 90, forEver: true },
] as const;

export function GeneralTab() {
  const current = useQuery({ queryKey: ['settings'], queryFn: () => api<Settings>('GET', '/settings'), refetchInterval: false });
  if (current.isPending) {
    return <Loading />;
  }
  return current.error === null ? <Form current={current.data} /> : <Failed error={current.error} />;
}

function Form({ current }: { readonly current: Settings }) {
  const queries = useQueryClient();
  const form = useForm({ initialValues: valuesOf(current) });
  const save = useMutation({
    mutationFn: ({ card, days, keep }: typeof form.values) => {
      const dueDays = Object.fromEntries(severities.map((severity, index) => [severity, numberOf(days[index])]));
      return api<Settings>('PATCH', '/settings', { ...card, dueDays, ...Object.fromEntries(kept.map(({ name }) => [name, numberOf(keep[name])])) });
    },
    onSuccess: () => {
      notifications.show({ message: words.saved, color: 'green' });
      form.resetDirty();
      return queries.invalidateQueries();
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack>
        <CardPanel value={form.values.card} onChange={(card) => form.setFieldValue('card', card)} />
        <Panel title={text.dueDates} lead={text.dueDatesLead}>
          <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} maw={760}>
            {severities.map((severity, index) => (
              <NumberInput key={severity} label={words.severity[severity]} min={1} max={3650} suffix={` ${text.days}`} {...form.getInputProps(`days.${index}`)} />
            ))}
          </SimpleGrid>
        </Panel>
        <Panel title={text.retention} lead={text.retentionLead}>
          <SimpleGrid cols={{ base: 1, sm: 3 }} maw={900}>
            {kept.map(({ name, min, forEver }) => (
              <NumberInput key={name} label={text.keep[name]} description={text.keepHint[name]} required={!forEver} placeholder={forEver ? text.forEver : undefined} min={min} max={3650} suffix={` ${text.days}`} {...form.getInputProps(`keep.${name}`)} />
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

function valuesOf({ titlePrefix, cardLayout, dueDays, activityDays, evidenceDays, auditDays }: Settings) {
  return {
    card: { titlePrefix, cardLayout } as CardWish,
    days: severities.map((severity): number | string => dueDays[severity] ?? ''),
    keep: { activityDays: activityDays as number | string, evidenceDays: (evidenceDays ?? '') as number | string, auditDays: (auditDays ?? '') as number | string },
  };
}

function numberOf(value: number | string | undefined): number | null {
  return value === undefined || value === '' ? null : Number(value);
}
