import { Anchor, Badge, Checkbox, Group, Table, Text } from '@mantine/core';
import { IconAlertTriangle, IconExternalLink } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, memo, Suspense } from 'react';
import type { ListedVulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { Severity, Status, When } from '../../kit/faces.tsx';
import { TableFrame } from '../../kit/table-frame.tsx';
import { words } from '../../words/words.ts';
import type { Column, Look } from './columns.ts';
import { columnLabel } from './columns.ts';
import { placeOf } from './place.ts';
import type { Selection } from './selection.ts';

interface Facts {
  readonly rows: readonly ListedVulnerability[];
  readonly look: Look;
  readonly selection: Selection;
  readonly current: number;
}

/** Above so many rows only those in sight are drawn. */
const drawnMax = 200;

const RowsInSight = lazy(() => import('./rows-in-sight.tsx').then(({ RowsInSight: component }) => ({ default: component })));

export function ListTable({ rows, look, selection, current }: Facts) {
  const allSelected = rows.length > 0 && rows.every(({ id }) => selection.ids.has(id));
  const draw = (index: number) => {
    const row = rows[index];
    return row === undefined ? null : <Row key={row.id} index={index} row={row} look={look} selection={selection} isCurrent={index === current} />;
  };
  return (
    <TableFrame label={words.nav.vulnerabilities} minWidth={720} dense={look.dense}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={40}>
            <Checkbox aria-label={words.list.selectShown} checked={allSelected} indeterminate={!allSelected && selection.ids.size > 0} onChange={() => selection.replace(allSelected ? [] : rows.map(({ id }) => id))} />
          </Table.Th>
          <Table.Th w={70}>{columnLabel('id')}</Table.Th>
          <Table.Th w={120}>{columnLabel('severity')}</Table.Th>
          <Table.Th>{columnLabel('title')}</Table.Th>
          {look.columns.map((column) => (
            <Table.Th key={column}>{columnLabel(column)}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Suspense fallback={<Table.Tbody>{rows.slice(0, drawnMax).map((_row, index) => draw(index))}</Table.Tbody>}>
        {rows.length > drawnMax ? <RowsInSight count={rows.length} height={look.dense ? 44 : 62} width={4 + look.columns.length} draw={draw} /> : <Table.Tbody>{rows.map((_row, index) => draw(index))}</Table.Tbody>}
      </Suspense>
    </TableFrame>
  );
}

interface RowFacts {
  readonly index: number;
  readonly row: ListedVulnerability;
  readonly look: Look;
  readonly selection: Selection;
  readonly isCurrent: boolean;
}

/** While one scrolls, a row that stays in sight is not drawn again. */
const Row = memo(function OneRow({ index, row, look, selection, isCurrent }: RowFacts) {
  const selected = selection.ids.has(row.id);
  return (
    <Table.Tr data-index={index} data-current={isCurrent ? true : undefined} bg={selected ? 'var(--patchboard-selected)' : undefined} style={isCurrent ? { outline: '2px solid var(--mantine-primary-color-filled)', outlineOffset: -2 } : undefined}>
      <Table.Td>
        <Checkbox
          aria-label={words.list.selectRow(row.id)}
          checked={selected}
          onChange={() => {}}
          onClick={(event) => selection.toggle(row.id, event.shiftKey)}
        />
      </Table.Td>
      <Table.Td>
        <Text size="sm" c="dimmed">
          #{row.id}
        </Text>
      </Table.Td>
      <Table.Td>
        <Severity severity={row.severity} />
      </Table.Td>
      <Table.Td maw={520}>
        <Anchor renderRoot={(props) => <Link to="/vulnerabilities/$id" params={{ id: row.id }} {...props} />} fw={550} size="sm" lineClamp={look.dense ? 1 : 2}>
          {row.title}
        </Anchor>
        <Text size="xs" c="dimmed" truncate title={placeOf(row.location)}>
          {row.assetName} · {placeOf(row.location)}
        </Text>
      </Table.Td>
      {look.columns.map((column) => (
        <Table.Td key={column} fz="sm">
          <Cell column={column} row={row} />
        </Table.Td>
      ))}
    </Table.Tr>
  );
});

function Cell({ column, row }: { readonly column: Column; readonly row: ListedVulnerability }) {
  switch (column) {
    case 'status':
      return <Status status={row.status} />;
    case 'card':
      return <Cards row={row} />;
    case 'due':
      return <Due at={row.dueAt} />;
    case 'lastSeen':
      return <When time={row.lastSeenAt} />;
    case 'created':
      return <When time={row.firstSeenAt} />;
    case 'tool':
      return <Text size="sm">{row.tool}</Text>;
  }
}

export function Due({ at }: { readonly at: string | null }) {
  if (at === null) {
    return null;
  }
  return Date.parse(at) < Date.now() ? (
    <Group gap={4} wrap="nowrap">
      <Badge color="#a51111" radius="sm" tt="none" leftSection={<IconAlertTriangle size={12} aria-hidden />}>
        {words.list.overdue}
      </Badge>
      <When time={at} />
    </Group>
  ) : (
    <When time={at} />
  );
}

function Cards({ row }: { readonly row: ListedVulnerability }) {
  return (
    <Group gap={6}>
      {row.links.map((link) =>
        link.url === null || link.state !== 'linked' ? (
          <Badge key={link.id} variant="default" radius="sm" tt="none">
            {words.link[link.state]}
          </Badge>
        ) : (
          <Anchor key={link.id} href={link.url} target="_blank" rel="noreferrer" size="sm" style={{ whiteSpace: 'nowrap' }}>
            {link.key} <IconExternalLink size={13} aria-label={words.list.opensTracker} />
          </Anchor>
        ),
      )}
    </Group>
  );
}
