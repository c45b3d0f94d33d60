import { Alert, Badge, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconExternalLink, IconLink, IconRefresh, IconUnlink } from '@tabler/icons-react';
import { useState } from 'react';
import type { Link } from '../../../../src/contracts/api/vulnerabilities.ts';
import { api } from '../../api.ts';
import { Confirm } from '../../kit/confirm.tsx';
import { Failed, When } from '../../kit/faces.tsx';
import { Only } from '../../kit/only.tsx';
import { Panel } from '../../kit/panel.tsx';
import { useMay } from '../../kit/role.ts';
import { words } from '../../words/words.ts';
import { TrackerMark } from '../integrations/tracker-mark.tsx';
import { useLinkAct } from './queries.ts';
import { WhyNoCard } from './why-panel.tsx';

const text = words.detail;

/** The card of each connection: where it is, and what can be done about it. */
export function CardPanel({ id, links }: { readonly id: string; readonly links: readonly Link[] }) {
  return (
    <Panel title={text.card}>
      {links.length === 0 ? (
        <Text size="sm" c="dimmed">
          {text.noCard}
        </Text>
      ) : null}
      {links.map((link) => (
        <OneCard key={link.id} link={link} />
      ))}
      <WhyNoCard id={id} />
    </Panel>
  );
}

function OneCard({ link }: { readonly link: Link }) {
  const { card } = link;
  return (
    <Stack gap="xs" component="article" aria-label={`${link.connectionName} ${card?.key ?? ''}`}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Group gap="sm" wrap="nowrap">
          <TrackerMark id={link.tracker} title={link.connectionName} size={34} />
          <Stack gap={0}>
            <Text fw={600} size="sm">
              {card?.key ?? link.connectionName}
            </Text>
            <Text size="xs" c="dimmed">
              {link.connectionName}
            </Text>
          </Stack>
        </Group>
        <Badge variant="default" radius="sm" tt="none">
          {card === null || link.state !== 'linked' ? words.link[link.state] : card.remoteStateLabel}
        </Badge>
      </Group>
      {link.stateBecause === null ? null : <Text size="sm">{link.stateBecause}</Text>}
      {link.drift === undefined ? null : (
        <Alert color="yellow" variant="outline" title={text.drift} p="xs">
          {link.drift.because}
        </Alert>
      )}
      {card === null ? null : (
        <Text size="sm">
          {text.assignee}: {card.assignee ?? text.nobody}
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {link.lastSyncedAt === null ? (
          text.never
        ) : (
          <>
            {text.lastSync} <When time={link.lastSyncedAt} />
          </>
        )}
      </Text>
      <Acts link={link} />
    </Stack>
  );
}

function Acts({ link }: { readonly link: Link }) {
  const act = useLinkAct();
  const mayTie = useMay('analyst');
  const [detaching, setDetaching] = useState(false);
  const [ref, setRef] = useState<string | null>(null);
  const { card } = link;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {card === null ? null : (
          <Button component="a" href={card.url} target="_blank" rel="noreferrer" size="xs" variant="default" leftSection={<IconExternalLink size={14} aria-hidden />}>
            {text.open}
          </Button>
        )}
        <Only role="developer">
          <Button size="xs" variant="default" leftSection={<IconRefresh size={14} aria-hidden />} loading={act.isPending} onClick={() => act.mutate({ linkId: link.id, act: 'sync' })}>
            {text.sync}
          </Button>
        </Only>
        {!mayTie ? null : link.state === 'linked' ? (
          <Button size="xs" variant="default" leftSection={<IconUnlink size={14} aria-hidden />} onClick={() => setDetaching(true)}>
            {text.detach}
          </Button>
        ) : (
          <>
            <Button size="xs" variant="default" onClick={() => act.mutate({ linkId: link.id, act: 'recreate' })}>
              {text.recreate}
            </Button>
            <Button size="xs" variant="default" leftSection={<IconLink size={14} aria-hidden />} onClick={() => setRef('')}>
              {text.attach}
            </Button>
          </>
        )}
      </Group>
      {ref === null ? null : (
        <Group align="flex-end" gap="xs">
          <TextInput label={text.attachRef} value={ref} onChange={(event) => setRef(event.currentTarget.value)} />
          <Button size="sm" disabled={ref.trim() === ''} onClick={() => act.mutate({ linkId: link.id, act: 'attach', body: { ref: ref.trim() } }, { onSuccess: () => setRef(null) })}>
            {words.save}
          </Button>
        </Group>
      )}
      {act.error === null ? null : <Failed error={act.error} />}
      {detaching ? (
        <Confirm title={text.detachTitle} label={text.detach} onClose={() => setDetaching(false)} act={() => api('POST', `/links/${link.id}/detach`)}>
          {text.detachWhat(card?.key ?? '')}
        </Confirm>
      ) : null}
    </Stack>
  );
}
