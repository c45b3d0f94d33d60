import { ActionIcon, Button, Group, PasswordInput, Radio, Select, SimpleGrid, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { IdentityProvider, SingleSignOn } from '../../../../src/contracts/api/single-sign-on.ts';
import { roles } from '../../../../src/core/vocabulary.ts';
import { api, ApiProblem } from '../../api.ts';
import { Confirm } from '../../kit/confirm.tsx';
import { CopyField } from '../../kit/copy-field.tsx';
import { Failed, Loading } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';

const text = words.singleSignOn;
const none = 'none';
const roleChoices = roles.map((role) => ({ value: role, label: words.role[role] ?? role }));

export function SignOnTab() {
  const current = useQuery({ queryKey: ['single-sign-on'], queryFn: () => api<SingleSignOn>('GET', '/single-sign-on'), refetchInterval: false });
  if (current.isPending) {
    return <Loading />;
  }
  return current.error === null ? <Form key={String(current.data.provider === null)} current={current.data} /> : <Failed error={current.error} />;
}

function Form({ current: { provider, redirectUri } }: { readonly current: SingleSignOn }) {
  const queries = useQueryClient();
  const [forgetting, forget] = useDisclosure();
  const form = useForm({ initialValues: valuesOf(provider) });
  const save = useMutation({
    mutationFn: ({ clientSecret, defaultRole, ...rest }: typeof form.values) =>
      api('PUT', '/single-sign-on', { ...rest, defaultRole: defaultRole === none ? null : defaultRole, ...(clientSecret === '' ? {} : { clientSecret }) }),
    onSuccess: () => {
      notifications.show({ message: words.saved, color: 'green' });
      form.setFieldValue('clientSecret', '');
      return queries.invalidateQueries();
    },
    onError: (error) => (error instanceof ApiProblem ? form.setErrors(Object.fromEntries(error.errors.map(({ path, message }) => [path, message]))) : undefined),
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack>
        <Panel title={text.tab} lead={text.lead}>
          <CopyField label={text.redirect} description={text.redirectHint} value={redirectUri} />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput label={text.label} required {...form.getInputProps('label')} />
            <TextInput label={text.issuer} description={text.issuerHint} type="url" required {...form.getInputProps('issuer')} />
            <TextInput label={text.clientId} required autoComplete="off" {...form.getInputProps('clientId')} />
            <PasswordInput label={text.clientSecret} description={provider?.hasClientSecret === true ? text.keepSecret : text.clientSecretHint} autoComplete="off" {...form.getInputProps('clientSecret')} />
          </SimpleGrid>
        </Panel>
        <Panel title={text.who}>
          <TagsInput label={text.domains} description={text.domainsHint} {...form.getInputProps('allowedDomains')} />
          <Select label={text.defaultRole} allowDeselect={false} maw={480} data={[{ value: none, label: text.noRole }, ...roleChoices]} {...form.getInputProps('defaultRole')} />
          <Groups form={form} />
          <Radio.Group label={text.passwords} {...form.getInputProps('passwords')}>
            <Stack gap="xs" mt="xs">
              <Radio value="everybody" label={text.everybody} />
              <Radio value="administrators" label={text.administrators} />
            </Stack>
          </Radio.Group>
        </Panel>
        <Switch label={text.enabled} {...form.getInputProps('enabled', { type: 'checkbox' })} />
        {save.error === null ? null : <Failed error={save.error} />}
        <Group>
          <Button type="submit" loading={save.isPending}>
            {words.save}
          </Button>
          {provider === null ? null : (
            <Button variant="default" onClick={forget.open}>
              {text.forget}
            </Button>
          )}
        </Group>
        {forgetting ? (
          <Confirm title={text.forgetTitle} label={text.forget} onClose={forget.close} act={() => api('DELETE', '/single-sign-on')}>
            {text.forgetWhat}
          </Confirm>
        ) : null}
      </Stack>
    </form>
  );
}

function Groups({ form }: { readonly form: ReturnType<typeof useForm<ReturnType<typeof valuesOf>>> }) {
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>
        {text.groups}
      </Text>
      <Text size="xs" c="dimmed">
        {text.groupsHint}
      </Text>
      {form.values.roleByGroup.map(({ group }, index) => (
        <Group key={index} gap="xs" align="flex-start">
          <TextInput aria-label={text.group} placeholder={text.group} required flex={1} maw={320} {...form.getInputProps(`roleByGroup.${index}.group`)} />
          <Select aria-label={`${words.settings.role}: ${group}`} allowDeselect={false} w={180} data={roleChoices} {...form.getInputProps(`roleByGroup.${index}.role`)} />
          <ActionIcon variant="default" size="lg" aria-label={text.removeGroup(group)} onClick={() => form.removeListItem('roleByGroup', index)}>
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button size="xs" variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => form.insertListItem('roleByGroup', { group: '', role: 'viewer' })}>
          {text.addGroup}
        </Button>
      </Group>
      <TextInput label={text.groupsClaim} required maw={320} {...form.getInputProps('groupsClaim')} />
    </Stack>
  );
}

function valuesOf(provider: IdentityProvider | null) {
  return {
    label: provider?.label ?? '',
    issuer: provider?.issuer ?? '',
    clientId: provider?.clientId ?? '',
    clientSecret: '',
    allowedDomains: provider?.allowedDomains ?? [],
    groupsClaim: provider?.groupsClaim ?? 'groups',
    roleByGroup: provider?.roleByGroup ?? ([] as IdentityProvider['roleByGroup']),
    defaultRole: provider?.defaultRole ?? none,
    passwords: provider?.passwords ?? ('everybody' as const),
    enabled: provider?.enabled ?? false,
  };
}
