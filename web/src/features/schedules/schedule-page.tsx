import { Anchor, Breadcrumbs, Button, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconEdit, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { Run, Schedule } from '../../../../src/contracts/api/schedules.ts';
import { api } from '../../api.ts';
import { Confirm } from '../../kit/confirm.tsx';
import { Failed, Loading, When } from '../../kit/faces.tsx';
import { Page } from '../../kit/page.tsx';
import { Panel } from '../../kit/panel.tsx';
import { useMay } from '../../kit/role.ts';
import { words } from '../../words/words.ts';
import { useRuns, useSchedule } from './queries.ts';
import { RunState, whenOf } from './run-state.tsx';
import { ScheduleForm } from './schedule-form.tsx';
import { useStart } from './schedule-rows.tsx';

const text = words.schedules;

export function SchedulePage() {
  const { id } = useParams({ from: '/inside/schedules/$id' });
  const schedule = useSchedule(id);
  if (schedule.isPending) {
    return <Loading />;
  }
  if (schedule.error !== null) {
    return <Failed error={schedule.error} retry={() => void schedule.refetch()} />;
  }
  return <Shown schedule={schedule.data} />;
}

function Shown({ schedule }: { readonly schedule: Schedule }) {
  const [editing, edit] = useDisclosure();
  const [deleting, remove] = useDisclosure();
  const navigate = useNavigate();
  const mayStart = useMay('analyst');
  const mayEdit = useMay('administrator');
  const start = useStart();
  const above = (
    <Breadcrumbs>
      <Anchor renderRoot={(props) => <Link to="/scans" search={{ tab: 'schedules' }} {...props} />}>{text.title}</Anchor>
      <Anchor renderRoot={(props) => <Link to="/assets/$id" params={{ id: schedule.assetId }} {...props} />}>{schedule.assetName}</Anchor>
    </Breadcrumbs>
  );
  const actions = (
    <>
      {mayStart ? (
        <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} loading={start.isPending} onClick={() => start.mutate(schedule.id)}>
          {text.runNow}
        </Button>
      ) : null}
      {mayEdit ? (
        <>
          <Button variant="default" leftSection={<IconEdit size={16} aria-hidden />} onClick={edit.open}>
            {text.editShort}
          </Button>
          <Button variant="default" leftSection={<IconTrash size={16} aria-hidden />} onClick={remove.open}>
            {text.delete}
          </Button>
        </>
      ) : null}
    </>
  );
  return (
    <Page title={schedule.name} above={above} actions={actions}>
      {start.error === null ? null : <Failed error={start.error} />}
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        <Fact label={text.form.kind}>{text.kind[schedule.starts.kind]}</Fact>
        <Fact label={text.form.when}>{whenOf(schedule)}</Fact>
        <Fact label={text.nextScan}>{schedule.enabled ? (schedule.nextAt === null ? '–' : <When time={schedule.nextAt} />) : text.off}</Fact>
        <Fact label={text.form.within}>{`${schedule.reportWithinMinutes} ${text.form.minutes}`}</Fact>
      </SimpleGrid>
      <Runs id={schedule.id} />
      {editing ? <ScheduleForm schedule={schedule} assetId={schedule.assetId} onClose={edit.close} /> : null}
      {deleting ? (
        <Confirm title={text.deleteTitle} label={text.delete} onClose={remove.close} act={() => api('DELETE', `/schedules/${schedule.id}`)} onDone={() => void navigate({ to: '/scans', search: { tab: 'schedules' } })}>
          {text.deleteWhat}
        </Confirm>
      ) : null}
    </Page>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
  return (
    <Stack gap={0}>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="sm" component="div">
        {children}
      </Text>
    </Stack>
  );
}

function Runs({ id }: { readonly id: string }) {
  const runs = useRuns(id);
  const items = runs.data?.items ?? [];
  return (
    <Panel title={text.runs}>
      {runs.error === null ? null : <Failed error={runs.error} />}
      {runs.isSuccess && items.length === 0 ? <Text c="dimmed">{text.noRuns}</Text> : null}
      {items.length === 0 ? null : (
        <Table.ScrollContainer minWidth={620} type="native" scrollAreaProps={{ tabIndex: 0 }}>
          <Table aria-label={text.runs}>
            <Table.Thead>
              <Table.Tr>
                {text.runColumns.map((column) => (
                  <Table.Th key={column}>{column}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((run) => (
                <RunRow key={run.id} run={run} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {runs.hasNextPage ? (
        <Group justify="center">
          <Button variant="default" loading={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
            {words.more}
          </Button>
        </Group>
      ) : null}
    </Panel>
  );
}

function RunRow({ run }: { readonly run: Run }) {
  return (
    <Table.Tr>
      <Table.Td>
        <When time={run.dueAt} />
      </Table.Td>
      <Table.Td>{text.because[run.because]}</Table.Td>
      <Table.Td>
        <RunState run={run} />
      </Table.Td>
      <Table.Td>
        {run.scanId === null ? '–' : <Anchor size="sm" renderRoot={(props) => <Link to="/scans/$id" params={{ id: run.scanId ?? '' }} {...props} />}>{text.seeScan}</Anchor>}
      </Table.Td>
      <Table.Td>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {run.message ?? text.stateWhy[run.late ? 'late' : run.state] ?? ''}
        </Text>
        {run.url === null || !/^https?:\/\//u.test(run.url) ? null : (
          <Anchor size="sm" href={run.url} target="_blank" rel="noreferrer" title={text.opensElsewhere}>
            {text.seePipeline}
          </Anchor>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
