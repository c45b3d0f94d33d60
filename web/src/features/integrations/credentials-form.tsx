import { Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ConnectionBody } from '../../../../src/contracts/api/connections.ts';
import { ApiProblem, api } from '../../api.ts';
import { Failed, Loading } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { words } from '../../words/words.ts';
import { useTrackers } from './queries.ts';
import type { Schema, Values } from './schema-fields.tsx';
import { constantsOf, CredentialFields, errorsBelow, SchemaFields } from './schema-fields.tsx';

/** Name, address and credentials of a connection; credentials that stay blank are kept as they are. */
export function CredentialsForm({ connection, onClose }: { readonly connection: ConnectionBody; readonly onClose: () => void }) {
  const trackers = useTrackers();
  const tracker = trackers.data?.items.find((one) => one.id === connection.tracker);
  const queries = useQueryClient();
  const [name, setName] = useState(connection.name);
  const [settings, setSettings] = useState<Values>(connection.settings);
  const [credentials, setCredentials] = useState<Values>({});
  const [way, setWay] = useState(0);
  const save = useMutation({
    mutationFn: () =>
      api('PATCH', `/connections/${connection.id}`, {
        name,
        settings,
        ...(Object.keys(credentials).length === 0 ? {} : { credentials: { ...credentials, ...constantsOf(tracker?.credentialsSchema as Schema, way) } }),
      }),
    onSuccess: () => {
      onClose();
      return queries.invalidateQueries();
    },
  });
  const errors = save.error instanceof ApiProblem ? save.error.errors : [];
  return (
    <Modal opened onClose={onClose} size="lg" title={words.integrations.changeCredentials} closeButtonProps={{ 'aria-label': words.close }}>
      {tracker === undefined ? (
        <Loading />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          <Stack>
            <TextInput label={words.wizard.connect.name} required value={name} onChange={(event) => setName(event.currentTarget.value)} />
            <SchemaFields schema={tracker.settingsSchema as Schema} values={settings} onChange={setSettings} errors={errorsBelow('settings', errors)} />
            <Text size="sm" c="dimmed">
              {words.integrations.keepBlank}
            </Text>
            <CredentialFields schema={tracker.credentialsSchema as Schema} values={credentials} onChange={setCredentials} errors={errorsBelow('credentials', errors)} keepsBlank way={way} onWay={setWay} />
            {save.error === null ? null : <Failed error={save.error} />}
            <FormEnd busy={save.isPending} onClose={onClose} />
          </Stack>
        </form>
      )}
    </Modal>
  );
}
