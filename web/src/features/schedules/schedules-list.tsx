import { Button, Stack, Text } from '@mantine/core';
import { IconCalendarClock, IconPlus } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { Schedule } from '../../../../src/contracts/api/schedules.ts';
import { Empty, Failed, Loading } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { useMay } from '../../kit/role.ts';
import { words } from '../../words/words.ts';
import { useSchedules } from './queries.ts';
import { ScheduleRows } from './schedule-rows.tsx';

const ScheduleForm = lazy(() => import('./schedule-form.tsx').then(({ ScheduleForm: component }) => ({ default: component })));
const text = words.schedules;

/** All of them, on the screen of scans. */
export function SchedulesList() {
  const list = useSchedules(null);
  const { add, form, edit } = useScheduleForm(null);
  const items = list.data?.items ?? [];
  return (
    <Stack>
      {list.isPending ? <Loading /> : null}
      {list.error === null ? null : <Failed error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 ? (
        <Empty icon={<IconCalendarClock size={44} stroke={1.3} aria-hidden />} action={add}>
          {text.empty}
        </Empty>
      ) : (
        <div>{add}</div>
      )}
      {items.length > 0 ? <ScheduleRows items={items} onEdit={edit} ofOneAsset={false} /> : null}
      {list.hasNextPage ? (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()} style={{ alignSelf: 'center' }}>
          {words.more}
        </Button>
      ) : null}
      {form}
    </Stack>
  );
}

/** Those of one asset, on its page. */
export function SchedulesPanel({ assetId }: { readonly assetId: string }) {
  const list = useSchedules(assetId);
  const { add, form, edit } = useScheduleForm(assetId);
  const items = list.data?.items ?? [];
  return (
    <Panel title={text.title} lead={text.leadOfAsset} actions={add}>
      {list.error === null ? null : <Failed error={list.error} />}
      {list.isSuccess && items.length === 0 ? <Text size="sm" c="dimmed">{text.empty}</Text> : null}
      {items.length > 0 ? <ScheduleRows items={items} onEdit={edit} ofOneAsset /> : null}
      {form}
    </Panel>
  );
}

function useScheduleForm(assetId: string | null) {
  const [shown, show] = useState<Schedule | 'new' | null>(null);
  const may = useMay('administrator');
  const add = may ? (
    <Button size="xs" variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => show('new')}>
      {text.add}
    </Button>
  ) : undefined;
  const form =
    shown === null ? null : (
      <Suspense fallback={<Loading />}>
        <ScheduleForm schedule={shown === 'new' ? null : shown} assetId={assetId} onClose={() => show(null)} />
      </Suspense>
    );
  return { add, form, edit: (schedule: Schedule) => show(schedule) };
}
