import { Button, Group, Radio, Stack, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';

const text = words.detail;

/** A scan by a person: the only way in which a person brings about "fixed". */
export function RetestPanel({ vulnerability }: { readonly vulnerability: Vulnerability }) {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [outcome, setOutcome] = useState('');
  const [evidence, setEvidence] = useState('');
  const record = useMutation({
    mutationFn: () => api('POST', `/assets/${vulnerability.assetId}/retests`, { ...(evidence === '' ? {} : { evidence }), results: [{ vulnerabilityId: vulnerability.id, outcome }] }),
    onSuccess: () => {
      setOpen(false);
      setOutcome('');
      setEvidence('');
      return queries.invalidateQueries();
    },
  });
  return (
    <Panel title={text.retest} lead={text.retestLead}>
      {open ? (
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
              <Button size="xs" variant="default" onClick={() => setOpen(false)}>
                {words.cancel}
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <Group>
          <Button size="xs" variant="default" onClick={() => setOpen(true)}>
            {text.retest}
          </Button>
        </Group>
      )}
    </Panel>
  );
}
