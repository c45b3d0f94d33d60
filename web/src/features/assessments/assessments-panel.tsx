import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCircleCheck, IconClock, IconPlayerPlay, IconPlus, IconProgress } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { Assessment } from '../../../../src/contracts/api/assessments.ts';
import { Failed, When } from '../../kit/faces.tsx';
import { Mark } from '../../kit/mark.tsx';
import { Panel } from '../../kit/panel.tsx';
import { useMay } from '../../kit/role.ts';
import { day } from '../../kit/time.ts';
import { words } from '../../words/words.ts';
import { useAssessmentAct, useAssessments } from './queries.ts';

const text = words.assessments;
const PlanForm = lazy(() => import('./plan-form.tsx').then(({ PlanForm: component }) => ({ default: component })));
const CompleteForm = lazy(() => import('./complete-form.tsx').then(({ CompleteForm: component }) => ({ default: component })));
const EntryForm = lazy(() => import('../vulnerabilities/entry-form.tsx').then(({ EntryForm: component }) => ({ default: component })));

/** Manual scans of an asset, from the plan to the result. */
export function AssessmentsPanel({ assetId }: { readonly assetId: string }) {
  const assessments = useAssessments(assetId);
  const mayAct = useMay('analyst');
  const [planning, plan] = useDisclosure();
  const items = assessments.data?.items ?? [];
  const action = (
    <Button size="xs" variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={plan.open}>
      {text.plan}
    </Button>
  );
  return (
    <Panel title={text.title} lead={text.lead} actions={mayAct ? action : undefined}>
      {assessments.error === null ? null : <Failed error={assessments.error} />}
      {assessments.isSuccess && items.length === 0 ? <Text size="sm" c="dimmed">{text.none}</Text> : null}
      {items.map((one) => (
        <OneAssessment key={one.id} assessment={one} mayAct={mayAct} />
      ))}
      <Suspense>{planning ? <PlanForm assetId={assetId} onClose={plan.close} /> : null}</Suspense>
    </Panel>
  );
}

const icons = { planned: <IconClock size={15} aria-hidden />, running: <IconProgress size={15} aria-hidden />, completed: <IconCircleCheck size={15} aria-hidden /> };

function OneAssessment({ assessment, mayAct }: { readonly assessment: Assessment; readonly mayAct: boolean }) {
  const { id, assetId, title, description, author, status, vulnerabilities } = assessment;
  const start = useAssessmentAct<object>(`/assessments/${id}/start`);
  const [completing, complete] = useDisclosure();
  const [entering, entry] = useDisclosure();
  return (
    <Stack gap={6} component="article" aria-label={title}>
      <Group gap="sm">
        <Mark icon={icons[status]}>{text.status[status]}</Mark>
        <Text fw={600} size="sm" style={{ overflowWrap: 'anywhere' }}>
          {title}
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        {author} · <Times assessment={assessment} /> · {text.part(vulnerabilities)}
      </Text>
      {description === null || description === '' ? null : (
        <Text size="sm" lineClamp={3} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {description}
        </Text>
      )}
      {start.error === null ? null : <Failed error={start.error} />}
      {mayAct && status !== 'completed' ? (
        <Group gap="xs">
          {status === 'planned' ? (
            <Button size="compact-sm" leftSection={<IconPlayerPlay size={14} aria-hidden />} loading={start.isPending} onClick={() => start.mutate({})}>
              {text.start}
            </Button>
          ) : (
            <>
              <Button size="compact-sm" onClick={complete.open}>
                {text.complete}
              </Button>
              <Button size="compact-sm" variant="default" onClick={entry.open}>
                {text.enter}
              </Button>
              <Button size="compact-sm" variant="default" renderRoot={(props) => <Link to="/scans" search={{ upload: true, assetId, assessmentId: id }} {...props} />}>
                {text.report}
              </Button>
            </>
          )}
        </Group>
      ) : null}
      <Suspense>
        {completing ? <CompleteForm assessment={assessment} onClose={complete.close} /> : null}
        {entering ? <EntryForm part={{ assetId, assessmentId: id }} onClose={entry.close} /> : null}
      </Suspense>
    </Stack>
  );
}

function Times({ assessment: { plannedFor, startedAt, completedAt } }: { readonly assessment: Assessment }) {
  if (completedAt !== null) {
    return (
      <>
        {text.ended} <When time={completedAt} />
      </>
    );
  }
  if (startedAt !== null) {
    return (
      <>
        {text.started} <When time={startedAt} />
      </>
    );
  }
  return plannedFor === null ? text.status['planned'] : `${text.plannedFor} ${day(plannedFor)}`;
}
