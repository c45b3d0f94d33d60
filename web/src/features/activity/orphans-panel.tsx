import { Anchor, Badge, Button, Group, Modal, Stack, Table, Text, Textarea } from '@mantine/core';
import { IconExternalLink, IconLink } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { OrphanCard } from '../../../../src/contracts/api/orphans.ts';
import { api } from '../../api.ts';
import { Confirm } from '../../kit/confirm.tsx';
import { Empty, Failed, Loading, When } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { Only } from '../../kit/only.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { useAct, useOrphans } from './queries.ts';

const text = words.orphans;

/** Cards of ours that no link holds: tied again, or left with a reason. */
export function OrphansPanel() {
  const orphans = useOrphans();
  const [attaching, setAttaching] = useState<OrphanCard | null>(null);
  const [leaving, setLeaving] = useState<OrphanCard | null>(null);
  const items = orphans.data?.items ?? [];
  return (
    <Panel title={text.title} lead={text.lead}>
      {orphans.isPending ? <Loading /> : null}
      {orphans.error === null ? null : <Failed error={orphans.error} retry={() => void orphans.refetch()} />}
      {orphans.isSuccess && items.length === 0 ? <Empty icon={<IconLink size={44} stroke={1.3} aria-hidden />}>{text.none}</Empty> : null}
      {items.length === 0 ? null : <Rows items={items} attach={setAttaching} leave={setLeaving} />}
      {attaching === null ? null : (
        <Confirm title={text.attachTitle} label={text.attach} onClose={() => setAttaching(null)} act={() => api('POST', `/orphan-cards/${attaching.id}/attach`, {})}>
          {text.attachWhat(attaching.card.key, attaching.linkedKey)}
        </Confirm>
      )}
      {leaving === null ? null : <Leave orphan={leaving} onClose={() => setLeaving(null)} />}
    </Panel>
  );
}

interface Facts {
  readonly items: readonly OrphanCard[];
  readonly attach: (orphan: OrphanCard) => void;
  readonly leave: (orphan: OrphanCard) => void;
}

function Rows({ items, attach, leave }: Facts) {
  return (
    <Table.ScrollContainer minWidth={860} type="native" scrollAreaProps={{ tabIndex: 0 }}>
      <Table aria-label={text.title}>
        <Table.Thead>
          <Table.Tr>
            {text.columns.map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Td maw={260}>
                <Stack gap={0}>
                  {one.card.url === null ? (
                    one.card.key
                  ) : (
                    <Anchor href={one.card.url} target="_blank" rel="noreferrer" size="sm">
                      {one.card.key} <IconExternalLink size={13} aria-label={words.list.opensTracker} />
                    </Anchor>
                  )}
                  <Text size="xs" c="dimmed" truncate>
                    {one.connectionName} {one.card.title}
                  </Text>
                </Stack>
              </Table.Td>
              <Table.Td>
                <Badge variant="default" radius="sm" tt="none">
                  {text.kinds[one.kind] ?? one.kind}
                </Badge>
              </Table.Td>
              <Table.Td maw={360}>
                <Text size="sm">{one.because}</Text>
              </Table.Td>
              <Table.Td>
                {one.vulnerabilityId === null ? null : (
                  <Anchor size="sm" renderRoot={(props) => <Link to="/vulnerabilities/$id" params={{ id: one.vulnerabilityId ?? '' }} {...props} />}>
                    #{one.vulnerabilityId}
                  </Anchor>
                )}
              </Table.Td>
              <Table.Td>
                <When time={one.seenAt} />
              </Table.Td>
              <Table.Td>
                <Only role="analyst">
                  <Group gap={6} wrap="nowrap">
                    {one.linkId === null ? null : (
                      <Button size="compact-sm" variant="default" onClick={() => attach(one)}>
                        {text.attach}
                      </Button>
                    )}
                    <Button size="compact-sm" variant="default" onClick={() => leave(one)}>
                      {text.ignore}
                    </Button>
                  </Group>
                </Only>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Leave({ orphan, onClose }: { readonly orphan: OrphanCard; readonly onClose: () => void }) {
  const act = useAct();
  const [reason, setReason] = useState('');
  return (
    <Modal opened onClose={onClose} title={text.ignoreTitle} closeButtonProps={{ 'aria-label': words.close }}>
      <Stack>
        <Textarea label={text.reason} required autosize minRows={2} data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        {act.error === null ? null : <Failed error={act.error} />}
        <FormEnd label={text.ignore} disabled={reason.trim() === ''} busy={act.isPending} act={() => act.mutate({ path: `/orphan-cards/${orphan.id}/ignore`, body: { reason } }, { onSuccess: onClose })} onClose={onClose} />
      </Stack>
    </Modal>
  );
}
