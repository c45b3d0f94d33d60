import { ActionIcon, Anchor, Badge, Group, Table, Text, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconEdit, IconPlayerPlay } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Schedule } from '../../../../src/contracts/api/schedules.ts';
import { api } from '../../api.ts';
import { Failed, When } from '../../kit/faces.tsx';
import { useMay } from '../../kit/role.ts';
import { TableFrame } from '../../kit/table-frame.tsx';
import { words } from '../../words/words.ts';
import { RunState, whenOf } from './run-state.tsx';

const text = words.schedules;

interface Facts {
  readonly items: readonly Schedule[];
  readonly onEdit: (schedule: Schedule) => void;
  /** All belong to one asset, which need not be named. */
  readonly ofOneAsset: boolean;
}

export function ScheduleRows({ items, onEdit, ofOneAsset }: Facts) {
  const start = useStart();
  const columns = text.columns.filter((_column, index) => !ofOneAsset || index !== 1);
  return (
    <>
      {start.error === null ? null : <Failed error={start.error} />}
      <TableFrame label={text.title} minWidth={620}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((schedule) => (
            <Row key={schedule.id} schedule={schedule} ofOneAsset={ofOneAsset} onEdit={onEdit} onStart={() => start.mutate(schedule.id)} />
          ))}
        </Table.Tbody>
      </TableFrame>
    </>
  );
}

interface RowFacts extends Pick<Facts, 'onEdit' | 'ofOneAsset'> {
  readonly schedule: Schedule;
  readonly onStart: () => void;
}

function Row({ schedule, ofOneAsset, onEdit, onStart }: RowFacts) {
  const { id, name, lastRun, nextAt } = schedule;
  const mayStart = useMay('analyst');
  const mayEdit = useMay('administrator');
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor size="sm" fw={600} renderRoot={(props) => <Link to="/schedules/$id" params={{ id }} {...props} />}>
          {name}
        </Anchor>
        <Text size="xs" c="dimmed">
          {text.kind[schedule.starts.kind]}
        </Text>
      </Table.Td>
      {ofOneAsset ? null : (
        <Table.Td>
          <Anchor size="sm" renderRoot={(props) => <Link to="/assets/$id" params={{ id: schedule.assetId }} {...props} />}>
            {schedule.assetName}
          </Anchor>
        </Table.Td>
      )}
      <Table.Td>
        <Text size="sm">{whenOf(schedule)}</Text>
      </Table.Td>
      <Table.Td>{schedule.enabled ? (nextAt === null ? '–' : <When time={nextAt} />) : <Badge variant="default" tt="none">{text.off}</Badge>}</Table.Td>
      <Table.Td>
        {lastRun === null ? (
          <Text size="sm" c="dimmed">
            {text.noRun}
          </Text>
        ) : (
          <Group gap="xs" wrap="nowrap">
            <RunState run={lastRun} />
            <Text size="sm">
              <When time={lastRun.startedAt ?? lastRun.dueAt} />
            </Text>
          </Group>
        )}
      </Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          {mayStart ? <Act label={text.runNowOf(name)} icon={<IconPlayerPlay size={16} aria-hidden />} onClick={onStart} /> : null}
          {mayEdit ? <Act label={text.editOf(name)} icon={<IconEdit size={16} aria-hidden />} onClick={() => onEdit(schedule)} /> : null}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function Act({ label, icon, onClick }: { readonly label: string; readonly icon: React.ReactNode; readonly onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" aria-label={label} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

/** A run now. */
export function useStart() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api('POST', `/schedules/${id}/run`),
    onSuccess: () => {
      notifications.show({ message: text.asked, color: 'green' });
      return queries.invalidateQueries({ predicate: ({ queryKey }) => ['schedules', 'schedule', 'runs'].includes(String(queryKey[0])) });
    },
  });
}
