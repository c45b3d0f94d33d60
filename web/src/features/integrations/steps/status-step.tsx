import { Alert, Badge, Grid, List, Select, Stack, Table, Text, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { StatusMapping } from '../../../../../src/core/mapping/status-mapping.ts';
import { ambiguities, reverseTable } from '../../../../../src/core/mapping/status-mapping.ts';
import type { Status as StatusName } from '../../../../../src/core/vocabulary.ts';
import { Failed, Loading, Status } from '../../../kit/faces.tsx';
import { words } from '../../../words/words.ts';
import { useRemoteStates } from '../queries.ts';
import type { StepFacts } from '../wizard-page.tsx';
import { StepButtons } from './step-buttons.tsx';

const text = words.wizard.status;
/** The API's names of the six, in the order of a vulnerability's life. */
export const mapped: readonly { readonly name: string; readonly status: StatusName }[] = [
  { name: 'identified', status: 'identified' },
  { name: 'inProgress', status: 'in_progress' },
  { name: 'awaitingValidation', status: 'awaiting_validation' },
  { name: 'fixed', status: 'fixed' },
  { name: 'riskAccepted', status: 'risk_accepted' },
  { name: 'falsePositive', status: 'false_positive' },
];

/** Our statuses on the left; on the right, live and by the server's own rules, what a move of the card will mean. */
export function StatusStep({ connection, tracker, body, keep, next, back }: StepFacts) {
  const states = useRemoteStates(connection.id, body.target);
  if (states.isPending) {
    return <Loading />;
  }
  if (states.error !== null) {
    return <Failed error={states.error} retry={() => void states.refetch()} />;
  }
  const items = [...new Map(states.data.items.map((item) => [item.value, item])).values()];
  const chosen = body.statusMapping ?? {};
  const labels = new Map(items.map(({ value, label }) => [value, label]));
  const mapping = toCore(chosen);
  const shared = mapping === null ? [] : ambiguities(mapping);
  return (
    <Stack>
      <Text>{text.lead}</Text>
      <Grid gap="xl">
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text.ours}</Table.Th>
                <Table.Th>{text.theirs(tracker.words.remoteState)}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {mapped.map(({ name, status }) => (
                <Table.Tr key={name}>
                  <Table.Td>
                    <Status status={status} />
                  </Table.Td>
                  <Table.Td>
                    <Select
                      aria-label={words.status[status]}
                      required={status === 'identified'}
                      searchable
                      clearable={status !== 'identified'}
                      clearButtonProps={{ 'aria-label': `${words.remove}: ${words.status[status]}` }}
                      placeholder={status === 'identified' ? undefined : text.unmapped}
                      value={chosen[name] ?? null}
                      onChange={(value) => keep({ statusMapping: { ...chosen, [name]: value } })}
                      data={items.map(({ value, label }) => ({ value, label }))}
                    />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <Stack gap="xs">
            <Title order={2} size="h5">
              {text.reverse}
            </Title>
            <Text size="sm" c="dimmed">
              {text.reverseLead(tracker.words.remoteState)}
            </Text>
            <Table aria-label={text.reverse}>
              <Table.Tbody aria-live="polite">
                {(mapping === null ? [] : reverseTable(mapping, items.map(({ value }) => value))).map((row) => (
                  <Table.Tr key={row.state} bg={row.ambiguous ? 'var(--patchboard-amber)' : undefined}>
                    <Table.Td>{labels.get(row.state)}</Table.Td>
                    <Table.Td>
                      {row.becomes === null ? <Text size="sm">{row.held ? text.held : text.nothing}</Text> : <Status status={row.becomes} />}
                      {row.state === chosen['fixed'] ? (
                        <Text size="xs" c="dimmed">
                          {text.fixedClaim}
                        </Text>
                      ) : null}
                      {row.ambiguous ? (
                        <Badge mt={4} color="#8a6100" radius="sm" tt="none" leftSection={<IconAlertTriangle size={12} aria-hidden />}>
                          {text.ambiguous}
                        </Badge>
                      ) : null}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Stack>
        </Grid.Col>
      </Grid>
      {shared.length === 0 ? null : (
        <Alert color="yellow" variant="outline" icon={<IconAlertTriangle aria-hidden />} title={text.warning}>
          <List size="sm">
            {shared.map(({ state, statuses, becomes }) => (
              <List.Item key={state}>
                <b>{labels.get(state) ?? state}</b> ({statuses.map((status) => words.status[status]).join(', ')}) → {becomes === null ? text.held : words.status[becomes]}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <StepButtons back={back} next={next} disabled={mapping === null} />
    </Stack>
  );
}

function toCore(chosen: Readonly<Record<string, string | null>>): StatusMapping | null {
  const entries = mapped.flatMap(({ name, status }) => {
    const value = chosen[name];
    return value === undefined || value === null ? [] : [[status, value] as const];
  });
  const identified = chosen['identified'];
  return identified === undefined || identified === null ? null : { ...Object.fromEntries(entries), identified };
}
