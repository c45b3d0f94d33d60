import { Avatar, Group, Menu, SegmentedControl, Stack, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { IconKeyboard, IconLanguage, IconLogout, IconUser } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Me } from '../../../src/contracts/api/people.ts';
import type { SignedOut } from '../../../src/contracts/api/single-sign-on.ts';
import { api } from '../api.ts';
import { chooseLanguage, chosenLanguage, languages, words } from '../words/words.ts';

/** Who is here, with theme and language. */
export function UserMenu({ me, showKeys }: { readonly me: Me; readonly showKeys: () => void }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = async () => {
    const ended = await api<SignedOut | null>('DELETE', '/session');
    location.assign(ended?.endSessionUrl ?? '/sign-in');
  };
  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label={words.theme.label}
        size="xs"
        fullWidth
        value={colorScheme}
        onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
        data={[
          { value: 'light', label: words.theme.light },
          { value: 'dark', label: words.theme.dark },
          { value: 'auto', label: words.theme.auto },
        ]}
      />
      <Menu position="top-start" width={230} withinPortal>
        <Menu.Target>
          <UnstyledButton p={6}>
            <Group gap="sm" wrap="nowrap">
              <Avatar size={32} radius="xl" name={me.name} color="indigo" variant="filled" aria-hidden />
              <Stack gap={0} miw={0}>
                <Text size="sm" fw={600} truncate>
                  {me.name}
                </Text>
                <Text size="xs" c="dimmed" truncate>
                  {words.role[me.role]}
                </Text>
              </Stack>
            </Group>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconUser size={16} aria-hidden />} renderRoot={(props) => <Link to="/settings" search={{ tab: 'account' }} {...props} />}>
            {words.settings.account}
          </Menu.Item>
          <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={showKeys}>
            {words.palette.keys}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>{words.language}</Menu.Label>
          {languages.map(({ id, label }) => (
            <Menu.Item key={id} leftSection={<IconLanguage size={16} aria-hidden />} disabled={chosenLanguage() === id} onClick={() => chooseLanguage(id)} lang={id}>
              {label}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void signOut()}>
            {words.signIn.out}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Stack>
  );
}
