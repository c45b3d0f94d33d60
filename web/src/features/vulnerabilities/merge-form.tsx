import { Button, Group, MultiSelect, Stack, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ListedVulnerability, Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';

const text = words.merge;
const foundMax = 20;

/** Which others are the same one. */
export function MergeForm({ vulnerability: { id, assetId }, onDone }: { readonly vulnerability: Vulnerability; readonly onDone: () => void }) {
  const queries = useQueryClient();
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed, 250);
  const [chosen, setChosen] = useState<readonly { readonly value: string; readonly label: string }[]>([]);
  const [reason, setReason] = useState('');
  const found = useQuery({
    queryKey: ['vulnerabilities', 'to merge', assetId, q],
    queryFn: () => api<{ items: readonly ListedVulnerability[] }>('GET', `/vulnerabilities?assetId=${assetId}&limit=${foundMax}${q === '' ? '' : `&q=${encodeURIComponent(q)}`}`),
  });
  const options = (found.data?.items ?? []).filter((one) => one.id !== id).map((one) => ({ value: one.id, label: `#${one.id} ${one.title}` }));
  const all = [...chosen, ...options.filter(({ value }) => !chosen.some((one) => one.value === value))];
  const merge = useMutation({
    mutationFn: () => api('POST', `/vulnerabilities/${id}/merge`, { vulnerabilityIds: chosen.map(({ value }) => value), ...(reason.trim() === '' ? {} : { reason }) }),
    onSuccess: () => {
      onDone();
      return queries.invalidateQueries();
    },
  });
  return (
    <Stack gap="sm">
      <MultiSelect
        label={text.others}
        placeholder={text.search}
        searchable
        searchValue={typed}
        onSearchChange={setTyped}
        // The server has searched already.
        filter={({ options: given }) => given}
        nothingFoundMessage={text.nothing}
        data={all}
        value={chosen.map(({ value }) => value)}
        onChange={(values) => setChosen(all.filter(({ value }) => values.includes(value)))}
      />
      <Textarea label={text.reason} autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      {merge.error === null ? null : <Failed error={merge.error} />}
      <Group>
        <Button size="xs" disabled={chosen.length === 0} loading={merge.isPending} onClick={() => merge.mutate()}>
          {text.merge}
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          {words.cancel}
        </Button>
      </Group>
    </Stack>
  );
}
