import { Button, Checkbox, Group, MultiSelect, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ListedVulnerability, Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { api } from '../../api.ts';
import { Confirm } from '../../kit/confirm.tsx';
import { Failed } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { useMay } from '../../kit/role.ts';
import { words } from '../../words/words.ts';

const text = words.merge;
const foundMax = 20;

/** What scanners told apart and is one, or took for one and is not. */
export function MergePanel({ vulnerability }: { readonly vulnerability: Vulnerability }) {
  const [merging, setMerging] = useState(false);
  const [part, setPart] = useState<object | null>(null);
  const { id, merged, mergedInto, detections } = vulnerability;
  if (!useMay('analyst') || mergedInto !== null) {
    return null;
  }
  return (
    <Panel title={text.title} lead={text.lead}>
      {merged.length === 0 ? null : (
        <Stack gap="xs" role="group" aria-label={text.part}>
          <Text size="sm" fw={600}>
            {text.part}
          </Text>
          {merged.map((one) => (
            <Group key={one.id} justify="space-between" wrap="nowrap">
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                #{one.id} {one.title}
              </Text>
              <Button size="compact-xs" variant="default" aria-label={text.splitOff(one.id)} onClick={() => setPart({ vulnerabilityId: one.id })}>
                {text.split}
              </Button>
            </Group>
          ))}
        </Stack>
      )}
      {detections.length > 1 ? <SplitScopes vulnerability={vulnerability} onSplit={(scopeIds) => setPart({ scopeIds })} /> : null}
      {merging ? (
        <MergeForm vulnerability={vulnerability} onDone={() => setMerging(false)} />
      ) : (
        <Group>
          <Button size="xs" variant="default" onClick={() => setMerging(true)}>
            {text.begin}
          </Button>
        </Group>
      )}
      {part === null ? null : (
        <Confirm title={text.splitTitle} label={text.split} onClose={() => setPart(null)} act={() => api('POST', `/vulnerabilities/${id}/split`, part)}>
          {text.splitWhat}
        </Confirm>
      )}
    </Panel>
  );
}

function SplitScopes({ vulnerability: { detections }, onSplit }: { readonly vulnerability: Vulnerability; readonly onSplit: (scopeIds: readonly string[]) => void }) {
  const [chosen, setChosen] = useState<string[]>([]);
  return (
    <Stack gap="xs">
      <Checkbox.Group label={text.scopes} value={chosen} onChange={setChosen}>
        <Stack gap={6} mt={4}>
          {detections.map(({ scope }) => (
            <Checkbox key={scope.id} value={scope.id} label={[scope.tool, scope.branch, scope.category].filter((word) => word !== null).join(' · ')} />
          ))}
        </Stack>
      </Checkbox.Group>
      <Group>
        <Button size="xs" variant="default" disabled={chosen.length === 0 || chosen.length === detections.length} onClick={() => onSplit(chosen)}>
          {text.splitScopes}
        </Button>
      </Group>
    </Stack>
  );
}

function MergeForm({ vulnerability: { id, assetId }, onDone }: { readonly vulnerability: Vulnerability; readonly onDone: () => void }) {
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
