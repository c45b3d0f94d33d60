import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type { auditEntry } from '../../../../src/contracts/api/people.ts';
import { api } from '../../api.ts';
import { Failed, Loading, When } from '../../kit/faces.tsx';
import { TableFrame } from '../../kit/table-frame.tsx';
import { words } from '../../words/words.ts';

const text = words.settings;
interface Page {
  readonly items: readonly z.infer<typeof auditEntry>[];
  readonly nextCursor: string | null;
}

export function AuditTab() {
  const list = useInfiniteQuery({
    queryKey: ['audit'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => api<Page>('GET', `/audit?limit=50${pageParam === null ? '' : `&cursor=${pageParam}`}`),
    getNextPageParam: (page) => page.nextCursor,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack>
      <Group justify="space-between">
        <Text c="dimmed">{text.auditLead}</Text>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} component="a" href="/api/v1/audit/export" download>
          {text.auditExport}
        </Button>
      </Group>
      {list.isPending ? <Loading /> : null}
      {list.error === null ? null : <Failed error={list.error} />}
      {items.length === 0 ? null : (
        <TableFrame label={text.audit} minWidth={760}>
          <Table.Thead>
            <Table.Tr>
              {text.auditColumns.map((column) => (
                <Table.Th key={column}>{column}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((entry) => (
              <Table.Tr key={entry.id}>
                <Table.Td>
                  <When time={entry.at} />
                </Table.Td>
                <Table.Td>{entry.actor.name}</Table.Td>
                <Table.Td>{entry.act}</Table.Td>
                <Table.Td maw={320}>
                  <Text size="sm" truncate title={entry.subject ?? ''}>
                    {entry.subject}
                  </Text>
                </Table.Td>
                <Table.Td>{entry.address}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </TableFrame>
      )}
      {list.hasNextPage ? (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()} style={{ alignSelf: 'center' }}>
          {words.more}
        </Button>
      ) : null}
    </Stack>
  );
}
