import { Alert, Anchor, Button, Group, List, Paper, Radio, Stack, Text, TextInput } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Hold } from '../../../../src/contracts/api/sync.ts';
import { Failed, When } from '../../kit/faces.tsx';
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
      {holds.isSuccess && items.length === 0 ? <Text c="dimmed">{words.holds.none}</Text> : null}
      {items.map((hold) => (
        <OneHold key={hold.id} hold={hold} />
      ))}
    </Panel>
  );
}

const shownMax = 20;

function OneHold({ hold }: { readonly hold: Hold }) {
  const act = useAct();
  const [note, setNote] = useState('');
  const [status, setStatus] = useState('');
  const mustChoose = hold.kind === 'ambiguous_state';
  const ids = idsOf(hold);
  const decide = (verb: 'approve' | 'reject') => act.mutate({ path: `/holds/${hold.id}/${verb}`, body: { ...(note === '' ? {} : { note }), ...(verb === 'approve' && status !== '' ? { status } : {}) } });
  return (
    <Paper withBorder p="sm" component="article" aria-label={hold.summary}>
      <Stack gap="sm">
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <IconHandStop size={20} aria-hidden />
          <Stack gap={2}>
            <Text fw={600}>{words.holds.kinds[hold.kind] ?? hold.kind}</Text>
            <Text size="sm">{hold.summary}</Text>
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
        {mustChoose ? (
          <Radio.Group label={words.holds.chooseStatus} value={status} onChange={setStatus}>
            <Group mt={6}>
              <Radio value="risk_accepted" label={words.status['risk_accepted']} />
              <Radio value="false_positive" label={words.status['false_positive']} />
            </Group>
          </Radio.Group>
        ) : null}
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
      </Stack>
    </Paper>
  );
}

function idsOf(hold: Hold): readonly string[] {
  const listed = Object.values(hold.detail).find((value): value is readonly unknown[] => Array.isArray(value) && value.every((one) => /^\d+$/u.test(String(one))));
  return listed?.map(String) ?? (hold.vulnerabilityId === null ? [] : [hold.vulnerabilityId]);
}
