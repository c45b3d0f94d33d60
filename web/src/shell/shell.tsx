import { ActionIcon, AppShell, Badge, Burger, Button, Group, Image, Kbd, NavLink, Stack, Text, Tooltip } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconKeyboard, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useState } from 'react';
import type { z } from 'zod';
import type { instance } from '../../../src/contracts/api/instance.ts';
import type { Me } from '../../../src/contracts/api/people.ts';
import { ApiProblem, api } from '../api.ts';
import { Failed, Loading } from '../kit/faces.tsx';
import { Go } from '../kit/go.tsx';
import { useMe } from '../kit/me.ts';
import { words } from '../words/words.ts';
import { useShellKeys } from './keys.ts';
import { useLiveUpdates } from './live.ts';
import { places } from './places.ts';
import { UserMenu } from './user-menu.tsx';

const Palette = lazy(() => import('./palette.tsx').then(({ Palette: component }) => ({ default: component })));
const CopyBanner = lazy(() => import('./copy-banner.tsx').then(({ CopyBanner: component }) => ({ default: component })));
const KeysSheet = lazy(() => import('./keys-sheet.tsx').then(({ KeysSheet: component }) => ({ default: component })));

/** Everything behind the sign-in: menu, palette, keys, theme, who is here. */
export function Shell() {
  const me = useMe();
  if (me.isPending) {
    return <Loading />;
  }
  if (me.error instanceof ApiProblem && me.error.status === 401) {
    return <Go to="/sign-in" />;
  }
  if (me.error !== null) {
    return <Failed error={me.error} retry={() => void me.refetch()} />;
  }
  return <Frame me={me.data} />;
}

function Frame({ me }: { readonly me: Me }) {
  const pathname = useLocation({ select: (location) => location.pathname });
  const [opened, { toggle, close }] = useDisclosure();
  const [sheet, { open: openSheet, close: closeSheet }] = useDisclosure();
  const showKeys = useCallback(() => openSheet(), [openSheet]);
  // Loaded when it is first wanted, and opened each time it is wanted again.
  const [wanted, setWanted] = useState(0);
  const openPalette = () => setWanted((times) => times + 1);
  useHotkeys([['mod+K', openPalette]], []);
  useShellKeys(showKeys);
  const live = useLiveUpdates();
  const own = useQuery({ queryKey: ['instance'], queryFn: () => api<z.infer<typeof instance>>('GET', '/instance') });
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 236, breakpoint: 'sm', collapsed: { mobile: !opened } }} padding={{ base: 'sm', sm: 'lg' }}>
      <AppShell.Header bg="var(--patchboard-surface)">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={words.nav.menu} />
            <Image src="/icon.svg" w={28} h={28} alt="" />
            <Text fw={700} size="lg">
              {words.product}
            </Text>
            {live ? null : (
              <Badge variant="default" size="sm" tt="none" role="status">
                {words.live.off}
              </Badge>
            )}
          </Group>
          <Group gap="xs" wrap="nowrap">
            <Button variant="default" size="xs" visibleFrom="sm" leftSection={<IconSearch size={15} aria-hidden />} rightSection={<Kbd size="xs">{words.keys.paletteKeys}</Kbd>} onClick={openPalette}>
              {words.palette.open}
            </Button>
            <ActionIcon variant="default" size="lg" hiddenFrom="sm" aria-label={words.palette.open} onClick={openPalette}>
              <IconSearch size={18} aria-hidden />
            </ActionIcon>
            <Tooltip label={words.keys.title}>
              <ActionIcon variant="subtle" color="gray" size="lg" visibleFrom="sm" aria-label={words.keys.title} onClick={showKeys}>
                <IconKeyboard size={20} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" bg="var(--patchboard-surface)">
        <Stack justify="space-between" h="100%">
          <nav aria-label={words.nav.main}>
            {places.map(({ to, label, icon: Icon, key }) => (
              <Tooltip key={to} label={key === null ? label : `g ${words.keys.thenKey} ${key}`} position="right" openDelay={800}>
                <NavLink
                  renderRoot={(props) => <Link to={to} {...props} />}
                  label={label}
                  leftSection={<Icon size={19} stroke={1.7} aria-hidden />}
                  active={pathname.startsWith(to) || (to === '/integrations' && pathname.startsWith('/connections'))}
                  onClick={close}
                  style={{ borderRadius: 'var(--mantine-radius-md)' }}
                  my={2}
                />
              </Tooltip>
            ))}
          </nav>
          <UserMenu me={me} showKeys={showKeys} />
        </Stack>
      </AppShell.Navbar>
      <AppShell.Main>
        <Suspense>
          {own.data === undefined || own.data.writesToTrackers ? null : <CopyBanner because={own.data.because} />}
        </Suspense>
        <Outlet />
      </AppShell.Main>
      <Suspense>
        {wanted === 0 ? null : <Palette wanted={wanted} showKeys={showKeys} />}
        {sheet ? <KeysSheet opened onClose={closeSheet} /> : null}
      </Suspense>
    </AppShell>
  );
}
