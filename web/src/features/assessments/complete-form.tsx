import { Group, Modal, SegmentedControl, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Assessment } from '../../../../src/contracts/api/assessments.ts';
import type { ListedVulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { api } from '../../api.ts';
import { Failed, Severity } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { words } from '../../words/words.ts';
import { useAssessmentAct } from './queries.ts';

const text = words.assessments;
const foundMax = 25;
const open = 'status=identified&status=in_progress&status=awaiting_validation';

/** What was looked at, and whether it is still there; the rest stays as it is. */
export function CompleteForm({ assessment: { id, assetId, title, description }, onClose }: { readonly assessment: Assessment; readonly onClose: () => void }) {
  const [evidence, setEvidence] = useState(description ?? '');
  const [seen, setSeen] = useState<Readonly<Record<string, string>>>({});
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed.trim(), 250);
  const found = useQuery({
    queryKey: ['vulnerabilities', 'of assessment', assetId, q],
    queryFn: () => api<{ items: readonly ListedVulnerability[] }>('GET', `/vulnerabilities?assetId=${assetId}&${open}&limit=${foundMax}${q === '' ? '' : `&q=${encodeURIComponent(q)}`}`),
    placeholderData: keepPreviousData,
  });
  const complete = useAssessmentAct<object>(`/assessments/${id}/complete`, onClose);
  const results = Object.entries(seen).map(([vulnerabilityId, outcome]) => ({ vulnerabilityId, outcome }));
  const look = (vulnerabilityId: string, outcome: string) => setSeen(Object.fromEntries(Object.entries({ ...seen, [vulnerabilityId]: outcome }).filter(([, value]) => value !== '')));
  return (
    <Modal opened onClose={onClose} size="xl" title={text.completeTitle(title)} closeButtonProps={{ 'aria-label': words.close }}>
      <Stack>
        <Text size="sm">{text.completeWhat}</Text>
        <Textarea label={text.evidence} autosize minRows={3} maxLength={20_000} value={evidence} onChange={(event) => setEvidence(event.currentTarget.value)} />
        <TextInput type="search" label={text.looked} placeholder={text.lookedSearch} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
        {found.error === null ? null : <Failed error={found.error} />}
        <Stack gap="xs" mah={320} style={{ overflowY: 'auto' }} role="group" aria-label={text.looked} tabIndex={0}>
          {found.data?.items.map((one) => (
            <Group key={one.id} justify="space-between" gap="xs">
              <Group gap="xs" flex="1 1 18rem" wrap="nowrap">
                <Severity severity={one.severity} />
                <Text size="sm" truncate title={one.title}>
                  #{one.id} {one.title}
                </Text>
              </Group>
              <SegmentedControl
                size="xs"
                aria-label={`#${one.id}`}
                value={seen[one.id] ?? ''}
                onChange={(value) => look(one.id, value)}
                data={[
                  { value: '', label: text.notLooked },
                  { value: 'detected', label: words.detail.stillThere },
                  { value: 'not_detected', label: words.detail.gone },
                ]}
              />
            </Group>
          ))}
        </Stack>
        {complete.error === null ? null : <Failed error={complete.error} />}
        <FormEnd label={text.complete} busy={complete.isPending} act={() => complete.mutate({ ...(evidence.trim() === '' ? {} : { evidence }), ...(results.length === 0 ? {} : { results }) })} onClose={onClose} />
      </Stack>
    </Modal>
  );
}
