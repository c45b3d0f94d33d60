import { Button } from '@mantine/core';
import { IconRadar2, IconUpload } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { Empty, Failed, Loading } from '../../kit/faces.tsx';
import { Page } from '../../kit/page.tsx';
import { words } from '../../words/words.ts';
import { useAssets } from '../assets/queries.ts';
import { useScans } from './queries.ts';
import { ScanRows } from './scan-rows.tsx';

const UploadPanel = lazy(() => import('./upload-panel.tsx').then(({ UploadPanel: component }) => ({ default: component })));

export function ScansPage() {
  const { upload, assetId } = useSearch({ from: '/inside/scans' });
  const navigate = useNavigate({ from: '/scans' });
  const list = useScans(null);
  const assets = useAssets();
  const names = new Map((assets.data?.items ?? []).map(({ id, name }) => [id, name]));
  const items = list.data?.items ?? [];
  const isEmpty = list.isSuccess && items.length === 0;
  const open = (
    <Button leftSection={<IconUpload size={16} aria-hidden />} onClick={() => void navigate({ search: { upload: true } })}>
      {words.scans.upload}
    </Button>
  );
  return (
    <Page title={words.nav.scans} lead={words.scans.lead} actions={upload === true || isEmpty ? null : open}>
      {upload === true ? (
        <Suspense fallback={<Loading />}>
          <UploadPanel assetId={assetId} />
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
    </Page>
  );
}
