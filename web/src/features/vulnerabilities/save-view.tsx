import { Checkbox, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { words } from '../../words/words.ts';
import type { Filters } from './filters.ts';

/** Keeps the filters under a name, for oneself or for everybody. */
export function SaveView({ filters, onClose }: { readonly filters: Filters; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const form = useForm({ initialValues: { name: '', shared: false } });
  const save = useMutation({
    mutationFn: (values: typeof form.values) => api('POST', '/views', { ...values, query: JSON.stringify(filters) }),
    onSuccess: () => {
      onClose();
      return queries.invalidateQueries({ queryKey: ['views'] });
    },
  });
  return (
    <Modal opened onClose={onClose} title={words.list.saveView} closeButtonProps={{ 'aria-label': words.close }}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          <TextInput label={words.list.viewName} required maxLength={100} data-autofocus {...form.getInputProps('name')} />
          <Checkbox label={words.list.sharedView} {...form.getInputProps('shared', { type: 'checkbox' })} />
          {save.error === null ? null : <Failed error={save.error} />}
          <FormEnd busy={save.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
