import { Button, Group, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { useMay } from '../../kit/role.ts';
import { words } from '../../words/words.ts';

const text = words.detail;

/** A card for one that has none: a new one, or one that is there. The server says why not. */
export function GiveCard({ id, connectionId }: { readonly id: string; readonly connectionId: string }) {
  const queries = useQueryClient();
  const [ref, setRef] = useState<string | null>(null);
  const give = useMutation({
    mutationFn: (card: { readonly ref?: string }) => api('POST', `/vulnerabilities/${id}/links`, { connectionId, ...card }),
    onSuccess: () => {
      setRef(null);
      return queries.invalidateQueries();
    },
  });
  if (!useMay('analyst')) {
    return null;
  }
  return (
    <>
      <Group gap="xs" mt={4}>
        <Button size="xs" loading={give.isPending && ref === null} onClick={() => give.mutate({})}>
          {text.giveCard}
        </Button>
        <Button size="xs" variant="default" onClick={() => setRef('')}>
          {text.attachFound}
        </Button>
      </Group>
      {ref === null ? null : (
        <Group align="flex-end" gap="xs">
          <TextInput label={text.attachRef} value={ref} onChange={(event) => setRef(event.currentTarget.value)} />
          <Button size="sm" disabled={ref.trim() === ''} loading={give.isPending} onClick={() => give.mutate({ ref: ref.trim() })}>
            {words.save}
          </Button>
        </Group>
      )}
      {give.error === null ? null : <Failed error={give.error} />}
    </>
  );
}
