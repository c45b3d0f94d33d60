import { Button, Group, NumberInput, Radio, Select, Stack, Text } from '@mantine/core';
import { IconPower } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ConfigurationBody } from '../../../../../src/contracts/api/configurations.ts';
import { api } from '../../../api.ts';
import { Failed } from '../../../kit/faces.tsx';
import { words } from '../../../words/words.ts';
import { configurationWish } from '../queries.ts';
import type { StepFacts } from '../wizard-page.tsx';
import { usePreview } from './preview-step.tsx';

const text = words.wizard.turnOn;

/** The only step that lets anything be written to the tracker. */
export function TurnOnStep(facts: StepFacts) {
  const { connection, draft, body, back } = facts;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const preview = usePreview(facts);
  const [backfill, setBackfill] = useState<'new' | 'backfill'>('new');
  const [minimum, setMinimum] = useState<string | null>(null);
  const [perMinute, setPerMinute] = useState<number | string>(60);
  const [limit, setLimit] = useState<number | string>('');
  const turnOn = useMutation({
    mutationFn: async () => {
      const wish = configurationWish(body);
      const saved = await (draft.configurationId === null ? api<ConfigurationBody>('POST', `/connections/${connection.id}/configurations`, wish) : api<ConfigurationBody>('PUT', `/configurations/${draft.configurationId}`, wish));
      if (backfill === 'backfill') {
        await api('POST', `/configurations/${saved.id}/backfill`, {
          ...(minimum === null ? {} : { minimumSeverity: minimum }),
          ...(perMinute === '' ? {} : { perMinute: Number(perMinute) }),
          ...(limit === '' ? {} : { limit: Number(limit) }),
        });
      }
      return saved;
    },
    onSuccess: async () => {
      // The draft's own screen goes with it.
      await navigate({ to: '/connections/$id', params: { id: connection.id }, search: { on: true } });
      await api('DELETE', `/drafts/${draft.id}`);
      await queries.invalidateQueries();
    },
  });
  return (
    <Stack maw={620}>
      <Text>{text.lead}</Text>
      <Radio.Group aria-label={words.wizard.steps['turn-on']} value={backfill} onChange={(value) => setBackfill(value === 'backfill' ? 'backfill' : 'new')}>
        <Stack gap="xs">
          <Radio value="new" label={text.newOnly} description={text.newOnlyHint} />
          <Radio value="backfill" label={text.backfill} description={preview.data === undefined ? undefined : text.backfillHint(preview.data.cardsToCreate.total)} />
        </Stack>
      </Radio.Group>
      {backfill === 'backfill' ? (
        <Group align="flex-end">
          <Select label={text.minimum} clearable clearButtonProps={{ 'aria-label': words.remove }} value={minimum} onChange={setMinimum} data={['critical', 'high', 'medium', 'low'].map((severity) => ({ value: severity, label: words.severity[severity] ?? severity }))} />
          <NumberInput label={text.perMinute} min={1} max={10_000} value={perMinute} onChange={setPerMinute} />
          <NumberInput label={text.limit} min={1} max={1_000_000} value={limit} onChange={setLimit} />
        </Group>
      ) : null}
      {turnOn.error === null ? null : <Failed error={turnOn.error} />}
      <Group mt="md">
        <Button variant="default" onClick={back}>
          {words.back}
        </Button>
        <Button leftSection={<IconPower size={16} aria-hidden />} loading={turnOn.isPending} onClick={() => turnOn.mutate()}>
          {text.submit}
        </Button>
      </Group>
    </Stack>
  );
}
