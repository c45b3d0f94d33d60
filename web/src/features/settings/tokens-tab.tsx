import { Alert, Button, Checkbox, Group, Modal, Select, Stack, Table, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { madeToken, token } from '../../../../src/contracts/api/people.ts';
import { roles } from '../../../../src/core/vocabulary.ts';
import { api } from '../../api.ts';
import { CopyField } from '../../kit/copy-field.tsx';
import { Empty, Failed, Loading, When } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { TableFrame } from '../../kit/table-frame.tsx';
import { day } from '../../kit/time.ts';
import { words } from '../../words/words.ts';

type Token = z.infer<typeof token>;
const text = words.settings;

export function TokensTab() {
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: () => api<{ items: readonly Token[] }>('GET', '/tokens') });
  const queries = useQueryClient();
  const [adding, { open, close }] = useDisclosure();
  const revoke = useMutation({ mutationFn: (id: string) => api('DELETE', `/tokens/${id}`), onSuccess: () => queries.invalidateQueries({ queryKey: ['tokens'] }) });
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      {text.addToken}
    </Button>
  );
  const items = tokens.data?.items ?? [];
  return (
    <Stack>
      {items.length === 0 ? null : <Group>{add}</Group>}
      {tokens.isPending ? <Loading /> : null}
      {tokens.error === null ? null : <Failed error={tokens.error} />}
      {revoke.error === null ? null : <Failed error={revoke.error} />}
      {tokens.isSuccess && items.length === 0 ? (
        <Empty icon={<IconKey size={44} stroke={1.3} aria-hidden />} action={add}>
          {text.noTokens}
        </Empty>
      ) : null}
      {items.length === 0 ? null : (
        <TableFrame label={text.tokens} minWidth={680}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{text.tokenName}</Table.Th>
              <Table.Th>{text.role}</Table.Th>
              <Table.Th>{text.lastUsed}</Table.Th>
              <Table.Th>{text.expires}</Table.Th>
              <Table.Th>{words.integrations.actions}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((one) => (
              <Table.Tr key={one.id}>
                <Table.Td fw={600}>{one.name}</Table.Td>
                <Table.Td>{one.scopes.length > 0 ? text.tokenScope : words.role[one.role]}</Table.Td>
                <Table.Td>{one.lastUsedAt === null ? text.never : <When time={one.lastUsedAt} />}</Table.Td>
                <Table.Td>{one.expiresAt === null ? text.never : day(one.expiresAt)}</Table.Td>
                <Table.Td>
                  <Button size="compact-xs" color="red" variant="outline" aria-label={`${text.revoke}: ${one.name}`} onClick={() => revoke.mutate(one.id)}>
                    {text.revoke}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </TableFrame>
      )}
      {adding ? <AddToken onClose={close} /> : null}
    </Stack>
  );
}

function AddToken({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const form = useForm({ initialValues: { name: '', role: 'analyst', uploadOnly: true, until: '' } });
  const make = useMutation({
    mutationFn: ({ name, role, uploadOnly, until }: typeof form.values) =>
      api<z.infer<typeof madeToken>>('POST', '/tokens', { name, role, scopes: uploadOnly ? ['scan:upload'] : [], ...(until === '' ? {} : { expiresAt: new Date(`${until}T23:59:59`).toISOString() }) }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
  });
  return (
    <Modal opened onClose={onClose} title={text.addToken} closeButtonProps={{ 'aria-label': words.close }}>
      {make.data === undefined ? (
        <form onSubmit={form.onSubmit((values) => make.mutate(values))}>
          <Stack>
            <TextInput label={text.tokenName} required data-autofocus {...form.getInputProps('name')} />
            <Checkbox label={text.tokenScope} {...form.getInputProps('uploadOnly', { type: 'checkbox' })} />
            {form.values.uploadOnly ? null : <Select label={text.role} allowDeselect={false} data={roles.map((role) => ({ value: role, label: words.role[role] ?? role }))} {...form.getInputProps('role')} />}
            <TextInput type="date" label={text.expires} {...form.getInputProps('until')} />
            {make.error === null ? null : <Failed error={make.error} />}
            <FormEnd label={text.addToken} busy={make.isPending} onClose={onClose} />
          </Stack>
        </form>
      ) : (
        <Stack>
          <Alert color="yellow" variant="outline">
            {text.tokenOnce}
          </Alert>
          <CopyField label={make.data.name} value={make.data.token} />
          <Button onClick={onClose}>{words.close}</Button>
        </Stack>
      )}
    </Modal>
  );
}
