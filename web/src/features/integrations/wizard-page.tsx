import { Anchor, Breadcrumbs, Grid, Paper, Text } from '@mantine/core';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { lazy, Suspense } from 'react';
import type { ConnectionBody, TrackerBody } from '../../../../src/contracts/api/connections.ts';
import type { Draft, DraftBody } from '../../../../src/contracts/api/views.ts';
import { Failed, Loading } from '../../kit/faces.tsx';
import { NotFound } from '../../kit/not-found.tsx';
import { Page } from '../../kit/page.tsx';
import { words } from '../../words/words.ts';
import { useConnection, useDraft, useKeepDraft, useTrackers } from './queries.ts';
import type { Step } from './wizard-steps.tsx';
import { stepsOf, WizardSteps } from './wizard-steps.tsx';

/** What each step is given. */
export interface StepFacts {
  readonly connection: ConnectionBody;
  readonly tracker: TrackerBody;
  readonly draft: Draft;
  readonly body: DraftBody;
  readonly keep: (change: Partial<DraftBody>) => void;
  readonly next: () => void;
  readonly back: () => void;
}

/** Each is loaded when it is come to. */
const faces: Readonly<Record<Step, ComponentType<StepFacts>>> = {
  connect: () => null,
  check: lazy(() => import('./steps/check-step.tsx').then(({ CheckStep }) => ({ default: CheckStep }))),
  target: lazy(() => import('./steps/target-step.tsx').then(({ TargetStep }) => ({ default: TargetStep }))),
  fields: lazy(() => import('./steps/fields-step.tsx').then(({ FieldsStep }) => ({ default: FieldsStep }))),
  severity: lazy(() => import('./steps/severity-step.tsx').then(({ SeverityStep }) => ({ default: SeverityStep }))),
  status: lazy(() => import('./steps/status-step.tsx').then(({ StatusStep }) => ({ default: StatusStep }))),
  preview: lazy(() => import('./steps/preview-step.tsx').then(({ PreviewStep }) => ({ default: PreviewStep }))),
  'turn-on': lazy(() => import('./steps/turn-on-step.tsx').then(({ TurnOnStep }) => ({ default: TurnOnStep }))),
};

/** One flow for every tracker; each step has its own address, and the draft lives on the server. */
export function WizardPage() {
  const { id, draftId, step } = useParams({ from: '/inside/connections/$id/configure/$draftId/$step' });
  const connection = useConnection(id);
  const trackers = useTrackers();
  const draft = useDraft(draftId);
  const error = connection.error ?? trackers.error ?? draft.error;
  if (error !== null) {
    return <Failed error={error} />;
  }
  const tracker = trackers.data?.items.find((one) => one.id === connection.data?.tracker);
  if (connection.data === undefined || draft.data === undefined || tracker === undefined) {
    return <Loading />;
  }
  const current = stepsOf(tracker).find((one) => one === step);
  return current === undefined || current === 'connect' ? <NotFound /> : <Wizard connection={connection.data} tracker={tracker} draft={draft.data} step={current} />;
}

function Wizard({ connection, tracker, draft, step }: { readonly connection: ConnectionBody; readonly tracker: TrackerBody; readonly draft: Draft; readonly step: Step }) {
  const navigate = useNavigate();
  const { keep, error } = useKeepDraft(draft.id);
  const { body } = draft;
  const steps = stepsOf(tracker);
  const reachedBefore = steps.indexOf(steps.find((one) => one === body.step) ?? 'check');
  const reached = steps[Math.max(reachedBefore, steps.indexOf(step))] ?? step;
  const go = (to: Step) => void navigate({ to: '/connections/$id/configure/$draftId/$step', params: { id: connection.id, draftId: draft.id, step: to } });
  const at = steps.indexOf(step);
  const next = () => {
    const to = steps[at + 1];
    if (to !== undefined) {
      if (at + 1 > reachedBefore) {
        keep({ step: to });
      }
      go(to);
    }
  };
  const back = () => {
    const to = steps[at - 1];
    if (to !== undefined && to !== 'connect') {
      go(to);
    } else {
      void navigate({ to: '/connections/$id', params: { id: connection.id } });
    }
  };
  const Face = faces[step];
  const above = (
    <Breadcrumbs>
      <Anchor renderRoot={(props) => <Link to="/integrations" {...props} />}>{words.nav.integrations}</Anchor>
      <Anchor renderRoot={(props) => <Link to="/connections/$id" params={{ id: connection.id }} {...props} />}>{connection.name}</Anchor>
      <Text>{words.wizard.steps[step]}</Text>
    </Breadcrumbs>
  );
  return (
    <Page title={words.wizard.title(tracker.title)} lead={words.wizard.draftKept} above={above}>
      <Grid>
        <Grid.Col span={{ base: 12, md: 3 }}>
          <WizardSteps steps={steps} current={step} reached={reached} onStep={go} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 9 }}>
          <Paper withBorder p="lg" bg="var(--patchboard-surface)" component="section" aria-label={words.wizard.steps[step]}>
            {error === null ? null : <Failed error={error} />}
            <Suspense fallback={<Loading />}>
              <Face key={step} connection={connection} tracker={tracker} draft={draft} body={body} keep={keep} next={next} back={back} />
            </Suspense>
          </Paper>
        </Grid.Col>
      </Grid>
    </Page>
  );
}
