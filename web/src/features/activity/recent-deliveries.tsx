import { Anchor, Stack, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Failed, When } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { OutcomeBadge } from './outcome-badge.tsx';
import { useDeliveries } from './queries.ts';

const shownMax = 12;

export function RecentDeliveries({ connectionId }: { readonly connectionId: string }) {
  const list = useDeliveries({ connectionId });
  const items = (list.data?.pages[0]?.items ?? []).slice(0, shownMax);
  const all = (
    <Anchor size="sm" renderRoot={(props) => <Link to="/activity" search={{ connectionId }} {...props} />}>
      {words.integrations.allDeliveries}
    </Anchor>
  );
  return (
    <Panel title={words.integrations.deliveries} actions={all}>
      {list.error === null ? null : <Failed error={list.error} />}
      {list.isSuccess && items.length === 0 ? <Text c="dimmed">{words.integrations.noDeliveries}</Text> : null}
      <Table>
        <Table.Tbody>
          {items.map((delivery) => (
            <Table.Tr key={delivery.id}>
              <Table.Td w={110}>
                <OutcomeBadge outcome={delivery.outcome} />
              </Table.Td>
              <Table.Td>
                <Stack gap={0}>
                  <Anchor size="sm" renderRoot={(props) => <Link to="/activity" search={{ connectionId, delivery: delivery.id }} {...props} />}>
                    {words.act[delivery.act] ?? delivery.act} {delivery.vulnerabilityId === null ? '' : `#${delivery.vulnerabilityId}`}
                  </Anchor>
                  <Text size="xs" c="dimmed" lineClamp={1}>
                    {delivery.message}
                  </Text>
                </Stack>
              </Table.Td>
              <Table.Td ta="right">
                <When time={delivery.createdAt} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}
