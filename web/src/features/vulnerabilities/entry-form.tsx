import { Group, Modal, NumberInput, Select, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { severities } from '../../../../src/core/vocabulary.ts';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { words } from '../../words/words.ts';
import { useAssets } from '../assets/queries.ts';

const text = words.entry;

interface Facts {
  /** The assessment that it is found in. */
  readonly part?: { readonly assetId: string; readonly assessmentId: string };
  readonly onClose: () => void;
}

export function EntryForm({ part, onClose }: Facts) {
  const assets = useAssets();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const form = useForm({ initialValues: { assetId: part?.assetId ?? '', title: '', description: '', severity: 'medium', path: '', line: '' as number | string, cve: [] as string[], remediation: '' } });
  const enter = useMutation({
    mutationFn: ({ assetId, path, line, cve, remediation, ...rest }: typeof form.values) =>
      api<Vulnerability>('POST', `/assets/${assetId}/vulnerabilities`, {
        ...rest,
        ...(part === undefined ? {} : { assessmentId: part.assessmentId }),
        ...(cve.length === 0 ? {} : { cve: cve.map((one) => one.toUpperCase()) }),
        ...(remediation === '' ? {} : { remediation }),
        ...(path === '' ? {} : { location: /^https?:\/\//u.test(path) ? { url: path } : { path, ...(line === '' ? {} : { startLine: Number(line) }) } }),
      }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries();
      await navigate({ to: '/vulnerabilities/$id', params: { id } });
    },
  });
  return (
    <Modal opened onClose={onClose} size="lg" title={text.title} closeButtonProps={{ 'aria-label': words.close }}>
      <form onSubmit={form.onSubmit((values) => enter.mutate(values))}>
        <Stack>
          <Select label={text.asset} required searchable disabled={part !== undefined} data={(assets.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))} {...form.getInputProps('assetId')} />
          <TextInput label={text.name} required {...form.getInputProps('title')} />
          <Textarea label={text.description} autosize minRows={3} {...form.getInputProps('description')} />
          <Group grow>
            <Select label={text.severity} allowDeselect={false} data={severities.map((severity) => ({ value: severity, label: words.severity[severity] ?? severity }))} {...form.getInputProps('severity')} />
            <NumberInput label={text.line} min={1} {...form.getInputProps('line')} />
          </Group>
          <TextInput label={text.path} {...form.getInputProps('path')} />
          <TagsInput label={text.cve} {...form.getInputProps('cve')} />
          <Textarea label={text.remediation} autosize minRows={2} {...form.getInputProps('remediation')} />
          {enter.error === null ? null : <Failed error={enter.error} />}
          <FormEnd label={text.save} busy={enter.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
