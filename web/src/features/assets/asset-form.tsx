import { Modal, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Asset } from '../../../../src/contracts/api/assets.ts';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { words } from '../../words/words.ts';

interface Facts {
  /** Null: a new one. */
  readonly asset: Asset | null;
  readonly onClose: () => void;
  readonly onSaved: (asset: Asset) => void;
}

export function AssetForm({ asset, onClose, onSaved }: Facts) {
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      name: asset?.name ?? '',
      key: asset?.key ?? '',
      repositoryUrl: asset?.repositoryUrl ?? '',
      defaultBranch: asset?.defaultBranch ?? 'main',
      criticality: asset?.criticality ?? null,
      tags: asset?.tags ?? [],
    },
  });
  const save = useMutation({
    mutationFn: ({ key, repositoryUrl, ...rest }: typeof form.values) => {
      const body = { ...rest, ...(key === '' ? {} : { key }), repositoryUrl: repositoryUrl === '' ? null : repositoryUrl };
      return asset === null ? api<Asset>('POST', '/assets', body) : api<Asset>('PATCH', `/assets/${asset.id}`, body);
    },
    onSuccess: async (saved) => {
      await queries.invalidateQueries();
      onSaved(saved);
    },
  });
  return (
    <Modal opened onClose={onClose} title={asset === null ? words.assets.add : words.assets.edit} closeButtonProps={{ 'aria-label': words.close }}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          <TextInput label={words.assets.name} required data-autofocus {...form.getInputProps('name')} />
          <TextInput label={words.assets.key} description={words.assets.keyHint} {...form.getInputProps('key')} />
          <TextInput label={words.assets.repository} type="url" {...form.getInputProps('repositoryUrl')} />
          <TextInput label={words.assets.branch} description={words.assets.branchHint} required {...form.getInputProps('defaultBranch')} />
          <Select
            label={words.assets.criticality}
            clearable
            clearButtonProps={{ 'aria-label': words.remove }}
            data={['critical', 'high', 'medium', 'low'].map((value) => ({ value, label: words.severity[value] ?? value }))}
            {...form.getInputProps('criticality')}
          />
          <TagsInput label={words.assets.tags} {...form.getInputProps('tags')} />
          {save.error === null ? null : <Failed error={save.error} />}
          <FormEnd busy={save.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
