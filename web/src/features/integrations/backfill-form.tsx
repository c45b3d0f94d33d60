import { Group, Loader, Modal, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { backfillEstimate, newBackfill } from '../../../../src/contracts/api/jobs.ts';
import { severities } from '../../../../src/core/vocabulary.ts';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { words } from '../../words/words.ts';
import type { Preview } from './queries.ts';

const text = words.wizard.backfill;
const settleMs = 400;

export interface BackfillWish {
  readonly minimum: string | null;
  readonly perMinute: number | string;
  readonly limit: number | string;
}

export const wholeBackfill: BackfillWish = { minimum: null, perMinute: 60, limit: '' };

/** As the API takes it. */
export function backfillBody({ minimum, perMinute, limit }: BackfillWish): z.infer<typeof newBackfill> {
  return {
    ...(minimum === null ? {} : { minimumSeverity: minimum as 'critical' }),
    ...(perMinute === '' ? {} : { perMinute: Number(perMinute) }),
    ...(limit === '' ? {} : { limit: Number(limit) }),
  };
}

/** Which ones, and how fast. */
export function BackfillFields({ wish, onChange }: { readonly wish: BackfillWish; readonly onChange: (wish: BackfillWish) => void }) {
  const { turnOn } = words.wizard;
  return (
    <Group align="flex-end" grow>
      <Select
        label={turnOn.minimum}
        clearable
        clearButtonProps={{ 'aria-label': words.remove }}
        value={wish.minimum}
        onChange={(minimum) => onChange({ ...wish, minimum })}
        data={['critical', 'high', 'medium', 'low'].map((severity) => ({ value: severity, label: words.severity[severity] ?? severity }))}
      />
      <NumberInput label={turnOn.perMinute} min={1} max={10_000} value={wish.perMinute} onChange={(perMinute) => onChange({ ...wish, perMinute })} />
      <NumberInput label={turnOn.limit} min={1} max={1_000_000} value={wish.limit} onChange={(limit) => onChange({ ...wish, limit })} />
    </Group>
  );
}

/** How many cards it would be and how long it would take, asked again with each change. */
export function Estimate({ configurationId, wish }: { readonly configurationId: string; readonly wish: BackfillWish }) {
  const [settled] = useDebouncedValue(wish, settleMs);
  const estimate = useQuery({
    queryKey: ['estimate', configurationId, settled],
    queryFn: () => api<z.infer<typeof backfillEstimate>>('POST', `/configurations/${configurationId}/backfill/estimate`, backfillBody(settled)),
    placeholderData: keepPreviousData,
    refetchInterval: false,
    retry: false,
  });
  if (estimate.error !== null) {
    return <Failed error={estimate.error} />;
  }
  if (estimate.data === undefined) {
    return <Loader size="sm" aria-label={words.loading} />;
  }
  return <Estimated total={estimate.data.cards.total} minutes={estimate.data.minutes} because={estimate.data.because} />;
}

interface EstimatedFacts {
  readonly total: number;
  readonly minutes: number | null;
  readonly because: string;
}

export function Estimated({ total, minutes, because }: EstimatedFacts) {
  return (
    <Stack gap={2} aria-live="polite">
      <Text fw={600}>
        {text.cards(total)}
        {total === 0 ? '' : `, ${minutes === null ? text.unknown : text.minutes(minutes)}`}
      </Text>
      <Text size="sm" c="dimmed">
        {because}
      </Text>
    </Stack>
  );
}

/** Of a configuration that is not saved yet: what its preview says, narrowed to what is wished. */
export function EstimateOfPreview({ preview: { cardsToCreate, estimate }, wish }: { readonly preview: Preview; readonly wish: BackfillWish }) {
  if (estimate === undefined) {
    return null;
  }
  const wanted: readonly string[] = wish.minimum === null ? severities : severities.slice(0, severities.findIndex((severity) => severity === wish.minimum) + 1);
  const found = wanted.reduce((sum, severity) => sum + (cardsToCreate.bySeverity[severity] ?? 0), 0);
  const total = wish.limit === '' ? found : Math.min(found, Number(wish.limit));
  const { callsPerMinute, callsPerCard, because } = estimate;
  const pace = Math.min(wish.perMinute === '' ? Infinity : Number(wish.perMinute), callsPerMinute === null ? Infinity : callsPerMinute / callsPerCard);
  return <Estimated total={total} minutes={Number.isFinite(pace) ? Math.round((total / pace) * 10) / 10 : null} because={because} />;
}

export function BackfillForm({ configurationId, onClose }: { readonly configurationId: string; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [wish, setWish] = useState(wholeBackfill);
  const start = useMutation({
    mutationFn: () => api('POST', `/configurations/${configurationId}/backfill`, backfillBody(wish)),
    onSuccess: () => {
      onClose();
      return queries.invalidateQueries({ queryKey: ['jobs'] });
    },
  });
  return (
    <Modal opened onClose={onClose} size="lg" title={text.title} closeButtonProps={{ 'aria-label': words.close }}>
      <Stack>
        <Text size="sm">{text.lead}</Text>
        <BackfillFields wish={wish} onChange={setWish} />
        <Estimate configurationId={configurationId} wish={wish} />
        {start.error === null ? null : <Failed error={start.error} />}
        <FormEnd label={text.start} busy={start.isPending} act={() => start.mutate()} onClose={onClose} />
      </Stack>
    </Modal>
  );
}
