import { Anchor, Badge, Button, Group, List, Progress, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Job, JobItem } from '../../../../src/contracts/api/jobs.ts';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';

const text = words.wizard.job;

/** How far one is, its brakes, and what became of its cards. */
export function OneJob({ job }: { readonly job: Job }) {
  const queries = useQueryClient();
  const [listed, { toggle }] = useDisclosure();
  const act = useMutation({ mutationFn: (verb: string) => api('POST', `/jobs/${job.id}/${verb}`), onSuccess: () => queries.invalidateQueries({ queryKey: ['jobs'] }) });
  const { created, total, waiting, failed } = job.progress;
  const goesOn = job.state === 'running' || job.state === 'paused';
  return (
    <Stack gap={6} mt={6}>
      <Group gap="sm">
        <Badge variant="default" radius="sm" tt="none">
          {text.kinds[job.kind]}: {text.states[job.state]}
        </Badge>
        <Text size="sm" aria-live="polite">
          {[text.created(created, total), ...(waiting > 0 ? [text.waiting(waiting)] : [])].join(', ')}
        </Text>
        {failed > 0 ? (
          <Button size="compact-xs" variant="default" aria-expanded={listed} onClick={toggle}>
            {listed ? text.hideFailed : text.failed(failed)}
          </Button>
        ) : null}
        {goesOn ? (
          <Button size="compact-xs" variant="default" onClick={() => act.mutate(job.state === 'running' ? 'pause' : 'resume')}>
            {job.state === 'running' ? text.pause : text.resume}
          </Button>
        ) : null}
        {goesOn ? (
          <Button size="compact-xs" variant="default" onClick={() => act.mutate('cancel')}>
            {text.cancel}
          </Button>
        ) : null}
      </Group>
      {goesOn ? <Progress value={total === null || total === 0 ? 100 : (created / total) * 100} aria-label={text.progress} /> : null}
      {job.because === null ? null : (
        <Text size="xs" c="dimmed">
          {job.because}
        </Text>
      )}
      {listed ? <NeedAPerson jobId={job.id} /> : null}
      {act.error === null ? null : <Failed error={act.error} />}
    </Stack>
  );
}

function NeedAPerson({ jobId }: { readonly jobId: string }) {
  const items = useQuery({ queryKey: ['jobs', jobId, 'failed'], queryFn: () => api<{ items: readonly JobItem[] }>('GET', `/jobs/${jobId}/items?became=failed&limit=50`) });
  if (items.error !== null) {
    return <Failed error={items.error} />;
  }
  return (
    <List size="sm">
      {items.data?.items.map((item) => (
        <List.Item key={item.linkId} style={{ overflowWrap: 'anywhere' }}>
          <Anchor size="sm" renderRoot={(props) => (item.deliveryId === null ? <Link to="/vulnerabilities/$id" params={{ id: item.vulnerabilityId }} {...props} /> : <Link to="/activity" search={{ delivery: item.deliveryId }} {...props} />)}>
            #{item.vulnerabilityId} {item.vulnerabilityTitle}
          </Anchor>{' '}
          {item.message} {item.hint}
        </List.Item>
      ))}
    </List>
  );
}
