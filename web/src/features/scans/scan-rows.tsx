import { Anchor, Badge, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Scan } from '../../../../src/contracts/api/scans.ts';
import { When } from '../../kit/faces.tsx';
import { TableFrame } from '../../kit/table-frame.tsx';
import { words } from '../../words/words.ts';
import { ScanResult } from './scan-result.tsx';

const colors: Readonly<Record<string, string>> = { completed: '#1f6f35', failed: '#a51111', held: '#8a6100' };

export function ScanStatus({ status }: { readonly status: string }) {
  return (
    <Badge color={colors[status] ?? '#495057'} radius="sm" tt="none" autoContrast>
      {words.scans.status[status] ?? status}
    </Badge>
  );
}

/** `assets`: id → name; null where all belong to one. */
export function ScanRows({ items, assets }: { readonly items: readonly Scan[]; readonly assets: ReadonlyMap<string, string> | null }) {
  const columns = words.scans.columns.filter((_column, index) => assets !== null || index !== 1);
  return (
    <TableFrame label={words.nav.scans} minWidth={620}>
      <Table.Thead>
        <Table.Tr>
          {columns.map((column) => (
            <Table.Th key={column}>{column}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((scan) => (
          <Table.Tr key={scan.id}>
            <Table.Td>
              <Anchor size="sm" renderRoot={(props) => <Link to="/scans/$id" params={{ id: scan.id }} {...props} />}>
                <When time={scan.startedAt} />
              </Anchor>
            </Table.Td>
            {assets === null ? null : (
              <Table.Td>
                <Anchor size="sm" renderRoot={(props) => <Link to="/assets/$id" params={{ id: scan.assetId }} {...props} />}>
                  {assets.get(scan.assetId) ?? scan.assetId.slice(0, 8)}
                </Anchor>
              </Table.Td>
            )}
            <Table.Td>
              <Text size="sm">{scan.kind === 'report' ? (scan.tool ?? words.scans.kind[scan.kind]) : words.scans.kind[scan.kind]}</Text>
              <Text size="xs" c="dimmed">
                {[words.scans.trigger[scan.trigger], scan.branch, scan.category].filter((word) => word !== null).join(' · ')}
              </Text>
            </Table.Td>
            <Table.Td>
              <ScanStatus status={scan.status} />
            </Table.Td>
            <Table.Td>
              <ScanResult scan={scan} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </TableFrame>
  );
}
