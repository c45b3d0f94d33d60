import { Alert, Anchor, Breadcrumbs, Button, Grid, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCircleCheck, IconLogin2, IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { ConnectionBody } from '../../../../src/contracts/api/connections.ts';
import { api } from '../../api.ts';
import { Confirm } from '../../kit/confirm.tsx';
import { Failed, Loading } from '../../kit/faces.tsx';
import { useIsAdministrator } from '../../kit/me.ts';
import { Page } from '../../kit/page.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { RecentDeliveries } from '../activity/recent-deliveries.tsx';
import { CheckList } from './check-list.tsx';
import { ConfigurationsPanel } from './configurations-panel.tsx';
import { HealthPanel } from './health-panel.tsx';
import { LoginOutcome } from './login-outcome.tsx';
import { beginLogin, useConnection } from './queries.ts';
import { WebhookPanel } from './webhook-panel.tsx';

const text = words.integrations;
const CredentialsForm = lazy(() => import('./credentials-form.tsx').then(({ CredentialsForm: component }) => ({ default: component })));

export function ConnectionPage() {
  const { id } = useParams({ from: '/inside/connections/$id' });
  const connection = useConnection(id);
  if (connection.isPending) {
    return <Loading />;
  }
  if (connection.error !== null) {
    return <Failed error={connection.error} retry={() => void connection.refetch()} />;
  }
  return <Shown connection={connection.data} />;
}

function Shown({ connection }: { readonly connection: ConnectionBody }) {
  const { login, on } = useSearch({ from: '/inside/connections/$id' });
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [removing, remove] = useDisclosure();
  const [changing, change] = useDisclosure();
  const pause = useMutation({ mutationFn: () => api('PATCH', `/connections/${connection.id}`, { paused: !connection.paused }), onSuccess: () => queries.invalidateQueries() });
  const isAdministrator = useIsAdministrator();
  const logIn = useMutation({ mutationFn: () => beginLogin(connection.id) });
  const above = (
    <Breadcrumbs>
      <Anchor renderRoot={(props) => <Link to="/integrations" {...props} />}>{words.nav.integrations}</Anchor>
      <Text>{connection.name}</Text>
    </Breadcrumbs>
  );
  const actions = (
    <>
      {connection.login?.flow === 'interactive' ? (
        <Button variant={connection.health.state === 'action_needed' ? 'filled' : 'default'} leftSection={<IconLogin2 size={16} aria-hidden />} loading={logIn.isPending} onClick={() => logIn.mutate()}>
          {connection.login.loggedInAt === null ? words.signIn.title : text.loginAgain}
        </Button>
      ) : null}
      <Button variant="default" onClick={change.open}>
        {text.changeCredentials}
      </Button>
      <Button variant="default" leftSection={connection.paused ? <IconPlayerPlay size={16} aria-hidden /> : <IconPlayerPause size={16} aria-hidden />} loading={pause.isPending} onClick={() => pause.mutate()}>
        {connection.paused ? text.resume : text.pause}
      </Button>
      <Button variant="default" leftSection={<IconTrash size={16} aria-hidden />} onClick={remove.open}>
        {text.remove}
      </Button>
    </>
  );
  return (
    <Page title={connection.name} above={above} actions={isAdministrator ? actions : undefined}>
      {on === true ? (
        <Alert color="green" variant="outline" bg="var(--patchboard-surface)" icon={<IconCircleCheck aria-hidden />} title={words.wizard.turnOn.done} role="status">
          {words.wizard.turnOn.lead}
        </Alert>
      ) : null}
      <LoginOutcome connection={connection} cameBack={login !== undefined} />
      {logIn.error === null ? null : <Failed error={logIn.error} />}
      {pause.error === null ? null : <Failed error={pause.error} />}
      <HealthPanel connection={connection} />
      <ConfigurationsPanel connection={connection} />
      <Grid>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <Stack>
            <Panel title={text.check}>
              <CheckList connectionId={connection.id} />
            </Panel>
            <WebhookPanel connection={connection} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <RecentDeliveries connectionId={connection.id} />
        </Grid.Col>
      </Grid>
      <Suspense>{changing ? <CredentialsForm connection={connection} onClose={change.close} /> : null}</Suspense>
      {removing ? (
        <Confirm
          title={text.removeTitle}
          label={text.remove}
          onClose={remove.close}
          act={() => api('DELETE', `/connections/${connection.id}`)}
          onDone={() => void navigate({ to: '/integrations' })}
        >
          {text.removeWhat}
        </Confirm>
      ) : null}
    </Page>
  );
}
