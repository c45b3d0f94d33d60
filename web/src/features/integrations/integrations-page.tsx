import { ActionIcon, Alert, Badge, Button, Card, CopyButton, Group, List, SimpleGrid, Stack, Text, TextInput, Title, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy, IconCircleCheck, IconCircleX, IconHelpCircle } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type { checked, ConnectionBody, TrackerBody } from '../../../../src/contracts/api/connections.ts';
import { api } from '../../api.ts';
import { Failed, Loading, When } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';

/** The trackers there are, and the connections with their health and webhook address. */
export function IntegrationsPage() {
  const trackers = useQuery({ queryKey: ['trackers'], queryFn: () => api<{ items: readonly TrackerBody[] }>('GET', '/trackers'), refetchInterval: false });
  const connections = useQuery({ queryKey: ['connections'], queryFn: () => api<{ items: readonly ConnectionBody[] }>('GET', '/connections') });
  if (trackers.isPending || connections.isPending) {
    return <Loading />;
  }
  const error = trackers.error ?? connections.error;
  if (error !== null) {
    return <Failed error={error} />;
  }
  return (
    <Stack>
      <Title order={1} size="h2">
        {words.nav.integrations}
      </Title>
      {connections.data?.items.map((connection) => (
        <Connection key={connection.id} connection={connection} />
      ))}
      <Title order={2} size="h3">
        {words.integrations.category}
      </Title>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {trackers.data?.items.map((tracker) => (
          <Card key={tracker.id} withBorder padding="md">
            <Stack gap="xs">
              <Group justify="space-between">
                <Title order={3} size="h4">
                  {tracker.title}
                </Title>
                {connections.data?.items.some((one) => one.tracker === tracker.id) === true ? <Badge color="#1f6f35">{words.integrations.connected}</Badge> : null}
              </Group>
              <Text size="sm">{tracker.summary}</Text>
            </Stack>
          </Card>
        ))}
      </SimpleGrid>
    </Stack>
  );
}

const colors = { healthy: '#1f6f35', degraded: '#8a6100', paused: '#495057', action_needed: '#a51111' } as const;

function Connection({ connection }: { readonly connection: ConnectionBody }) {
  const { health } = connection;
  return (
    <Card withBorder padding="md" component="section" aria-label={connection.name}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {connection.name}
          </Title>
          <Badge color={colors[health.state]} autoContrast>
            {words.health[health.state]}
          </Badge>
        </Group>
        {health.because === null ? null : (
          <Alert color="yellow" p="xs">
            {health.because}
          </Alert>
        )}
        <TextInput
          label={words.integrations.webhook}
          value={connection.webhookUrl}
          readOnly
          rightSection={
            <CopyButton value={connection.webhookUrl}>
              {({ copied, copy }) => (
                <Tooltip label={copied ? words.copied : words.copy}>
                  <ActionIcon variant="subtle" onClick={copy} aria-label={words.copy}>
                    {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
                  </ActionIcon>
                </Tooltip>
              )}
            </CopyButton>
          }
        />
        <Text size="sm" c="dimmed">
          {health.lastEventAt === null ? words.integrations.noEvent : <>Last event received <When time={health.lastEventAt} /></>}
        </Text>
        <Check id={connection.id} />
      </Stack>
    </Card>
  );
}

const icons = { ok: IconCircleCheck, failed: IconCircleX, warning: IconHelpCircle, unknown: IconHelpCircle };

function Check({ id }: { readonly id: string }) {
  const check = useMutation({ mutationFn: () => api<z.infer<typeof checked>>('POST', `/connections/${id}/check`) });
  return (
    <Stack gap="xs" align="flex-start">
      <Button variant="default" size="xs" loading={check.isPending} onClick={() => check.mutate()}>
        {words.integrations.check}
      </Button>
      {check.error === null ? null : <Failed error={check.error} />}
      <List aria-live="polite" listStyleType="none" size="sm">
        {check.data?.steps.map((step) => {
          const Icon = icons[step.outcome];
          return (
            <List.Item key={step.name} icon={<Icon size={18} aria-label={step.outcome} />}>
              <b>{step.name}</b>: {step.message} {step.hint}
            </List.Item>
          );
        })}
      </List>
    </Stack>
  );
}
