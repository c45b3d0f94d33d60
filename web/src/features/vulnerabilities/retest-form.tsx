import { Button, Group, Radio, Stack, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';

const text = words.detail;

/** What was done, and whether it is still there. */
export function RetestForm({ vulnerability, onDone }: { readonly vulnerability: Vulnerability; readonly onDone: () => void }) {
  const queries = useQueryClient();
  const [outcome, setOutcome] = useState('');
  const [evidence, setEvidence] = useState('');
  const record = useMutation({
    mutationFn: () => api('POST', `/assets/${vulnerability.assetId}/retests`, { ...(evidence === '' ? {} : { evidence }), results: [{ vulnerabilityId: vulnerability.id, outcome }] }),
    onSuccess: () => {
      onDone();
      return queries.invalidateQueries();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        record.mutate();
      }}
    >
      <Stack gap="sm">
        <Radio.Group aria-label={text.retest} value={outcome} onChange={setOutcome}>
          <Stack gap="xs">
            <Radio value="detected" label={text.stillThere} />
            <Radio value="not_detected" label={text.gone} />
          </Stack>
        </Radio.Group>
        <Textarea label={text.retestEvidence} autosize minRows={2} value={evidence} onChange={(event) => setEvidence(event.currentTarget.value)} />
        {record.error === null ? null : <Failed error={record.error} />}
        <Group>
          <Button type="submit" size="xs" disabled={outcome === ''} loading={record.isPending}>
            {text.retestSave}
          </Button>
          <Button size="xs" variant="default" onClick={onDone}>
            {words.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
