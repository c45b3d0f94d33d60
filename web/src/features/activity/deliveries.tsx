import { Anchor, Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconActivity, IconRefresh, IconSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Delivery } from '../../../../src/contracts/api/sync.ts';
import { api } from '../../api.ts';
import { Confirm } from '../../kit/confirm.tsx';
import { Empty, Failed, Loading, When } from '../../kit/faces.tsx';
import { Only } from '../../kit/only.tsx';
import { TableFrame } from '../../kit/table-frame.tsx';
import type { ActivitySearch } from '../../shell/router.tsx';
import { words } from '../../words/words.ts';
import { useConnections } from '../integrations/queries.ts';
import { OutcomeBadge } from './outcome-badge.tsx';
import { deliveryFilter, useDeliveries } from './queries.ts';

const { activity } = words;

interface Facts {
  readonly search: ActivitySearch;
  readonly change: (next: ActivitySearch) => void;
  /** How many match. */
  readonly count: number | undefined;
}

export function Deliveries({ search, change, count }: Facts) {
  const list = useDeliveries(search);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.keys(deliveryFilter(search)).length > 0;
  const clear = () => change({ group: undefined, outcome: undefined, direction: undefined, connectionId: undefined, vulnerabilityId: undefined, errorClass: undefined, q: undefined });
  return (
    <>
      <Filters search={search} change={change} count={count} />
      {list.isPending ? <Loading /> : null}
      {list.error === null ? null : <Failed error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 ? (
        <Empty
          icon={<IconActivity size={44} stroke={1.3} aria-hidden />}
          action={
            filtered ? (
              <Button variant="default" onClick={clear}>
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

const retryable = ['failed', 'neverCompleted', 'waiting'];

function Filters({ search, change, count }: Facts) {
  const connections = useConnections();
  const [retrying, retry] = useDisclosure();
  const [q, setQ] = useState(search.q ?? '');
  const commit = () => change({ q: q.trim() === '' ? undefined : q.trim() });
  const retryAll = async () => {
    const { retried } = await api<{ retried: number }>('POST', '/deliveries/retry', deliveryFilter(search));
    notifications.show({ message: activity.retried(retried), color: 'green' });
  };
  const any = (value: string | null) => (value === 'any' || value === null ? undefined : value);
  return (
    <Group align="flex-end">
      <TextInput
        type="search"
        label={activity.search}
        placeholder={activity.searchHint}
        leftSection={<IconSearch size={16} aria-hidden />}
        w={370}
        value={q}
        onChange={(event) => setQ(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => (event.key === 'Enter' ? commit() : undefined)}
      />
      <Select
        label={activity.direction}
        value={search.direction ?? 'any'}
        allowDeselect={false}
        onChange={(value) => change({ direction: any(value) })}
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
        onChange={(value) => change({ connectionId: any(value) })}
        data={[{ value: 'any', label: activity.anyConnection }, ...(connections.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
      />
      <Select
        label={activity.errorClass}
        value={search.errorClass ?? 'any'}
        allowDeselect={false}
        onChange={(value) => change({ errorClass: any(value) })}
        data={[{ value: 'any', label: activity.anyErrorClass }, ...Object.entries(activity.errorClasses).map(([value, label]) => ({ value, label }))]}
      />
      {retryable.includes(search.group ?? '') && count !== undefined && count > 0 ? (
        <Only role="analyst">
          <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden />} onClick={retry.open}>
            {activity.retryAll}
          </Button>
        </Only>
      ) : null}
      {retrying ? (
        <Confirm title={activity.retryAllTitle} label={activity.retryAll} onClose={retry.close} act={retryAll}>
          {activity.retryAllWhat(count ?? 0)}
        </Confirm>
      ) : null}
    </Group>
  );
}

function Rows({ rows, open }: { readonly rows: readonly Delivery[]; readonly open: (id: string) => void }) {
  return (
    <TableFrame label={words.nav.activity} minWidth={920}>
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
              <Anchor component="button" type="button" size="sm" onClick={() => open(row.id)}>
                <When time={row.createdAt} />
              </Anchor>
            </Table.Td>
            <Table.Td>{row.direction === 'outbound' ? activity.to(row.connectionName) : activity.from(row.connectionName)}</Table.Td>
            <Table.Td>{words.act[row.act] ?? row.act}</Table.Td>
            <Table.Td maw={260}>
              {row.vulnerabilityId === null ? (
                (row.card?.key ?? null)
              ) : (
                <Stack gap={0}>
                  <Anchor size="sm" truncate renderRoot={(props) => <Link to="/vulnerabilities/$id" params={{ id: row.vulnerabilityId ?? '' }} {...props} />}>
                    #{row.vulnerabilityId} {row.vulnerabilityTitle}
                  </Anchor>
                  {row.card === null ? null : (
                    <Text size="xs" c="dimmed">
                      {row.card.key}
                    </Text>
                  )}
                </Stack>
              )}
            </Table.Td>
            <Table.Td>
              <OutcomeBadge outcome={row.outcome} />
            </Table.Td>
            <Table.Td maw={420}>
              <Text size="sm" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                {row.errorClass === null ? null : (
                  <Text span fw={600}>
                    {activity.errorClasses[row.errorClass] ?? row.errorClass}:{' '}
                  </Text>
                )}
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
