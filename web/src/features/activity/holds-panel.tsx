import { Alert, Anchor, Button, Checkbox, Group, List, Paper, Radio, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { IconCircleCheck, IconHandStop } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Hold } from '../../../../src/contracts/api/sync.ts';
import { Empty, Failed, When } from '../../kit/faces.tsx';
import { Only } from '../../kit/only.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { useAct, useHolds } from './queries.ts';

/** What waits for a person, with what would happen. */
export function HoldsPanel({ scanId }: { readonly scanId?: string }) {
  const holds = useHolds();
  const items = (holds.data?.items ?? []).filter((hold) => scanId === undefined || hold.scanId === scanId);
  return (
    <Panel title={words.holds.title}>
      {holds.error === null ? null : <Failed error={holds.error} />}
      {holds.isSuccess && items.length === 0 ? <Empty icon={<IconCircleCheck size={44} stroke={1.3} aria-hidden />}>{words.holds.none}</Empty> : null}
      {items.map((hold) => (
        <OneHold key={hold.id} hold={hold} />
      ))}
    </Panel>
  );
}

const shownMax = 20;

function OneHold({ hold }: { readonly hold: Hold }) {
  const ids = idsOf(hold);
  return (
    <Paper withBorder p="sm" component="article" aria-label={hold.summary}>
      <Stack gap="sm">
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <IconHandStop size={20} aria-hidden />
          <Stack gap={2}>
            <Text fw={600}>{words.holds.kinds[hold.kind] ?? hold.kind}</Text>
            <Text size="sm">{hold.summary}</Text>
            <About hold={hold} />
            <Text size="xs" c="dimmed">
              <When time={hold.createdAt} />{' '}
              {hold.scanId === null ? null : <Anchor size="xs" underline="always" renderRoot={(props) => <Link to="/scans/$id" params={{ id: hold.scanId ?? '' }} {...props} />}>{words.detail.seeScan}</Anchor>}
            </Text>
          </Stack>
        </Group>
        {ids.length === 0 ? null : (
          <Alert color="yellow" variant="outline" bg="var(--patchboard-surface)" title={`${hold.kind === 'closure' ? words.holds.wouldClose : words.activity.vulnerability} (${ids.length})`}>
            <List size="sm" listStyleType="none">
              <Group gap="xs">
                {ids.slice(0, shownMax).map((id) => (
                  <Anchor key={id} size="sm" renderRoot={(props) => <Link to="/vulnerabilities/$id" params={{ id }} {...props} />}>
                    #{id}
                  </Anchor>
                ))}
                {ids.length > shownMax ? <Text size="sm">+{ids.length - shownMax}</Text> : null}
              </Group>
            </List>
          </Alert>
        )}
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs">
          {[
            { label: words.holds.ifApproved, what: hold.ifApproved },
            { label: words.holds.ifRejected, what: hold.ifRejected },
          ].map(({ label, what }) => (
            <Stack key={label} gap={0}>
              <Text size="xs" c="dimmed">
                {label}
              </Text>
              <Text size="sm">{what}</Text>
            </Stack>
          ))}
        </SimpleGrid>
        <Only role="analyst">
          <Decision hold={hold} />
        </Only>
      </Stack>
    </Paper>
  );
}

/** The answer of a person who may give it. */
function Decision({ hold }: { readonly hold: Hold }) {
  const act = useAct();
  const [note, setNote] = useState('');
  const [status, setStatus] = useState('');
  const mustChoose = hold.choices.length > 1;
  const [recreate, setRecreate] = useState(false);
  const decide = (verb: 'approve' | 'reject') => act.mutate({ path: `/holds/${hold.id}/${verb}`, body: { ...(note === '' ? {} : { note }), ...(verb === 'approve' && status !== '' ? { status } : {}), ...(verb === 'approve' && recreate ? { recreate } : {}) } });
  return (
    <>
      {mustChoose ? (
        <Radio.Group label={words.holds.chooseStatus} value={status} onChange={setStatus}>
          <Group mt={6}>
            {hold.choices.map((choice) => (
              <Radio key={choice} value={choice} label={words.status[choice]} />
            ))}
          </Group>
        </Radio.Group>
      ) : null}
      {hold.kind === 'lost_cards' ? <Checkbox label={words.holds.recreate} checked={recreate} onChange={(event) => setRecreate(event.currentTarget.checked)} /> : null}
      <TextInput label={words.holds.note} value={note} onChange={(event) => setNote(event.currentTarget.value)} maw={500} />
      {act.error === null ? null : <Failed error={act.error} />}
      <Group>
        <Button size="xs" loading={act.isPending} disabled={mustChoose && status === ''} onClick={() => decide('approve')}>
          {words.holds.approve}
        </Button>
        <Button size="xs" variant="default" loading={act.isPending} onClick={() => decide('reject')}>
          {words.holds.reject}
        </Button>
      </Group>
    </>
  );
}

/** Whose it is: asset, connection, card, vulnerability, each as a link. */
function About({ hold }: { readonly hold: Hold }) {
  return (
    <Group gap="xs">
      {hold.assetId === null ? null : (
        <Anchor size="sm" renderRoot={(props) => <Link to="/assets/$id" params={{ id: hold.assetId ?? '' }} {...props} />}>
          {hold.assetName}
        </Anchor>
      )}
      {hold.connectionId === null ? null : (
        <Anchor size="sm" renderRoot={(props) => <Link to="/connections/$id" params={{ id: hold.connectionId ?? '' }} {...props} />}>
          {hold.connectionName}
        </Anchor>
      )}
      {hold.card === null ? null : (
        <Anchor size="sm" href={hold.card.url} target="_blank" rel="noreferrer">
          {hold.card.key}
        </Anchor>
      )}
      {hold.vulnerabilityId === null ? null : (
        <Anchor size="sm" renderRoot={(props) => <Link to="/vulnerabilities/$id" params={{ id: hold.vulnerabilityId ?? '' }} {...props} />}>
          #{hold.vulnerabilityId} {hold.vulnerabilityTitle}
        </Anchor>
      )}
    </Group>
  );
}

function idsOf(hold: Hold): readonly string[] {
  const listed = Object.values(hold.detail).find((value): value is readonly unknown[] => Array.isArray(value) && value.every((one) => /^\d+$/u.test(String(one))));
  return listed?.map(String) ?? [];
}
