import { Anchor, Breadcrumbs, Button, Grid, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { ConnectionBody, TrackerBody } from '../../../../src/contracts/api/connections.ts';
import type { Draft } from '../../../../src/contracts/api/views.ts';
import { ApiProblem, api } from '../../api.ts';
import { CopyField } from '../../kit/copy-field.tsx';
import { Failed, Loading } from '../../kit/faces.tsx';
import { NotFound } from '../../kit/not-found.tsx';
import { Page } from '../../kit/page.tsx';
import { words } from '../../words/words.ts';
import { beginLogin, useTrackers } from './queries.ts';
import type { Schema, Values } from './schema-fields.tsx';
import { constantsOf, CredentialFields, errorsBelow, SchemaFields } from './schema-fields.tsx';
import { stepsOf, WizardSteps } from './wizard-steps.tsx';

/** The first step: where the tracker is, and how to sign in there. */
export function ConnectPage() {
  const { tracker: id } = useParams({ from: '/inside/integrations/new/$tracker' });
  const trackers = useTrackers();
  if (trackers.error !== null) {
    return <Failed error={trackers.error} retry={() => void trackers.refetch()} />;
  }
  if (trackers.data === undefined) {
    return <Loading />;
  }
  const tracker = trackers.data.items.find((one) => one.id === id);
  return tracker === undefined ? <NotFound /> : <Connect tracker={tracker} />;
}

function Connect({ tracker }: { readonly tracker: TrackerBody }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [name, setName] = useState(tracker.title);
  const [settings, setSettings] = useState<Values>({});
  const [credentials, setCredentials] = useState<Values>({});
  const [way, setWay] = useState(0);
  const credentialsSchema = tracker.credentialsSchema as Schema;
  const connect = useMutation({
    mutationFn: async () => {
      const connection = await api<ConnectionBody>('POST', '/connections', { tracker: tracker.id, name, settings, credentials: { ...credentials, ...constantsOf(credentialsSchema, way) } });
      const draft = await api<Draft>('POST', `/connections/${connection.id}/drafts`, { body: { step: 'check' } });
      return { connection, draft };
    },
    onSuccess: async ({ connection, draft }) => {
      await queries.invalidateQueries();
      if (connection.login?.flow === 'interactive') {
        await beginLogin(connection.id);
        return;
      }
      await navigate({ to: '/connections/$id/configure/$draftId/$step', params: { id: connection.id, draftId: draft.id, step: 'check' } });
    },
  });
  const errors = connect.error instanceof ApiProblem ? connect.error.errors : [];
  const above = (
    <Breadcrumbs>
      <Anchor renderRoot={(props) => <Link to="/integrations" {...props} />}>{words.nav.integrations}</Anchor>
      <Text>{tracker.title}</Text>
    </Breadcrumbs>
  );
  const willLogIn = tracker.oauth && (credentialsSchema.anyOf === undefined || credentialsSchema.anyOf[way]?.properties?.['clientSecret'] !== undefined) && constantsOf(credentialsSchema, way)['identity'] === undefined;
  return (
    <Page title={words.wizard.title(tracker.title)} lead={words.wizard.draftKept} above={above}>
      <Grid>
        <Grid.Col span={{ base: 12, md: 3 }}>
          <WizardSteps steps={stepsOf(tracker)} current="connect" />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 9 }}>
          <Paper withBorder p="lg" bg="var(--patchboard-surface)" component="section" aria-label={words.wizard.steps['connect']}>
            <form
              onSubmit={(event) => {
                event.preventDefault();
                connect.mutate();
              }}
            >
              <Stack maw={620}>
                <TextInput label={words.wizard.connect.name} description={words.wizard.connect.nameHint} required value={name} onChange={(event) => setName(event.currentTarget.value)} />
                <SchemaFields schema={tracker.settingsSchema as Schema} values={settings} onChange={setSettings} errors={errorsBelow('settings', errors)} />
                <CredentialFields
                  schema={credentialsSchema}
                  values={credentials}
                  onChange={setCredentials}
                  errors={errorsBelow('credentials', errors)}
                  way={way}
                  onWay={(next) => {
                    setWay(next);
                    setCredentials({});
                  }}
                />
                <Text size="sm" c="dimmed">
                  {words.wizard.connect.secretHint}
                </Text>
                {willLogIn && tracker.redirectUrl !== null ? <CopyField label={words.integrations.redirect} description={words.integrations.redirectHelp} value={tracker.redirectUrl} /> : null}
                {willLogIn ? <Text size="sm">{words.integrations.loginLead}</Text> : null}
                {connect.error === null ? null : <Failed error={connect.error} />}
                <Group>
                  <Button type="submit" loading={connect.isPending}>
                    {willLogIn ? words.integrations.login(tracker.title) : words.wizard.connect.submit}
                  </Button>
                  <Button variant="default" renderRoot={(props) => <Link to="/integrations" {...props} />}>
                    {words.cancel}
                  </Button>
                </Group>
              </Stack>
            </form>
          </Paper>
        </Grid.Col>
      </Grid>
    </Page>
  );
}
