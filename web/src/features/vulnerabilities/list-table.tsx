import { Checkbox, Table } from '@mantine/core';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { lazy, memo, Suspense, useCallback } from 'react';
import type { ListedVulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { TableFrame } from '../../kit/table-frame.tsx';
import { words } from '../../words/words.ts';
import type { Look } from './columns.ts';
import { columnLabel } from './columns.ts';
import { ListRow } from './list-row.tsx';
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

export const ListTable = memo(function TheTable({ rows, look, selection, current }: Facts) {
  const navigate = useNavigate();
  const router = useRouter();
  const open = useCallback((id: string) => void navigate({ to: '/vulnerabilities/$id', params: { id } }), [navigate]);
  const foresee = useCallback((id: string) => void router.preloadRoute({ to: '/vulnerabilities/$id', params: { id } }), [router]);
  const allSelected = rows.length > 0 && rows.every(({ id }) => selection.ids.has(id));
  const draw = (index: number) => {
    const row = rows[index];
    return row === undefined ? null : (
      <ListRow key={row.id} index={index} row={row} look={look} selected={selection.ids.has(row.id)} isCurrent={index === current} toggle={selection.toggle} open={open} foresee={foresee} />
    );
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
});
