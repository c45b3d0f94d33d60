import { AppShell, Burger, Button, Group, Image, NavLink, SegmentedControl, Stack, Text, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconActivity, IconBug, IconLayoutDashboard, IconPlugConnected } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import type { Me } from '../../../src/contracts/api/people.ts';
import { ApiProblem, api } from '../api.ts';
import { Failed, Loading } from '../kit/faces.tsx';
import { Go } from '../kit/go.tsx';
import { words } from '../words.ts';

const places = [
  { to: '/overview', label: words.nav.overview, icon: IconLayoutDashboard },
  { to: '/vulnerabilities', label: words.nav.vulnerabilities, icon: IconBug },
  { to: '/integrations', label: words.nav.integrations, icon: IconPlugConnected },
  { to: '/activity', label: words.nav.activity, icon: IconActivity },
] as const;

/** Everything behind the sign-in: menu, theme, who is here. */
export function Shell() {
  const me = useQuery({ queryKey: ['me'], queryFn: () => api<Me>('GET', '/me'), refetchInterval: 60_000 });
  const { pathname } = useLocation();
  const [opened, { toggle, close }] = useDisclosure();
  if (me.isPending) {
    return <Loading />;
  }
  if (me.error instanceof ApiProblem && me.error.status === 401) {
    return <Go to="/sign-in" />;
  }
  if (me.error !== null) {
    return <Failed error={me.error} retry={() => void me.refetch()} />;
  }
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 230, breakpoint: 'sm', collapsed: { mobile: !opened } }} padding="md">
      <AppShell.Header>
        <Group h="100%" px="md" gap="sm">
          <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
          <Image src="/icon.svg" w={28} h={28} alt="" />
          <Text fw={700} size="lg">
            {words.product}
          </Text>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm">
        <Stack justify="space-between" h="100%">
          <nav aria-label="Main">
            {places.map(({ to, label, icon: Icon }) => (
              <NavLink key={to} renderRoot={(props) => <Link to={to} {...props} />} label={label} leftSection={<Icon size={18} aria-hidden />} active={pathname.startsWith(to)} onClick={close} />
            ))}
          </nav>
          <Footer me={me.data} />
        </Stack>
      </AppShell.Navbar>
      <AppShell.Main>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Footer({ me }: { readonly me: Me }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = async () => {
    await api('DELETE', '/session');
    location.assign('/sign-in');
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
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" truncate title={me.email ?? me.name}>
          {me.name}
        </Text>
        <Button variant="subtle" size="compact-sm" onClick={() => void signOut()}>
          {words.signIn.out}
        </Button>
      </Group>
    </Stack>
  );
}
