import { Accordion, Badge, Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ConnectionBody } from '../../../../src/contracts/api/connections.ts';
import { api } from '../../api.ts';
import { Confirm } from '../../kit/confirm.tsx';
import { CopyField } from '../../kit/copy-field.tsx';
import { Failed, When } from '../../kit/faces.tsx';
import { useIsAdministrator } from '../../kit/me.ts';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';

const text = words.integrations;
type Webhook = NonNullable<ConnectionBody['webhook']>;

/** The address for the tracker, how to set it up there, and whether anything came. */
export function WebhookPanel({ connection }: { readonly connection: ConnectionBody }) {
  const { webhook, webhookUrl, webhookSecretSet, health } = connection;
  const [renewing, renew] = useDisclosure();
  if (webhook === null) {
    return null;
  }
  return (
    <Panel title={text.webhook}>
      {webhookUrl === null ? null : <CopyField bare label={text.webhook} description={text.webhookHelp} value={webhookUrl} />}
      <Text size="sm">
        {health.lastEventAt === null ? (
          text.noEvent
        ) : (
          <>
            {text.lastEvent}: <When time={health.lastEventAt} />
          </>
        )}
      </Text>
      <Text size="sm" c="dimmed">
        {health.events.message}
      </Text>
      {webhook.automatic ? <ByTheApi connectionId={connection.id} webhook={webhook} /> : null}
      {webhook.fault === null ? null : <Failed error={new Error(webhook.fault)} />}
      {webhook.instructions === null ? null : (
        <>
          <Accordion variant="contained">
            <Accordion.Item value="how">
              <Accordion.Control>{text.webhookHow}</Accordion.Control>
              <Accordion.Panel>
                <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }} ff="monospace">
                  {webhook.instructions}
                </Text>
              </Accordion.Panel>
            </Accordion.Item>
          </Accordion>
          <Group justify="space-between" gap="xs">
            <Text size="sm" c="dimmed" flex={1} miw={200}>
              {webhookSecretSet ? text.secretSet : text.secretOpen}
            </Text>
            {webhook.secretIsTheirs ? null : (
              <Button size="xs" variant="default" onClick={renew.open}>
                {text.renewSecret}
              </Button>
            )}
          </Group>
          {webhook.secretIsTheirs ? <TheirSecret connectionId={connection.id} /> : null}
        </>
      )}
      {renewing ? (
        <Confirm title={text.renewSecretTitle} label={text.renewSecret} onClose={renew.close} act={() => api('POST', `/connections/${connection.id}/webhook-secret`)}>
          {text.renewSecretWhat}
        </Confirm>
      ) : null}
    </Panel>
  );
}

/** A secret that the tracker made and showed once. */
function TheirSecret({ connectionId }: { readonly connectionId: string }) {
  const queries = useQueryClient();
  const [secret, setSecret] = useState('');
  const save = useMutation({
    mutationFn: () => api('PATCH', `/connections/${connectionId}`, { webhookSecret: secret.trim() }),
    onSuccess: async () => {
      setSecret('');
      await queries.invalidateQueries({ queryKey: ['connections'] });
    },
  });
  return (
    <>
      <Group align="flex-end" gap="xs">
        <PasswordInput flex={1} miw={200} label={text.theirSecret} description={text.theirSecretHelp} autoComplete="off" value={secret} onChange={(event) => setSecret(event.currentTarget.value)} />
        <Button variant="default" loading={save.isPending} disabled={secret.trim().length < 8} onClick={() => save.mutate()}>
          {text.saveSecret}
        </Button>
      </Group>
      {save.error === null ? null : <Failed error={save.error} />}
    </>
  );
}

/** Webhooks that the tracker's API makes with one press, kept from then on. */
function ByTheApi({ connectionId, webhook }: { readonly connectionId: string; readonly webhook: Webhook }) {
  const queries = useQueryClient();
  const isAdministrator = useIsAdministrator();
  const [removing, remove] = useDisclosure();
  const make = useMutation({ mutationFn: () => api('POST', `/connections/${connectionId}/subscriptions`), onSuccess: () => queries.invalidateQueries({ queryKey: ['connections'] }) });
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="xs">
        <Text size="sm" flex={1} miw={200}>
          {webhook.kept ? text.hooksKept : text.hooksMakeLead}
        </Text>
        {isAdministrator && webhook.kept ? (
          <Button size="xs" variant="default" onClick={remove.open}>
            {text.removeHooks}
          </Button>
        ) : null}
        {isAdministrator && !webhook.kept ? (
          <Button size="xs" loading={make.isPending} onClick={() => make.mutate()}>
            {text.makeHooks}
          </Button>
        ) : null}
      </Group>
      {webhook.subscriptions.map((one) => (
        <Group key={one.describes} gap="xs" align="flex-start" wrap="nowrap">
          <Badge size="sm" variant="filled" radius="sm" tt="none" color={hookColors[one.state]} autoContrast>
            {text.hookState[one.state]}
          </Badge>
          <Text size="sm">
            {one.describes} {one.message}
          </Text>
        </Group>
      ))}
      {webhook.checkedAt === null ? null : (
        <Text size="xs" c="dimmed">
          {text.hooksChecked} <When time={webhook.checkedAt} />
        </Text>
      )}
      {make.error === null ? null : <Failed error={make.error} />}
      {removing ? (
        <Confirm title={text.removeHooksTitle} label={text.removeHooks} onClose={remove.close} act={() => api('DELETE', `/connections/${connectionId}/subscriptions`)}>
          {text.removeHooksWhat}
        </Confirm>
      ) : null}
    </Stack>
  );
}

const hookColors: Readonly<Record<Webhook['subscriptions'][number]['state'], string>> = { active: '#1f6f35', degraded: '#8a6100', disabled: '#a51111', missing: '#a51111' };
