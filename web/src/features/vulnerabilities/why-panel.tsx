import { Anchor, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Why } from '../../../../src/contracts/api/why.ts';
import { api } from '../../api.ts';
import { Failed, When } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { GiveCard } from './give-card.tsx';

const text = words.why;

function useWhy(id: string) {
  return useQuery({ queryKey: ['vulnerability', id, 'why'], queryFn: () => api<Why>('GET', `/vulnerabilities/${id}/why`) });
}

/** Where there is no card: what stands in its way, and what a person can do. */
export function WhyNoCard({ id }: { readonly id: string }) {
  const why = useWhy(id);
  const missing = why.data?.cards.filter(({ card, linkId }) => card === null && linkId === null) ?? [];
  return missing.map((one) => (
    <Stack key={one.connectionId} gap={2} component="article" aria-label={one.connectionName}>
      <Text size="sm" fw={600}>
        {one.connectionName}
      </Text>
      <Text size="sm">{one.because}</Text>
      {one.hint === null ? null : (
        <Text size="sm" c="dimmed">
          {one.hint}
        </Text>
      )}
      {one.until === null ? null : (
        <Text size="sm" c="dimmed">
          {text.goesOn} <When time={one.until} />
        </Text>
      )}
      <GiveCard id={id} connectionId={one.connectionId} />
      {one.deliveryId === null ? null : (
        <Anchor size="sm" renderRoot={(props) => <Link to="/activity" search={{ delivery: one.deliveryId ?? '' }} {...props} />}>
          {text.delivery}
        </Anchor>
      )}
    </Stack>
  ));
}

/** The server's own sentences: they name what was seen, and what is still to be said. */
export function WhyPanel({ id }: { readonly id: string }) {
  const why = useWhy(id);
  return (
    <Panel title={text.title}>
      {why.error === null ? null : <Failed error={why.error} />}
      {why.data === undefined ? null : (
        <>
          <Stack gap={2}>
            <Text size="sm" fw={600}>
              {text.status}
            </Text>
            <Text size="sm">{why.data.status.because}</Text>
          </Stack>
          <Stack gap={2}>
            <Text size="sm" fw={600}>
              {text.closing}
            </Text>
            <Text size="sm">{why.data.closing.because}</Text>
          </Stack>
          {why.data.closing.scopes.map((one) => (
            <Scope key={one.scope.id} one={one} />
          ))}
        </>
      )}
    </Panel>
  );
}

function Scope({ one }: { readonly one: Why['closing']['scopes'][number] }) {
  const { scope, lastCompleteAt, lastCompleteScanId } = one;
  return (
    <Stack gap={0}>
      <Text size="sm" fw={500}>
        {[scope.tool, scope.branch, scope.category].filter((word) => word !== null).join(' · ')}: {text.needs[one.needs]}
      </Text>
      <Text size="sm">{one.because}</Text>
      <Text size="sm" c="dimmed">
        {lastCompleteAt === null ? text.never : text.lastComplete} {lastCompleteAt === null ? null : <When time={lastCompleteAt} />}{' '}
        {lastCompleteScanId === null ? null : (
          <Anchor size="sm" underline="always" renderRoot={(props) => <Link to="/scans/$id" params={{ id: lastCompleteScanId }} {...props} />}>
            {words.detail.seeScan}
          </Anchor>
        )}
      </Text>
    </Stack>
  );
}
