import { Accordion, Badge, Button, Group, List, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ConnectionBody } from '../../../../src/contracts/api/connections.ts';
import { api } from '../../api.ts';
import { CopyField } from '../../kit/copy-field.tsx';
import { Failed, When } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';

const text = words.integrations;

/** The address for the tracker, how to set it up there, and whether anything came. */
export function WebhookPanel({ connection }: { readonly connection: ConnectionBody }) {
  const { webhook, webhookUrl, health } = connection;
  const queries = useQueryClient();
  const make = useMutation({ mutationFn: () => api('POST', `/connections/${connection.id}/subscriptions`), onSuccess: () => queries.invalidateQueries({ queryKey: ['connections'] }) });
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
      {webhook.automatic ? (
        <Stack gap="xs">
          {webhook.kept ? (
            <Text size="sm">{text.hooksKept}</Text>
          ) : (
            <Group>
              <Button size="xs" variant="default" loading={make.isPending} onClick={() => make.mutate()}>
                {text.makeHooks}
              </Button>
            </Group>
          )}
          <List size="sm">
            {webhook.subscriptions.map((one) => (
              <List.Item key={one.describes}>
                {one.describes}{' '}
                <Badge size="sm" variant="default" tt="none">
                  {one.state}
                </Badge>{' '}
                {one.message}
              </List.Item>
            ))}
          </List>
        </Stack>
      ) : null}
      {webhook.fault === null ? null : <Failed error={new Error(webhook.fault)} />}
      {make.error === null ? null : <Failed error={make.error} />}
      {webhook.instructions === null ? null : (
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
      )}
    </Panel>
  );
}
