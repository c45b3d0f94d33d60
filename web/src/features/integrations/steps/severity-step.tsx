import { Select, Stack, Table, Text } from '@mantine/core';
import { severities } from '../../../../../src/core/vocabulary.ts';
import { Severity } from '../../../kit/faces.tsx';
import { words } from '../../../words/words.ts';
import { useRemoteStates } from '../queries.ts';
import type { StepFacts } from '../wizard-page.tsx';
import { StepButtons } from './step-buttons.tsx';

const text = words.wizard.severity;

export function SeverityStep({ connection, tracker, body, keep, next, back }: StepFacts) {
  const mapping = body.severityMapping ?? connection.severityMapping;
  // In the target's own words, with what will come of each; the tracker's general ones until they are there.
  const choices = useRemoteStates(connection.id, body.target).data?.severityChoices ?? tracker.severityChoices;
  const [about] = choices.flatMap(({ description }) => description ?? []);
  return (
    <Stack maw={620}>
      <Text>{text.lead}</Text>
      {about === undefined ? null : <Text c="dimmed">{about}</Text>}
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{text.ours}</Table.Th>
            <Table.Th>{text.theirs}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {severities.map((severity) => (
            <Table.Tr key={severity}>
              <Table.Td>
                <Severity severity={severity} />
              </Table.Td>
              <Table.Td>
                <Select
                  aria-label={words.severity[severity]}
                  allowDeselect={false}
                  value={mapping[severity] ?? ''}
                  onChange={(value) => keep({ severityMapping: { ...mapping, [severity]: value === '' ? null : value } })}
                  data={[{ value: '', label: text.noCard }, ...choices.map(({ value, label }) => ({ value, label }))]}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <StepButtons back={back} next={next} />
    </Stack>
  );
}
