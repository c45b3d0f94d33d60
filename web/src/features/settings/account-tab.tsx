import { Button, Group, PasswordInput, Select, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import type { Language } from '../../words/words.ts';
import { chooseLanguage, chosenLanguage, languages, words } from '../../words/words.ts';
import { LinkPanel } from './link-panel.tsx';

const text = words.settings;

export function AccountTab() {
  const form = useForm({ initialValues: { currentPassword: '', newPassword: '' }, validate: { newPassword: (value) => (value.length < 12 ? words.setup.passwordRule : null) } });
  const change = useMutation({
    mutationFn: (values: typeof form.values) => api('POST', '/me/password', values),
    onSuccess: () => {
      form.reset();
      notifications.show({ message: text.passwordChanged, color: 'green' });
    },
  });
  const others = useMutation({
    mutationFn: () => api<{ closed: number }>('DELETE', '/me/sessions'),
    onSuccess: ({ closed }) => notifications.show({ message: text.signedOut(closed), color: 'green' }),
  });
  return (
    <Stack>
      <Panel title={words.language}>
        <Select aria-label={words.language} maw={320} allowDeselect={false} value={chosenLanguage()} onChange={(value) => chooseLanguage(value as Language)} data={languages.map(({ id, label }) => ({ value: id, label }))} />
      </Panel>
      <LinkPanel />
      <Panel title={text.changePassword}>
        <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
          <Stack maw={420}>
            <PasswordInput label={text.currentPassword} required autoComplete="current-password" {...form.getInputProps('currentPassword')} />
            <PasswordInput label={text.newPassword} description={words.setup.passwordRule} required autoComplete="new-password" {...form.getInputProps('newPassword')} />
            {change.error === null ? null : <Failed error={change.error} />}
            <Group>
              <Button type="submit" loading={change.isPending}>
                {text.changePassword}
              </Button>
              <Button variant="default" loading={others.isPending} onClick={() => others.mutate()}>
                {text.signOutOthers}
              </Button>
            </Group>
            {others.error === null ? null : <Failed error={others.error} />}
          </Stack>
        </form>
      </Panel>
    </Stack>
  );
}
