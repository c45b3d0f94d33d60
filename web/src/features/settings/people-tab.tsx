import { Badge, Button, Group, Modal, PasswordInput, Select, Stack, Table, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { user } from '../../../../src/contracts/api/people.ts';
import { roles } from '../../../../src/core/vocabulary.ts';
import { api } from '../../api.ts';
import { Confirm } from '../../kit/confirm.tsx';
import { Failed, Loading } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { TableFrame } from '../../kit/table-frame.tsx';
import { words } from '../../words/words.ts';

type User = z.infer<typeof user>;
const text = words.settings;
const roleChoices = roles.map((role) => ({ value: role, label: `${words.role[role]}: ${text.roles[role]}` }));

export function PeopleTab() {
  const people = useQuery({ queryKey: ['users'], queryFn: () => api<{ items: readonly User[] }>('GET', '/users') });
  const queries = useQueryClient();
  const [adding, { open, close }] = useDisclosure();
  const [unlinking, unlink] = useState<User | null>(null);
  const change = useMutation({ mutationFn: ({ id, ...body }: { readonly id: string; readonly role?: string; readonly disabled?: boolean }) => api('PATCH', `/users/${id}`, body), onSuccess: () => queries.invalidateQueries() });
  return (
    <Stack>
      <Group>
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
          {text.addPerson}
        </Button>
      </Group>
      {people.isPending ? <Loading /> : null}
      {people.error === null ? null : <Failed error={people.error} />}
      {change.error === null ? null : <Failed error={change.error} />}
      {people.data === undefined ? null : (
        <TableFrame label={text.people} minWidth={720}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{text.name}</Table.Th>
              <Table.Th>{text.email}</Table.Th>
              <Table.Th>{text.role}</Table.Th>
              <Table.Th>{words.list.statusTabs}</Table.Th>
              <Table.Th>{words.integrations.actions}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {people.data.items.map((one) => (
              <Table.Tr key={one.id}>
                <Table.Td fw={600}>
                  {one.name}
                  {one.singleSignOn ? (
                    <Badge variant="default" radius="sm" tt="none" ml="xs">
                      {words.singleSignOn.badge}
                    </Badge>
                  ) : null}
                </Table.Td>
                <Table.Td>{one.email}</Table.Td>
                <Table.Td>
                  <Select aria-label={`${text.role}: ${one.name}`} size="xs" w={170} allowDeselect={false} comboboxProps={{ width: 420, position: 'bottom-start' }} value={one.role} data={roleChoices.map(({ value }) => ({ value, label: words.role[value] ?? value }))} onChange={(role) => change.mutate({ id: one.id, role: role ?? one.role })} />
                </Table.Td>
                <Table.Td>
                  <Badge variant="default" radius="sm" tt="none">
                    {one.disabled ? text.disabled : text.active}
                  </Badge>
                </Table.Td>
                <Table.Td>
                  <Group gap="xs">
                    <Button size="compact-xs" variant="default" onClick={() => change.mutate({ id: one.id, disabled: !one.disabled })}>
                      {one.disabled ? text.enable : text.disable}
                    </Button>
                    {one.singleSignOn ? (
                      <Button size="compact-xs" variant="default" onClick={() => unlink(one)}>
                        {words.singleSignOn.unlink}
                      </Button>
                    ) : null}
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </TableFrame>
      )}
      {adding ? <AddPerson onClose={close} /> : null}
      {unlinking === null ? null : (
        <Confirm title={words.singleSignOn.unlinkTitle(unlinking.name)} label={words.singleSignOn.unlink} onClose={() => unlink(null)} act={() => api('PATCH', `/users/${unlinking.id}`, { singleSignOn: false })}>
          {words.singleSignOn.unlinkWhat} {unlinking.hasPassword ? null : words.singleSignOn.noPassword}
        </Confirm>
      )}
    </Stack>
  );
}

function AddPerson({ onClose }: { readonly onClose: () => void }) {
  const queries = useQueryClient();
  const form = useForm({ initialValues: { name: '', email: '', role: 'developer', password: '' }, validate: { password: (value) => (value.length < 12 ? words.setup.passwordRule : null) } });
  const add = useMutation({
    mutationFn: (values: typeof form.values) => api('POST', '/users', values),
    onSuccess: () => {
      onClose();
      return queries.invalidateQueries({ queryKey: ['users'] });
    },
  });
  return (
    <Modal opened onClose={onClose} title={text.addPerson} closeButtonProps={{ 'aria-label': words.close }}>
      <form onSubmit={form.onSubmit((values) => add.mutate(values))}>
        <Stack>
          <TextInput label={text.name} required data-autofocus {...form.getInputProps('name')} />
          <TextInput label={text.email} type="email" required {...form.getInputProps('email')} />
          <Select label={text.role} allowDeselect={false} data={roleChoices} {...form.getInputProps('role')} />
          <PasswordInput label={words.signIn.password} description={words.setup.passwordRule} required autoComplete="new-password" {...form.getInputProps('password')} />
          {add.error === null ? null : <Failed error={add.error} />}
          <FormEnd busy={add.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
