import { Anchor, Badge, Stack, Table, Tabs, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Delivery } from '../../../../src/contracts/api/sync.ts';
import { api } from '../../api.ts';
import { Empty, Failed, Loading, When } from '../../kit/faces.tsx';
import { words } from '../../words.ts';

const outcomes = ['all', 'waiting', 'failed', 'succeeded', 'superseded', 'discarded'];
const colors: Readonly<Record<string, string>> = { failed: '#a51111', waiting: '#8a6100', succeeded: '#1f6f35' };

/** Every delivery, in and out, with the tracker's own words. */
export function ActivityPage() {
  const [outcome, setOutcome] = useState('all');
  const query = outcome === 'all' ? '' : `&outcome=${outcome}`;
  const list = useQuery({ queryKey: ['deliveries', outcome], queryFn: () => api<{ items: readonly Delivery[] }>('GET', `/deliveries?limit=100${query}`) });
  return (
    <Stack>
      <Title order={1} size="h2">
        {words.nav.activity}
      </Title>
      <Tabs value={outcome} onChange={(value) => setOutcome(value ?? 'all')}>
        <Tabs.List aria-label="Outcome">
          {outcomes.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {words.outcome[one] ?? words.list.all}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      {list.isPending ? <Loading /> : null}
      {list.error === null ? null : <Failed error={list.error} retry={() => void list.refetch()} />}
      {list.data?.items.length === 0 ? <Empty>{words.activity.empty}</Empty> : null}
      {list.data !== undefined && list.data.items.length > 0 ? <Rows rows={list.data.items} /> : null}
    </Stack>
  );
}

function Rows({ rows }: { readonly rows: readonly Delivery[] }) {
  return (
    <Table.ScrollContainer minWidth={800}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            {words.activity.columns.map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td>
                <When time={row.createdAt} />
              </Table.Td>
              <Table.Td>{row.direction === 'outbound' ? 'to' : 'from'} {row.connectionName}</Table.Td>
              <Table.Td>{row.act}</Table.Td>
              <Table.Td>
                {row.vulnerabilityId === null ? null : (
                  <Anchor renderRoot={(props) => <Link to="/vulnerabilities/$id" params={{ id: row.vulnerabilityId ?? '' }} {...props} />}>{row.vulnerabilityId}</Anchor>
                )}
              </Table.Td>
              <Table.Td>
                <Badge color={colors[row.outcome] ?? '#495057'} radius="sm" tt="none" autoContrast>
                  {words.outcome[row.outcome] ?? row.outcome}
                </Badge>
              </Table.Td>
              <Table.Td maw={420}>
                <Text size="sm" lineClamp={2}>
                  {row.message}
                </Text>
                <Text size="xs" c="dimmed" lineClamp={2}>
                  {row.outcome === 'failed' ? row.hint : null}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
