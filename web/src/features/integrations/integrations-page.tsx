import { Badge, Button, Card, Chip, Group, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconPlugConnected, IconSearch } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { ConnectionBody, TrackerBody } from '../../../../src/contracts/api/connections.ts';
import { Empty, Failed, Loading } from '../../kit/faces.tsx';
import { Page } from '../../kit/page.tsx';
import { words } from '../../words/words.ts';
import { HealthBadge } from './health-badge.tsx';
import { useConnections, useTrackers } from './queries.ts';
import { TrackerMark } from './tracker-mark.tsx';

/** What can be connected, by category, and what is. */
export function IntegrationsPage() {
  const { mine } = useSearch({ from: '/inside/integrations' });
  const navigate = useNavigate({ from: '/integrations' });
  const trackers = useTrackers();
  const connections = useConnections();
  const [q, setQ] = useState('');
  const error = trackers.error ?? connections.error;
  if (error !== null) {
    return (
      <Page title={words.nav.integrations} lead={words.integrations.lead}>
        <Failed error={error} retry={() => void Promise.all([trackers.refetch(), connections.refetch()])} />
      </Page>
    );
  }
  if (trackers.data === undefined || connections.data === undefined) {
    return <Loading />;
  }
  const of = (tracker: TrackerBody) => connections.data.items.filter((one) => one.tracker === tracker.id);
  const shown = trackers.data.items.filter((tracker) => tracker.title.toLowerCase().includes(q.trim().toLowerCase()) && (mine !== true || of(tracker).length > 0));
  return (
    <Page title={words.nav.integrations} lead={words.integrations.lead}>
      <Group>
        <TextInput type="search" aria-label={words.integrations.search} placeholder={words.integrations.search} leftSection={<IconSearch size={16} aria-hidden />} value={q} onChange={(event) => setQ(event.currentTarget.value)} w={280} />
        <Chip.Group value={mine === true ? 'mine' : 'all'} onChange={(value) => void navigate({ search: value === 'mine' ? { mine: true } : {}, replace: true })}>
          <Group gap="xs" role="group" aria-label={words.integrations.categories}>
            <Chip value="all">{words.integrations.allCategories}</Chip>
            <Chip value="mine">{words.integrations.mine}</Chip>
          </Group>
        </Chip.Group>
      </Group>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {words.integrations.category}
        </Title>
        {shown.length === 0 ? <Empty icon={<IconPlugConnected size={44} stroke={1.3} aria-hidden />}>{words.integrations.none}</Empty> : null}
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
          {shown.map((tracker) => (
            <Tracker key={tracker.id} tracker={tracker} connections={of(tracker)} />
          ))}
        </SimpleGrid>
      </Stack>
    </Page>
  );
}

function Tracker({ tracker, connections }: { readonly tracker: TrackerBody; readonly connections: readonly ConnectionBody[] }) {
  const integrate = { to: '/integrations/new/$tracker', params: { tracker: tracker.id } } as const;
  return (
    <Card withBorder padding="lg" bg="var(--patchboard-surface)" component="article" aria-label={tracker.title}>
      <Stack h="100%" justify="space-between">
        <Stack gap="sm">
          <Group wrap="nowrap" align="flex-start">
            <TrackerMark id={tracker.id} title={tracker.title} size={46} />
            <Stack gap={2}>
              <Title order={3} size="h5">
                {tracker.title}
              </Title>
              <Badge variant="default" size="sm" tt="none">
                {words.integrations.category}
              </Badge>
            </Stack>
          </Group>
          <Text size="sm" c="dimmed">
            {tracker.summary}
          </Text>
        </Stack>
        <Stack gap="xs">
          {connections.map((connection) => (
            <Group key={connection.id} justify="space-between" gap="xs">
              <Text size="sm" w="100%" truncate title={connection.name}>
                {connection.name}
              </Text>
              <HealthBadge state={connection.health.state} />
              <Button size="xs" color="#1f6f35" aria-label={`${words.integrations.configure}: ${connection.name}`} renderRoot={(props) => <Link to="/connections/$id" params={{ id: connection.id }} {...props} />}>
                {words.integrations.configure}
              </Button>
            </Group>
          ))}
          <Button fullWidth variant={connections.length === 0 ? 'filled' : 'default'} aria-label={`${connections.length === 0 ? words.integrations.integrate : words.integrations.another}: ${tracker.title}`} renderRoot={(props) => <Link {...integrate} {...props} />}>
            {connections.length === 0 ? words.integrations.integrate : words.integrations.another}
          </Button>
        </Stack>
      </Stack>
    </Card>
  );
}
