import { Accordion, Alert, Anchor, Badge, Button, Code, Drawer, Group, Stack, Text, Textarea } from '@mantine/core';
import { IconBulb, IconRefresh, IconTrash } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { CopyIcon } from '../../kit/copy-field.tsx';
import { Failed, Loading, When } from '../../kit/faces.tsx';
import { useMay } from '../../kit/role.ts';
import { words } from '../../words/words.ts';
import { OutcomeBadge } from './outcome-badge.tsx';
import type { DeliveryDetail } from './queries.ts';
import { useAct, useDelivery } from './queries.ts';

const { activity } = words;

/** One delivery as a whole: every attempt, what was sent and answered, and what can be done. */
export function DeliveryDrawer({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const delivery = useDelivery(id);
  return (
    <Drawer opened onClose={onClose} position="right" size="xl" title={activity.details} closeButtonProps={{ 'aria-label': words.close }}>
      {delivery.isPending ? <Loading /> : null}
      {delivery.error === null ? null : <Failed error={delivery.error} />}
      {delivery.data === undefined ? null : <Shown delivery={delivery.data} />}
    </Drawer>
  );
}

function Shown({ delivery }: { readonly delivery: DeliveryDetail }) {
  const { message, hint, correlationId, vulnerabilityId, attemptList } = delivery;
  return (
    <Stack>
      <Group>
        <OutcomeBadge outcome={delivery.outcome} />
        {delivery.errorClass === null ? null : (
          <Badge variant="default" radius="sm" tt="none">
            {activity.errorClasses[delivery.errorClass] ?? delivery.errorClass}
          </Badge>
        )}
        <Text size="sm">
          {words.act[delivery.act] ?? delivery.act}, {delivery.direction === 'outbound' ? activity.to(delivery.connectionName) : activity.from(delivery.connectionName)}
        </Text>
        {vulnerabilityId === null ? null : (
          <Anchor size="sm" renderRoot={(props) => <Link to="/vulnerabilities/$id" params={{ id: vulnerabilityId }} {...props} />}>
            #{vulnerabilityId}
          </Anchor>
        )}
      </Group>
      {message === null ? null : (
        <Alert color={delivery.outcome === 'failed' ? 'red' : 'gray'} variant="outline" title={delivery.errorClass === null ? undefined : activity.trackerSays}>
          <Text size="sm" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
            {message}
          </Text>
        </Alert>
      )}
      {hint === null ? null : (
        <Alert color="indigo" variant="outline" icon={<IconBulb aria-hidden />} title={activity.hint}>
          {hint}
        </Alert>
      )}
      {delivery.nextAt === null ? null : (
        <Text size="sm">
          {activity.next}: <When time={delivery.nextAt} />
        </Text>
      )}
      <Acts delivery={delivery} />
      {delivery.card === null ? null : (
        <Text size="sm">
          {activity.card}:{' '}
          <Anchor size="sm" href={delivery.card.url} target="_blank" rel="noreferrer">
            {delivery.card.key}
          </Anchor>
        </Text>
      )}
      {delivery.discardedBecause === null ? null : (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {activity.discarded}: {[delivery.discardedBy, delivery.discardedBecause].filter((part) => part !== null).join(': ')}
        </Text>
      )}
      {Object.keys(delivery.detail).length === 0 ? null : (
        <Stack gap={2}>
          <Text fw={600}>{activity.given}</Text>
          <Code block tabIndex={0} style={{ maxHeight: 320, overflow: 'auto' }}>
            {JSON.stringify(delivery.detail, null, 2)}
          </Code>
        </Stack>
      )}
      {attemptList.length === 0 && delivery.direction === 'inbound' ? null : <Text fw={600}>{activity.attempts}</Text>}
      {attemptList.length === 0 && delivery.direction === 'outbound' ? <Text c="dimmed">{activity.noAttempts}</Text> : null}
      <Accordion variant="separated" multiple>
        {attemptList.map((attempt) => (
          <Accordion.Item key={attempt.n} value={String(attempt.n)}>
            <Accordion.Control>
              <Group gap="xs">
                {activity.attempt(attempt.n)} <When time={attempt.at} /> {attempt.fault === null ? null : <Badge color="#a51111">{attempt.fault}</Badge>}
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <Stack gap="xs">
                {attempt.message === null ? null : <Text size="sm">{attempt.message}</Text>}
                {attempt.exchanges.map((exchange, index) => (
                  <Exchange key={index} exchange={exchange} />
                ))}
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      {correlationId === null ? null : (
        <Group gap={4}>
          <Text size="xs" c="dimmed">
            {activity.correlation}: {correlationId}
          </Text>
          <CopyIcon value={correlationId} label={`${words.copy}: ${activity.correlation}`} />
        </Group>
      )}
      <Group gap={4}>
        <Text size="xs" c="dimmed">
          {activity.permalink}
        </Text>
        <CopyIcon value={location.href} label={activity.permalink} />
      </Group>
    </Stack>
  );
}

/** One call and its answer, redacted by the server before it was ever stored. */
function Exchange({ exchange }: { readonly exchange: Readonly<Record<string, unknown>> }) {
  const { request, response, answer, ...rest } = exchange;
  const parts = [
    { title: activity.request, value: request ?? rest },
    { title: activity.answer, value: response ?? answer },
  ];
  return (
    <>
      {parts.map(({ title, value }) =>
        value === undefined ? null : (
          <Stack key={title} gap={2}>
            <Text size="xs" fw={600}>
              {title}
            </Text>
            <Code block tabIndex={0} style={{ maxHeight: 320, overflow: 'auto' }}>
              {typeof value === 'string' ? value : JSON.stringify(value, null, 2)}
            </Code>
          </Stack>
        ),
      )}
    </>
  );
}

function Acts({ delivery }: { readonly delivery: DeliveryDetail }) {
  const act = useAct();
  const mayAct = useMay('analyst');
  const [reason, setReason] = useState<string | null>(null);
  const over = ['succeeded', 'discarded', 'superseded'].includes(delivery.outcome);
  if (over || !mayAct) {
    return null;
  }
  return (
    <Stack gap="xs">
      <Group>
        <Button size="xs" leftSection={<IconRefresh size={15} aria-hidden />} loading={act.isPending} onClick={() => act.mutate({ path: `/deliveries/${delivery.id}/retry` })}>
          {activity.retry}
        </Button>
        <Button size="xs" variant="default" leftSection={<IconTrash size={15} aria-hidden />} onClick={() => setReason('')}>
          {activity.discard}
        </Button>
      </Group>
      {reason === null ? null : (
        <Stack gap="xs">
          <Textarea label={activity.discardReason} required autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          <Group>
            <Button size="xs" color="red" disabled={reason.trim() === ''} onClick={() => act.mutate({ path: `/deliveries/${delivery.id}/discard`, body: { reason } }, { onSuccess: () => setReason(null) })}>
              {activity.discard}
            </Button>
            <Button size="xs" variant="default" onClick={() => setReason(null)}>
              {words.cancel}
            </Button>
          </Group>
        </Stack>
      )}
      {act.error === null ? null : <Failed error={act.error} />}
    </Stack>
  );
}
