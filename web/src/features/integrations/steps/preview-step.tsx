import { Alert, Code, Group, Paper, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { severities } from '../../../../../src/core/vocabulary.ts';
import { api } from '../../../api.ts';
import { Failed, Loading, Severity } from '../../../kit/faces.tsx';
import { words } from '../../../words/words.ts';
import { CardBody } from '../card-body.tsx';
import type { Preview } from '../queries.ts';
import { configurationWish } from '../queries.ts';
import type { StepFacts } from '../wizard-page.tsx';
import { StepButtons } from './step-buttons.tsx';

const text = words.wizard.preview;

export function usePreview({ connection, draft, body }: Pick<StepFacts, 'connection' | 'draft' | 'body'>) {
  const query = draft.configurationId === null ? '' : `?configurationId=${draft.configurationId}`;
  return useQuery({
    queryKey: ['preview', connection.id, body],
    queryFn: () => api<Preview>('POST', `/connections/${connection.id}/preview${query}`, configurationWish(body)),
    refetchInterval: false,
    retry: false,
  });
}

/** A real card as it would be, and how many there would be. Nothing was written. */
export function PreviewStep(facts: StepFacts) {
  const preview = usePreview(facts);
  const remarks = preview.data?.remarks ?? [];
  return (
    <Stack>
      <Text>{text.lead}</Text>
      {preview.isPending ? <Loading /> : null}
      {preview.error === null ? null : <Failed error={preview.error} retry={() => void preview.refetch()} />}
      {remarks.map(({ path, message, blocking }) => (
        <Alert key={`${path} ${message}`} color={blocking ? 'red' : 'yellow'} variant="outline">
          {message}
        </Alert>
      ))}
      {preview.data === undefined ? null : <Shown preview={preview.data} />}
      <StepButtons back={facts.back} next={facts.next} disabled={preview.data === undefined || remarks.some(({ blocking }) => blocking)} />
    </Stack>
  );
}

function Shown({ preview: { cardsToCreate, estimate, sample } }: { readonly preview: Preview }) {
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <Stack gap="xs">
        <Title order={2} size="h5">
          {text.card}
        </Title>
        <Paper withBorder p="md" shadow="sm" component="article">
          <Stack gap="sm">
            <Text fw={700} style={{ overflowWrap: 'anywhere' }}>
              {sample.title}
            </Text>
            <CardBody body={sample.body} />
          </Stack>
        </Paper>
      </Stack>
      <Stack gap="md">
        <Stack gap="xs">
          <Title order={2} size="h5">
            {cardsToCreate.total === 0 ? text.none : text.count(cardsToCreate.total)}
          </Title>
          {cardsToCreate.total === 0
            ? null
            : severities.map((severity) => (
                <Group key={severity} justify="space-between" maw={260}>
                  <Severity severity={severity} />
                  <Text fw={600}>{cardsToCreate.bySeverity[severity] ?? 0}</Text>
                </Group>
              ))}
          {cardsToCreate.total === 0 || estimate === undefined ? null : (
            <Text size="sm" c="dimmed">
              {text.howLong(estimate.minutes === null ? words.wizard.backfill.unknown : words.wizard.backfill.minutes(estimate.minutes))} {estimate.because}
            </Text>
          )}
        </Stack>
        <Stack gap="xs">
          <Title order={2} size="h5">
            {text.fields}
          </Title>
          <Table>
            <Table.Tbody>
              {Object.entries(sample.fields).map(([name, value]) => (
                <Table.Tr key={name}>
                  <Table.Td>{name}</Table.Td>
                  <Table.Td>
                    <Code>{typeof value === 'string' ? value.slice(0, 200) : JSON.stringify(value)}</Code>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      </Stack>
    </SimpleGrid>
  );
}
