import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPower } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import type { savedConfiguration } from '../../../../../src/contracts/api/configurations.ts';
import { api } from '../../../api.ts';
import { Failed } from '../../../kit/faces.tsx';
import { words } from '../../../words/words.ts';
import { BackfillFields, backfillBody, Estimate, EstimateOfPreview, wholeBackfill } from '../backfill-form.tsx';
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
  const [wish, setWish] = useState(wholeBackfill);
  const turnOn = useMutation({
    mutationFn: async () => {
      const configuration = configurationWish(body);
      const saved = await (draft.configurationId === null ? api<z.infer<typeof savedConfiguration>>('POST', `/connections/${connection.id}/configurations`, configuration) : api<z.infer<typeof savedConfiguration>>('PUT', `/configurations/${draft.configurationId}`, configuration));
      if (backfill === 'backfill') {
        await api('POST', `/configurations/${saved.id}/backfill`, backfillBody(wish));
      }
      return saved;
    },
    onSuccess: async ({ concerned }) => {
      // The draft's own screen goes with it.
      await navigate({ to: '/connections/$id', params: { id: connection.id }, search: { on: true } });
      const tidings = words.wizard.concerned(concerned.elsewhere, concerned.remapped);
      if (tidings !== '') {
        notifications.show({ message: tidings, color: 'yellow', autoClose: false });
      }
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
        <>
          <BackfillFields wish={wish} onChange={setWish} />
          {draft.configurationId === null ? preview.data === undefined ? null : <EstimateOfPreview preview={preview.data} wish={wish} /> : <Estimate configurationId={draft.configurationId} wish={wish} />}
        </>
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
