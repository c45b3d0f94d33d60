import { Anchor, Button, Group, Select, Table, Tabs, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconActivity, IconRefresh } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ConnectionBody } from '../../../../src/contracts/api/connections.ts';
import type { Delivery } from '../../../../src/contracts/api/sync.ts';
import { api } from '../../api.ts';
import { Empty, Failed, Loading, When } from '../../kit/faces.tsx';
import { Page } from '../../kit/page.tsx';
import { TableFrame } from '../../kit/table-frame.tsx';
import type { ActivitySearch } from '../../shell/router.tsx';
import { words } from '../../words/words.ts';
import { DeliveryDrawer } from './delivery-drawer.tsx';
import { HoldsPanel } from './holds-panel.tsx';
import { OutcomeBadge } from './outcome-badge.tsx';
import { deliveryQuery, retryAll, useDeliveries } from './queries.ts';

const outcomes = ['failed', 'waiting', 'held', 'succeeded', 'superseded', 'discarded'];
const { activity } = words;

/** Every delivery, in and out, with the tracker's own words. */
export function ActivityPage() {
  const search = useSearch({ from: '/inside/activity' });
  const navigate = useNavigate({ from: '/activity' });
  const change = (next: ActivitySearch) => void navigate({ search: { ...search, ...next }, replace: true });
  const isHolds = search.outcome === 'holds';
  return (
    <Page title={words.nav.activity} lead={activity.lead}>
      <Tabs value={search.outcome ?? 'all'} onChange={(value) => change({ outcome: value === 'all' || value === null ? undefined : value })}>
        <Tabs.List aria-label={activity.tabs}>
          <Tabs.Tab value="all">{activity.all}</Tabs.Tab>
          {outcomes.map((outcome) => (
            <Tabs.Tab key={outcome} value={outcome}>
              {words.outcome[outcome]}
            </Tabs.Tab>
          ))}
          <Tabs.Tab value="holds">{words.holds.title}</Tabs.Tab>
        </Tabs.List>
      </Tabs>
      {isHolds ? <HoldsPanel /> : <Deliveries search={search} change={change} />}
      {search.delivery === undefined ? null : <DeliveryDrawer id={search.delivery} onClose={() => change({ delivery: undefined })} />}
    </Page>
  );
}

interface Facts {
  readonly search: ActivitySearch;
  readonly change: (next: ActivitySearch) => void;
}

function Deliveries({ search, change }: Facts) {
  const list = useDeliveries(search);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = deliveryQuery(search).size > 0;
  return (
    <>
      <Filters search={search} change={change} />
      {list.isPending ? <Loading /> : null}
      {list.error === null ? null : <Failed error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 ? (
        <Empty
          icon={<IconActivity size={44} stroke={1.3} aria-hidden />}
          action={
            filtered ? (
              <Button variant="default" onClick={() => change({ outcome: undefined, direction: undefined, connectionId: undefined, vulnerabilityId: undefined })}>
                {words.list.clear}
              </Button>
            ) : (
              <Button renderRoot={(props) => <Link to="/integrations" {...props} />}>{words.overview.connect}</Button>
            )
          }
        >
          {filtered ? activity.empty : activity.emptyAll}
        </Empty>
      ) : null}
      {items.length > 0 ? <Rows rows={items} open={(delivery) => change({ delivery })} /> : null}
      {list.hasNextPage ? (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()} style={{ alignSelf: 'center' }}>
          {words.more}
        </Button>
      ) : null}
    </>
  );
}

function Filters({ search, change }: Facts) {
  const connections = useQuery({ queryKey: ['connections'], queryFn: () => api<{ items: readonly ConnectionBody[] }>('GET', '/connections') });
  const queries = useQueryClient();
  const retry = useMutation({
    mutationFn: () => retryAll(search),
    onSuccess: (count) => {
      notifications.show({ message: activity.retried(count), color: 'green' });
      return queries.invalidateQueries();
    },
  });
  const canRetry = search.outcome === 'failed' || search.outcome === 'waiting';
  return (
    <Group align="flex-end">
      <Select
        label={activity.direction}
        value={search.direction ?? 'any'}
        allowDeselect={false}
        onChange={(value) => change({ direction: value === 'any' || value === null ? undefined : value })}
        data={[
          { value: 'any', label: activity.anyDirection },
          { value: 'outbound', label: activity.outbound },
          { value: 'inbound', label: activity.inbound },
        ]}
      />
      <Select
        label={activity.connection}
        value={search.connectionId ?? 'any'}
        allowDeselect={false}
        onChange={(value) => change({ connectionId: value === 'any' || value === null ? undefined : value })}
        data={[{ value: 'any', label: activity.anyConnection }, ...(connections.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
      />
      <TextInput
        type="search"
        label={activity.search}
        defaultValue={search.vulnerabilityId ?? ''}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            const value = event.currentTarget.value.replace('#', '').trim();
            change({ vulnerabilityId: value === '' ? undefined : value });
          }
        }}
      />
      {canRetry ? (
        <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} loading={retry.isPending} onClick={() => retry.mutate()}>
          {activity.retryAll}
        </Button>
      ) : null}
      {retry.error === null ? null : <Failed error={retry.error} />}
    </Group>
  );
}

function Rows({ rows, open }: { readonly rows: readonly Delivery[]; readonly open: (id: string) => void }) {
  return (
    <TableFrame label={words.nav.activity} minWidth={860}>
      <Table.Thead>
        <Table.Tr>
          {activity.columns.map((column) => (
            <Table.Th key={column}>{column}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.id}>
            <Table.Td>
              <Anchor component="button" type="button" onClick={() => open(row.id)}>
                <When time={row.createdAt} />
              </Anchor>
            </Table.Td>
            <Table.Td>{row.direction === 'outbound' ? activity.to(row.connectionName) : activity.from(row.connectionName)}</Table.Td>
            <Table.Td>{words.act[row.act] ?? row.act}</Table.Td>
            <Table.Td>
              {row.vulnerabilityId === null ? null : (
                <Anchor size="sm" renderRoot={(props) => <Link to="/vulnerabilities/$id" params={{ id: row.vulnerabilityId ?? '' }} {...props} />}>
                  #{row.vulnerabilityId}
                </Anchor>
              )}
            </Table.Td>
            <Table.Td>
              <OutcomeBadge outcome={row.outcome} />
            </Table.Td>
            <Table.Td maw={420}>
              <Text size="sm" lineClamp={2}>
                {row.message}
              </Text>
              {row.outcome === 'failed' && row.hint !== null ? (
                <Text size="xs" c="dimmed" lineClamp={2}>
                  {row.hint}
                </Text>
              ) : null}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </TableFrame>
  );
}
