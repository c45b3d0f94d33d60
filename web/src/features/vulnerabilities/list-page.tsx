import { Anchor, Badge, Button, Chip, Group, Stack, Table, Tabs, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconExternalLink, IconSearch } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ListedVulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { Empty, Failed, Loading, Severity, Status, When } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';
import type { Filters } from './filters.ts';
import { useVulnerabilities } from './queries.ts';
import { placeOf } from './place.ts';

const severities = ['critical', 'high', 'medium', 'low', 'informational'];
const statuses = ['in_progress', 'awaiting_validation', 'fixed', 'risk_accepted', 'false_positive'];

/** All vulnerabilities; every filter is in the address. */
export function ListPage() {
  const filters: Filters = useSearch({ from: '/inside/vulnerabilities' });
  const navigate = useNavigate({ from: '/vulnerabilities' });
  const change = (next: Filters) => void navigate({ search: { ...filters, ...next }, replace: true });
  const list = useVulnerabilities(filters);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack>
      <Title order={1} size="h2">
        {words.nav.vulnerabilities}
      </Title>
      <Bar filters={filters} change={change} />
      {list.isPending ? <Loading /> : null}
      {list.error === null ? null : <Failed error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && rows.length === 0 ? <Nothing filters={filters} clear={() => void navigate({ search: {}, replace: true })} /> : null}
      {rows.length > 0 ? <Rows rows={rows} /> : null}
      {rows.length > 0 ? (
        <Group justify="space-between">
          <Text size="sm" c="dimmed" aria-live="polite">
            {words.list.shown(rows.length, list.data?.pages[0]?.total)}
          </Text>
          {list.hasNextPage ? (
            <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {words.more}
            </Button>
          ) : null}
        </Group>
      ) : null}
    </Stack>
  );
}

function Bar({ filters, change }: { readonly filters: Filters; readonly change: (next: Filters) => void }) {
  const search = useDebouncedCallback((q: string) => change({ q: q === '' ? undefined : q }), 250);
  const tab = filters.status === undefined ? 'open' : filters.status.length === 1 ? (filters.status[0] ?? 'open') : 'open';
  return (
    <Stack gap="sm">
      <Tabs value={tab} onChange={(value) => change({ status: value === 'open' || value === null ? undefined : [value] })}>
        <Tabs.List aria-label={words.list.statusTabs}>
          <Tabs.Tab value="open">{words.list.open}</Tabs.Tab>
          {statuses.map((status) => (
            <Tabs.Tab key={status} value={status}>
              {words.status[status]}
            </Tabs.Tab>
          ))}
          <Tabs.Tab value="all">{words.list.all}</Tabs.Tab>
        </Tabs.List>
      </Tabs>
      <Group>
        <TextInput
          aria-label={words.list.search}
          placeholder={words.list.search}
          leftSection={<IconSearch size={16} aria-hidden />}
          defaultValue={filters.q ?? ''}
          onChange={(event) => search(event.currentTarget.value)}
          flex="1 1 16rem"
        />
        <Chip.Group multiple value={[...(filters.severity ?? [])]} onChange={(value) => change({ severity: value.length === 0 ? undefined : value })}>
          <Group gap={6}>
            {severities.map((severity) => (
              <Chip key={severity} value={severity} size="xs">
                {words.severity[severity]}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Group>
    </Stack>
  );
}

function Nothing({ filters, clear }: { readonly filters: Filters; readonly clear: () => void }) {
  const filtered = Object.values(filters).some((value) => value !== undefined);
  return filtered ? (
    <Empty
      action={
        <Button variant="default" onClick={clear}>
          {words.list.clear}
        </Button>
      }
    >
      {words.list.empty}
    </Empty>
  ) : (
    <Empty>{words.list.emptyAll}</Empty>
  );
}

function Rows({ rows }: { readonly rows: readonly ListedVulnerability[] }) {
  return (
    <Table.ScrollContainer minWidth={720}>
      <Table highlightOnHover verticalSpacing="xs" stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.list.columns["id"]}</Table.Th>
            <Table.Th>{words.list.columns["severity"]}</Table.Th>
            <Table.Th>{words.list.columns["title"]}</Table.Th>
            <Table.Th>{words.list.columns["status"]}</Table.Th>
            <Table.Th>{words.list.columns["card"]}</Table.Th>
            <Table.Th>{words.list.columns["lastSeen"]}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Row key={row.id} row={row} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ row }: { readonly row: ListedVulnerability }) {
  return (
    <Table.Tr>
      <Table.Td>{row.id}</Table.Td>
      <Table.Td>
        <Severity severity={row.severity} />
      </Table.Td>
      <Table.Td maw={480}>
        <Anchor renderRoot={(props) => <Link to="/vulnerabilities/$id" params={{ id: row.id }} {...props} />} fw={500} lineClamp={2}>
          {row.title}
        </Anchor>
        <Text size="xs" c="dimmed" truncate>
          {row.assetName} · {placeOf(row.location)}
        </Text>
      </Table.Td>
      <Table.Td>
        <Status status={row.status} />
      </Table.Td>
      <Table.Td>
        <Group gap={6}>
          {row.links.map((link) =>
            link.url === null ? (
              <Badge key={link.id} variant="default" radius="sm" tt="none">
                {words.link[link.state]}
              </Badge>
            ) : (
              <Anchor key={link.id} href={link.url} target="_blank" rel="noreferrer" size="sm">
                {link.key} <IconExternalLink size={13} aria-label={words.list.opensTracker} />
              </Anchor>
            ),
          )}
        </Group>
      </Table.Td>
      <Table.Td>
        <When time={row.lastSeenAt} />
      </Table.Td>
    </Table.Tr>
  );
}
