import { Alert, Anchor, Badge, Button, Group, Stack, Text } from '@mantine/core';
import { IconExternalLink, IconRefresh, IconUnlink } from '@tabler/icons-react';
import type { Link } from '../../../../src/contracts/api/vulnerabilities.ts';
import { Failed, When } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';
import { Panel } from '../../kit/panel.tsx';
import { useLinkAct } from './queries.ts';

/** The card of each connection: where it is, and what can be done about it. */
export function CardPanel({ links }: { readonly links: readonly Link[] }) {
  return (
    <Panel title={words.detail.card}>
      {links.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.detail.noCard}
        </Text>
      ) : null}
      {links.map((link) => (
        <OneCard key={link.id} link={link} />
      ))}
    </Panel>
  );
}

function OneCard({ link }: { readonly link: Link }) {
  const act = useLinkAct();
  const { card } = link;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text fw={600}>
          {link.connectionName} {card?.key}
        </Text>
        <Badge variant="default" radius="sm" tt="none">
          {card === null || link.state !== 'linked' ? words.link[link.state] : card.remoteStateLabel}
        </Badge>
      </Group>
      {link.stateBecause === null ? null : <Text size="sm">{link.stateBecause}</Text>}
      {link.drift === undefined ? null : (
        <Alert color="yellow" title={words.detail.drift} p="xs">
          {link.drift.because}
        </Alert>
      )}
      <Text size="sm" c="dimmed">
        {card?.assignee ?? ''} {link.lastSyncedAt === null ? words.detail.never : <When time={link.lastSyncedAt} />}
      </Text>
      {act.error === null ? null : <Failed error={act.error} />}
      <Group gap="xs">
        {card === null ? null : (
          <Anchor href={card.url} target="_blank" rel="noreferrer" underline="never">
            <Button component="span" size="xs" variant="default" leftSection={<IconExternalLink size={14} aria-hidden />}>
              {words.detail.open}
            </Button>
          </Anchor>
        )}
        <Button size="xs" variant="default" leftSection={<IconRefresh size={14} aria-hidden />} onClick={() => act.mutate({ linkId: link.id, act: 'sync' })}>
          {words.detail.sync}
        </Button>
        {link.state === 'linked' ? (
          <Button size="xs" variant="default" leftSection={<IconUnlink size={14} aria-hidden />} onClick={() => act.mutate({ linkId: link.id, act: 'detach' })}>
            {words.detail.detach}
          </Button>
        ) : (
          <Button size="xs" variant="default" onClick={() => act.mutate({ linkId: link.id, act: 'recreate' })}>
            {words.detail.recreate}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
