import { Alert, Anchor, Button, Stack, Tabs } from '@mantine/core';
import { IconAlertTriangle, IconRadar2, IconUpload } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { lazy, Suspense } from 'react';
import { Empty, Failed, Loading } from '../../kit/faces.tsx';
import { Only } from '../../kit/only.tsx';
import { Page } from '../../kit/page.tsx';
import { words } from '../../words/words.ts';
import { useAssets } from '../assets/queries.ts';
import { useSchedules } from '../schedules/queries.ts';
import { isTroubled } from '../schedules/run-state.tsx';
import { useScans } from './queries.ts';
import { ScanRows } from './scan-rows.tsx';

const UploadPanel = lazy(() => import('./upload-panel.tsx').then(({ UploadPanel: component }) => ({ default: component })));

const SchedulesList = lazy(() => import('../schedules/schedules-list.tsx').then(({ SchedulesList: component }) => ({ default: component })));

export function ScansPage() {
  const { upload, tab } = useSearch({ from: '/inside/scans' });
  const navigate = useNavigate({ from: '/scans' });
  const schedules = tab === 'schedules';
  const list = useScans(null);
  const isEmpty = list.data?.items.length === 0;
  const open = (
    <Only role="analyst">
      <Button leftSection={<IconUpload size={16} aria-hidden />} onClick={() => void navigate({ search: { upload: true } })}>
        {words.scans.upload}
      </Button>
    </Only>
  );
  return (
    <Page title={words.nav.scans} lead={schedules ? words.schedules.lead : words.scans.lead} actions={upload === true || schedules || isEmpty ? null : open}>
      {schedules ? null : <Troubled />}
      <Tabs value={schedules ? 'schedules' : 'scans'} onChange={(value) => void navigate({ search: value === 'schedules' ? { tab: 'schedules' } : {} })} keepMounted={false}>
        <Tabs.List aria-label={words.nav.scans} mb="lg">
          <Tabs.Tab value="scans">{words.schedules.scansTab}</Tabs.Tab>
          <Tabs.Tab value="schedules">{words.schedules.title}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="scans">
          <Scans open={open} />
        </Tabs.Panel>
        <Tabs.Panel value="schedules">
          <Suspense fallback={<Loading />}>
            <SchedulesList />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** A run that is late, was missed or failed is seen where scans are looked at. */
function Troubled() {
  const count = useSchedules(null).data?.items.filter(isTroubled).length ?? 0;
  return count === 0 ? null : (
    <Alert color="yellow" variant="outline" bg="var(--patchboard-surface)" icon={<IconAlertTriangle aria-hidden />} title={words.schedules.trouble(count)}>
      <Anchor size="sm" renderRoot={(props) => <Link to="/scans" search={{ tab: 'schedules' }} {...props} />}>
        {words.schedules.look}
      </Anchor>
    </Alert>
  );
}

function Scans({ open }: { readonly open: ReactNode }) {
  const { upload, assetId, assessmentId } = useSearch({ from: '/inside/scans' });
  const list = useScans(null);
  const assets = useAssets();
  const names = new Map((assets.data?.items ?? []).map(({ id, name }) => [id, name]));
  const items = list.data?.items ?? [];
  const isEmpty = list.isSuccess && items.length === 0;
  return (
    <Stack>
      {upload === true ? (
        <Suspense fallback={<Loading />}>
          <UploadPanel assetId={assetId} assessmentId={assessmentId} />
        </Suspense>
      ) : null}
      {list.isPending ? <Loading /> : null}
      {list.error === null ? null : <Failed error={list.error} retry={() => void list.refetch()} />}
      {isEmpty ? (
        <Empty icon={<IconRadar2 size={44} stroke={1.3} aria-hidden />} action={upload === true ? undefined : open}>
          {words.scans.empty}
        </Empty>
      ) : null}
      {items.length > 0 ? <ScanRows items={items} assets={names} /> : null}
      {list.hasNextPage ? (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()} style={{ alignSelf: 'center' }}>
          {words.more}
        </Button>
      ) : null}
    </Stack>
  );
}
