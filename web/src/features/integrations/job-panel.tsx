import { Badge, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';
import type { Job } from '../../../../src/contracts/api/jobs.ts';
import { useJobs } from './queries.ts';

const text = words.wizard.job;

/** Backfills of a configuration: how far they are, and their brakes. */
export function JobPanel({ configurationId }: { readonly configurationId: string }) {
  const jobs = useJobs(configurationId);
  if (jobs.error !== null) {
    return <Failed error={jobs.error} />;
  }
  return (
    <Stack gap="sm">
      {jobs.data?.items.map((job) => (
        <OneJob key={job.id} job={job} />
      ))}
    </Stack>
  );
}

function OneJob({ job }: { readonly job: Job }) {
  const queries = useQueryClient();
  const act = useMutation({ mutationFn: (verb: string) => api('POST', `/jobs/${job.id}/${verb}`), onSuccess: () => queries.invalidateQueries({ queryKey: ['jobs'] }) });
  const { created, total } = job.progress;
  const goesOn = job.state === 'running' || job.state === 'paused';
  return (
    <Stack gap={6}>
      <Group gap="sm">
        <Badge variant="default" radius="sm" tt="none">
          {text.states[job.state]}
        </Badge>
        <Text size="sm" aria-live="polite">
          {text.created(created, total)}
        </Text>
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
      <Progress value={total === null || total === 0 ? 100 : (created / total) * 100} aria-label={text.progress} />
      {act.error === null ? null : <Failed error={act.error} />}
    </Stack>
  );
}
