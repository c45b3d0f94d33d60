import { Stack } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Failed } from '../../kit/faces.tsx';
import { useJobs } from './queries.ts';

const OneJob = lazy(() => import('./one-job.tsx').then(({ OneJob: component }) => ({ default: component })));
/** What is over is told for a while: the newest ones. */
const shownMax = 3;

/** Jobs of a configuration: how far they are, their brakes, and what needs a person. */
export function JobPanel({ configurationId }: { readonly configurationId: string }) {
  const jobs = useJobs(configurationId);
  if (jobs.error !== null) {
    return <Failed error={jobs.error} />;
  }
  return (
    <Stack gap="sm">
      <Suspense>
        {jobs.data?.items.slice(0, shownMax).map((job) => (
          <OneJob key={job.id} job={job} />
        ))}
      </Suspense>
    </Stack>
  );
}
