import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBug, IconConfetti, IconPlus } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useDeferredValue, useMemo, useState } from 'react';
import type { ListedVulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { Empty, Failed, Loading } from '../../kit/faces.tsx';
import { Only } from '../../kit/only.tsx';
import { Page } from '../../kit/page.tsx';
import { words } from '../../words/words.ts';
import { useLook } from './columns.ts';
import type { Filters } from './filters.ts';
import { filterQuery, isNarrowed, openStatuses } from './filters.ts';
import { ListBar } from './list-bar.tsx';
import { useListKeys } from './list-keys.ts';
import { ListTable } from './list-table.tsx';
import { useCounts, useVulnerabilities } from './queries.ts';
import { useSelection } from './selection.ts';

const BulkBar = lazy(() => import('./bulk-bar.tsx').then(({ BulkBar: component }) => ({ default: component })));
const EntryForm = lazy(() => import('./entry-form.tsx').then(({ EntryForm: component }) => ({ default: component })));

/** All vulnerabilities; every filter is in the address. */
export function ListPage() {
  const filters: Filters = useSearch({ from: '/inside/vulnerabilities' });
  const navigate = useNavigate({ from: '/vulnerabilities' });
  const replace = (next: Filters) => void navigate({ search: next, replace: true });
  const change = (next: Filters) => replace({ ...filters, ...next });
  const list = useVulnerabilities(filters);
  const counts = useCounts(filters);
  const [look, setLook] = useLook();
  const [entering, entry] = useDisclosure();
  const [current, setCurrent] = useState(-1);
  const answered = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  // Drawn a few at a time, so that a long answer holds up neither typing nor scrolling.
  const rows = useDeferredValue(answered, nothingYet);
  const ids = useMemo(() => rows.map(({ id }) => id), [rows]);
  const listed = filterQuery(filters).toString();
  const selection = useSelection(ids, listed);
  const total = counts.data === undefined ? undefined : sumOf(counts.data.byStatus, filters.status ?? openStatuses);
  useListKeys(current, {
    count: rows.length,
    move: (row) => {
      setCurrent(row);
      document.querySelector(`tr[data-index="${row}"]`)?.scrollIntoView({ block: 'nearest' });
    },
    select: (row, range) => selection.toggle(rows[row]?.id ?? '', range),
    open: (row) => void navigate({ to: '/vulnerabilities/$id', params: { id: rows[row]?.id ?? '' } }),
  });
  const add = (
    <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={entry.open}>
      {words.list.enter}
    </Button>
  );
  return (
    <Page title={words.nav.vulnerabilities} actions={<Only role="analyst">{add}</Only>}>
      <ListBar filters={filters} change={change} replace={replace} counts={counts.data} look={look} setLook={setLook} />
      {list.isPending || (rows.length === 0 && answered.length > 0) ? <Loading /> : null}
      {list.error === null ? null : <Failed error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && answered.length === 0 ? <Nothing filters={filters} known={sumOf(counts.data?.byStatus ?? {}, ['all'])} clear={() => replace({})} /> : null}
      {rows.length > 0 ? <ListTable rows={rows} look={look} selection={selection} current={current} /> : null}
      {rows.length > 0 ? (
        <Group justify="space-between">
          <Text size="sm" c="dimmed" aria-live="polite">
            {words.list.shown(rows.length, total)}
          </Text>
          {list.hasNextPage ? (
            <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {words.more}
            </Button>
          ) : null}
        </Group>
      ) : null}
      <Suspense>
        {selection.ids.size === 0 ? null : (
          <Only role="developer">
            <BulkBar key={listed} selection={selection} filters={filters} total={total} />
          </Only>
        )}
        {entering ? <EntryForm onClose={entry.close} /> : null}
      </Suspense>
    </Page>
  );
}

const nothingYet: readonly ListedVulnerability[] = [];

function sumOf(byStatus: Readonly<Record<string, number>>, statuses: readonly string[]): number {
  return Object.entries(byStatus).reduce((sum, [status, count]) => (statuses.includes('all') || statuses.includes(status) ? sum + count : sum), 0);
}

function Nothing({ filters, known, clear }: { readonly filters: Filters; readonly known: number; readonly clear: () => void }) {
  if (isNarrowed(filters)) {
    return (
      <Empty
        icon={<IconBug size={44} stroke={1.3} aria-hidden />}
        action={
          <Button variant="default" onClick={clear}>
            {words.list.clear}
          </Button>
        }
      >
        {words.list.empty}
      </Empty>
    );
  }
  if (known > 0) {
    return <Empty icon={<IconConfetti size={44} stroke={1.3} aria-hidden />}>{words.list.allFixed}</Empty>;
  }
  return (
    <Empty icon={<IconBug size={44} stroke={1.3} aria-hidden />} action={<Button renderRoot={(props) => <Link to="/scans" search={{ upload: true }} {...props} />}>{words.list.upload}</Button>}>
      {words.list.emptyAll}
    </Empty>
  );
}
