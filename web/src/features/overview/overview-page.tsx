import { Anchor, Badge, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { z } from 'zod';
import type { activitySummary } from '../../../../src/contracts/api/sync.ts';
import { api } from '../../api.ts';
import { Failed, Loading, Severity, Status } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';

type Summary = z.infer<typeof activitySummary>;

/** How many there are, where they stand, and what needs a person. Each number leads to its list. */
export function OverviewPage() {
  const summary = useQuery({ queryKey: ['summary'], queryFn: () => api<Summary>('GET', '/activity/summary') });
  if (summary.isPending) {
    return <Loading />;
  }
  if (summary.error !== null) {
    return <Failed error={summary.error} retry={() => void summary.refetch()} />;
  }
  const { openBySeverity, byStatus, connections, holds } = summary.data;
  return (
    <Stack>
      <Title order={1} size="h2">
        {words.nav.overview}
      </Title>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Tile title={words.overview.open}>
          {['critical', 'high', 'medium', 'low', 'informational'].map((severity) => (
            <Line key={severity} count={openBySeverity[severity] ?? 0} search={{ severity: [severity] }}>
              <Severity severity={severity} />
            </Line>
          ))}
        </Tile>
        <Tile title={words.overview.byStatus}>
          {Object.keys(words.status).map((status) => (
            <Line key={status} count={byStatus[status] ?? 0} search={{ status: [status] }}>
              <Status status={status} />
            </Line>
          ))}
        </Tile>
        <Tile title={words.overview.connections}>
          {connections.length === 0 ? <Text c="dimmed">{words.overview.noConnections}</Text> : null}
          {connections.map((connection) => (
            <Group key={connection.id} justify="space-between">
              <Anchor renderRoot={(props) => <Link to="/integrations" {...props} />}>{connection.name}</Anchor>
              <Badge variant="default" tt="none">
                {connection.state === 'active' ? words.health['healthy'] : connection.state} · {connection.waiting} waiting
              </Badge>
            </Group>
          ))}
        </Tile>
        <Tile title={words.holds.title}>
          <Text>{holds === 0 ? words.holds.none : words.overview.held(holds)}</Text>
        </Tile>
      </SimpleGrid>
    </Stack>
  );
}

function Tile({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <Card withBorder padding="md" component="section" aria-label={title}>
      <Stack gap="xs">
        <Title order={2} size="h4">
          {title}
        </Title>
        {children}
      </Stack>
    </Card>
  );
}

function Line({ count, search, children }: { readonly count: number; readonly search: object; readonly children: React.ReactNode }) {
  return (
    <Group justify="space-between">
      {children}
      <Anchor fw={600} renderRoot={(props) => <Link to="/vulnerabilities" search={search} {...props} />}>
        {count}
      </Anchor>
    </Group>
  );
}
